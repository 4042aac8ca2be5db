import { type ColumnExpression, isColumnExpression } from "./expression/builder.ts";
import { coerceTimes } from "./expression/coerce.ts";
import { call, type Expr, literalOf, type Options } from "./expression/expression.ts";
import { inferDtype } from "./expression/infer.ts";
import { NO_NAME } from "./frame/column.ts";
import { combineViews, withScalar } from "./plan/align.ts";
import { boundedView, overRoot, type View } from "./plan/view.ts";
import { Table } from "./table.ts";

/** What a column can be combined with: plain values, other columns, lazy values, expressions. */
export type Operand = number | string | boolean | bigint | null | Date | Table<unknown> | ColumnExpression;

/** The first column of a view combined with an operand, row by row; rows of other tables are aligned by index. */
export function operate(view: View, op: string, other: Operand, swapped: boolean, options?: Options): View {
  const [own, expr, base] = withOperand(view, other);
  const pair = swapped ? [expr, own] : [own, expr];
  return firstColumn(base, call(op, pair, options), nameOf(view, other));
}

/**
 * The operand as an expression beside the view's first column.
 * @returns the view's expression, the operand's, and the view over the root that both are said over
 */
export function withOperand(view: View, other: Operand): readonly [Expr, Expr, View] {
  const own = (of: View): Expr => (of.columns[0] as View["columns"][number]).expr;
  if (other instanceof Table) {
    if (isScalar(other)) {
      const [root, expr] = withScalar(view.root, other.view);
      return [own(view), expr, { ...view, root }];
    }
    const [a, b] = combineViews(view, other.view);
    return [own(a), own(b), a];
  }
  if (isColumnExpression(other)) return [own(view), overRoot(view, other.expr), view];
  return [own(view), literalOf(other), view];
}

/** A lazy value of one row without an index of its own. */
export const isScalar = (table: Table<unknown>): boolean => table.view.index.length === 0;

/** A view of one column: checked, its literals of the types they meet. */
export function firstColumn(view: View, expr: Expr, name: string): View {
  const typed = coerceTimes(expr, view.root.fields);
  inferDtype(typed, view.root.fields);
  return boundedView({ ...view, columns: [{ name, expr: typed }] });
}

/** pandas' rule: the name stays where both have the same. */
export function nameOf(view: View, other: Operand): string {
  const name = view.columns[0]?.name ?? NO_NAME;
  if (!(other instanceof Table) || isScalar(other)) return name;
  return other.view.columns[0]?.name === name ? name : NO_NAME;
}
