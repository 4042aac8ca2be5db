import { categoryPlaces } from "./category-places.ts";
import { type ColumnExpression, isColumnExpression } from "./expression/builder.ts";
import { coerceTimes } from "./expression/coerce.ts";
import { call, type Expr, literalOf, type Options } from "./expression/expression.ts";
import { inferDtype } from "./expression/infer.ts";
import { NO_NAME } from "./frame/column.ts";
import { combineViews, withScalar } from "./plan/align.ts";
import { boundedView, overRoot, type View, type ViewColumn } from "./plan/view.ts";
import type { Category } from "./schema.ts";
import { Table } from "./table.ts";

/** What a column can be combined with: plain values, other columns, lazy values, expressions. */
export type Operand = number | string | boolean | bigint | null | Date | Table<unknown> | ColumnExpression;

/** The first column of a view combined with an operand, row by row; rows of other tables are aligned by index. */
export function operate(view: View, op: string, other: Operand, swapped: boolean, options?: Options): View {
  // The order of ordered categories is their own.
  if (COMPARED.has(op) && view.columns[0]?.category?.ordered === true)
    return operate(...placesOfBoth(view, op, other), swapped, options);
  const [own, expr, base] = withOperand(view, other);
  const pair = swapped ? [expr, own] : [own, expr];
  return firstColumn(base, call(op, pair, options), nameOf(view, other));
}

const COMPARED = new Set(["lt", "le", "gt", "ge"]);

/** Ordered categories compare by their places: with one of themselves, or with a column of the same ones. */
function placesOfBoth(view: View, op: string, other: Operand): [View, string, Operand] {
  const places = categoryPlaces(view);
  const { values } = (view.columns[0] as ViewColumn).category as Category;
  if (other instanceof Table) {
    const theirs = other.view.columns[0]?.category;
    if (theirs?.ordered !== true || theirs.values?.join("\0") !== values?.join("\0"))
      throw new TypeError(
        "Ordered categories compare with a column of the same ones only; give both by cat.setCategories",
      );
    return [places, op, new (other.constructor as new (view: View) => Table<unknown>)(categoryPlaces(other.view))];
  }
  const place = ((values ?? []) as readonly unknown[]).indexOf(other);
  if (place < 0)
    throw new TypeError(
      `Ordered categories compare with one of themselves (${values?.join(", ")}), got ${String(other)}`,
    );
  return [places, op, place];
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
