import type { Field } from "../schema.ts";
import { exchangePipe } from "./lower-partitions.ts";
import type { Lower } from "./lower-types.ts";
import type { AggregateTree, Node } from "./node.ts";
import { type Pipe, pipeOf, settle, withStep } from "./pipe.ts";
import { isPlaced } from "./placed-rows.ts";
import type { Aggregation, Step } from "./step.ts";

/** Rounds of at most `fanIn` tables, until one is left; `round` and `last` get the stacked tables. */
export function tree(
  first: Pipe,
  fanIn: number,
  name: string,
  round: (of: Step) => Step,
  last: (of: Step) => Step,
): Pipe {
  let pipe = first;
  while (pipe.count > fanIn) {
    const { fields } = pipe.step;
    const layer = settle(pipe, `${name}-partial`);
    const count = Math.ceil(pipe.count / fanIn);
    pipe = withStep(pipeOf(layer, fields, { kind: "group", size: fanIn }, count), round);
  }
  if (pipe.count === 1) return withStep(pipe, last);
  const { fields } = pipe.step;
  return withStep(pipeOf(settle(pipe, `${name}-partial`), fields, { kind: "all" }, 1), last);
}

/** Group-bys and reductions: partial results per partition, combined in a tree, finished once. */
export function lowerAggregate(node: Extract<Node, { kind: "aggregate" }>, lower: Lower): Pipe {
  const { tree: plan } = node;
  const input = lower(node.input);
  const keys = plan.keys.map((name) => node.input.fields.find((field) => field.name === name) as Field);
  const group = (of: Step, aggregations: readonly Aggregation[], partial = false): Step => ({
    op: "group",
    of,
    keys: plan.keys,
    aggregations,
    dropNullKeys: plan.dropNullKeys,
    ordered: !plan.sort,
    partial,
    fields: [...keys, ...aggregations.map(({ name, dtype }) => ({ name, dtype }))],
  });
  if (plan.splitOut > 1 && isPlaced(node.input, plan.keys, plan.splitOut))
    return withStep(input, (of) => finished(node, plan, group(group(of, plan.partial), plan.last)));
  const partial = withStep(input, (of) => group(of, plan.partial, input.count > 1));
  if (plan.splitOut > 1)
    return withStep(exchangePipe(partial, plan.keys, plan.splitOut), (of) =>
      finished(node, plan, group(of, plan.last)),
    );
  return tree(
    partial,
    plan.fanIn,
    "aggregate",
    (of) => group(of, plan.combine),
    (of) => finished(node, plan, input.count === 1 && plan.last === plan.combine ? of : group(of, plan.last)),
  );
}

function finished(node: Node, plan: AggregateTree, of: Step): Step {
  const sorted: Step =
    plan.sort && plan.keys.length > 0
      ? { op: "sort", of, by: plan.keys, descending: plan.keys.map(() => false), nullsLast: true, fields: of.fields }
      : of;
  return { op: "select", of: sorted, columns: plan.finish, fields: node.fields };
}

/** The first rows in an order: each partition's own first, then the first of those. */
export function lowerLargest(node: Extract<Node, { kind: "largest" }>, lower: Lower): Pipe {
  const { fields, by, descending } = node;
  const top = (of: Step): Step => ({ op: "largest", of, by, descending, rows: node.rows, fields });
  return tree(withStep(lower(node.input), top), 16, "largest", top, top);
}

/** Distinct rows: of each partition, then of what is left. */
export function lowerUnique(node: Extract<Node, { kind: "unique" }>, lower: Lower): Pipe {
  const { fields, by, keep } = node;
  const unique = (of: Step): Step => ({ op: "unique", of, by, keep, fields });
  // What is to vanish altogether must be seen together.
  const partial = keep === "none" ? (of: Step): Step => of : unique;
  return tree(withStep(lower(node.input), partial), 16, "unique", partial, unique);
}
