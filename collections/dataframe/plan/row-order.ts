import type { Step } from "./step.ts";

/** Whether the order of a step's rows can be told from the outcome. */
export type RowOrder = "seen" | "unseen";

/** Aggregations that come out the same in whatever order the rows are. */
const ORDERLESS: ReadonlySet<string> = new Set([
  "sum",
  "count",
  "nulls",
  "size",
  "min",
  "max",
  "any",
  "all",
  "mean",
  "deviations",
  "pairCount",
]);

/** Whether the order of the rows below a step can be told, given that of its own. */
export function orderBelow(step: Step, order: RowOrder): RowOrder {
  switch (step.op) {
    case "group":
      return !step.ordered && step.aggregations.every(({ primitive }) => ORDERLESS.has(primitive)) ? "unseen" : "seen";
    case "select":
    case "extend":
    case "filter":
    case "join":
      return order;
    default:
      return "seen";
  }
}
