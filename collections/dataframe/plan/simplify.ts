import { inputsOf, type Node, withInputs } from "./node.ts";
import { mergeFilters } from "./rules/merge-filters.ts";
import { mergeSelects } from "./rules/merge-selects.ts";
import { pruneScan } from "./rules/prune-scan.ts";
import { pushFilter } from "./rules/push-filter.ts";
import { pushProjection } from "./rules/push-projection.ts";
import { skipExchange } from "./rules/skip-exchange.ts";

/** A rewrite of one node whose inputs are already simple; it gives the same node where it does not apply. */
export type Rule = (node: Node) => Node;

/** Applied to every node from the sources up, until nothing changes. */
export const LOCAL_RULES: readonly Rule[] = [mergeSelects, mergeFilters, pushFilter, pruneScan, skipExchange];

const ROUNDS_MAX = 20;

/** The same table by a cheaper plan: filters sink towards the sources, and only columns that are used are read. */
export function simplify(root: Node): Node {
  let node = root;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const next = pushProjection(rewrite(node, new Map()));
    if (next.id === node.id) return next;
    node = next;
  }
  return node;
}

function rewrite(node: Node, done: Map<string, Node>): Node {
  const known = done.get(node.id);
  if (known !== undefined) return known;
  let simple = withInputs(
    node,
    inputsOf(node).map((input) => rewrite(input, done)),
  );
  for (const rule of LOCAL_RULES) simple = rule(simple);
  done.set(node.id, simple);
  return simple;
}
