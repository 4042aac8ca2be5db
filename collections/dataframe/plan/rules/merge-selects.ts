import { type Expr, sizeOf, substitute } from "../../expression/expression.ts";
import { selectNode } from "../build.ts";
import type { Node } from "../node.ts";

const SIZE_MAX = 400;

/** A projection of a projection is one projection, unless expressions would grow out of hand. */
export function mergeSelects(node: Node): Node {
  if (node.kind !== "select" || node.input.kind !== "select") return node;
  const below = new Map(node.input.columns.map(({ name, expr }) => [name, expr]));
  const columns = node.columns.map(({ name, expr }) => ({
    name,
    expr: substitute(expr, (one) => below.get(one) as Expr),
  }));
  const total = columns.reduce((sum, { expr }) => sum + sizeOf(expr), 0);
  return total > SIZE_MAX * columns.length ? node : selectNode(node.input.input, columns);
}
