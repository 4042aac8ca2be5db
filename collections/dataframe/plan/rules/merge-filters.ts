import { call } from "../../expression/expression.ts";
import { filterNode } from "../build.ts";
import type { Node } from "../node.ts";

/** A filter of a filter is one filter. */
export function mergeFilters(node: Node): Node {
  if (node.kind !== "filter" || node.input.kind !== "filter") return node;
  return filterNode(node.input.input, call("and", [node.input.predicate, node.predicate]));
}
