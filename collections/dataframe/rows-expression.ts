import { type ColumnExpression, isColumnExpression } from "./expression/builder.ts";
import { coerceTimes } from "./expression/coerce.ts";
import { type Expr, literalOf } from "./expression/expression.ts";
import { inferDtype } from "./expression/infer.ts";
import { parseArrow } from "./expression/parse-arrow.ts";
import { isScalar, type Operand } from "./operand.ts";
import { combineViews, withScalar } from "./plan/align.ts";
import { metaOf, overRoot, type View } from "./plan/view.ts";
import { nameLabel } from "./schema.ts";
import { Table } from "./table.ts";

/** A column said in any way: an arrow function over a row, an expression, a series of this table, a plain value. */
export type RowExpression<S, R = unknown> = ((row: S) => R) | ColumnExpression | Operand;

/**
 * What is said of a row as an expression over a root; the root has grown where lazy values or other tables are read.
 * @throws TypeError, SyntaxError, ShoalError UNKNOWN_KEY: at build, naming what cannot be
 */
export function rowExpression<S>(
  view: View,
  said: RowExpression<S>,
  options: { aggregates?: boolean } = {},
): readonly [View, Expr] {
  if (typeof said === "function") {
    const columns = metaOf(view)
      .columns.map(({ name }) => name)
      .filter((name) => typeof nameLabel(name) === "string");
    const expr = overRoot(view, parseArrow(said as (row: never) => unknown, columns));
    // Aggregates are typed where they are planned.
    return options.aggregates === true ? [view, expr] : checked(view, expr);
  }
  if (isColumnExpression(said)) return checked(view, overRoot(view, said.expr));
  if (said instanceof Table) {
    if (isScalar(said)) {
      const [root, expr] = withScalar(view.root, said.view);
      return [{ ...view, root }, expr];
    }
    // Rows of the other table that this one has not are no rows of it.
    const [a, b] = combineViews(view, said.view, "left");
    return [a, (b.columns[0] as View["columns"][number]).expr];
  }
  return [view, literalOf(said)];
}

function checked(view: View, expr: Expr): readonly [View, Expr] {
  const typed = coerceTimes(expr, view.root.fields);
  inferDtype(typed, view.root.fields);
  return [view, typed];
}
