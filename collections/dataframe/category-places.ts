import { ShoalError } from "../../runtime/base/errors.ts";
import { ownName } from "./engine/own-name.ts";
import { call, type Expr } from "./expression/expression.ts";
import { type View, type ViewColumn, viewColumn } from "./plan/view.ts";

export const unknownCategories = (): ShoalError =>
  new ShoalError("The categories of this column are not known; use await table.categorize() or cat.asKnown() first", {
    code: "NOT_SUPPORTED",
  });

/** The categories of what a column is made of, where that is a column of categories. */
export function categoryOf(source: unknown): Pick<ViewColumn, "category"> {
  const category = (source as { readonly view?: View } | null)?.view?.columns[0]?.category;
  return category === undefined ? {} : { category };
}

/** The places of a category column's values among its categories, missing where they are. @throws ShoalError NOT_SUPPORTED while those are not known */
function placesOf({ expr, category }: ViewColumn): Expr {
  const values = category?.values ?? null;
  if (values === null) throw unknownCategories();
  return call("lookup", [expr], { from: [...values], to: values.map((_, at) => at), dtype: "int32", strict: true });
}

/** The first column of a view as the places of its values among the categories. */
export function categoryPlaces(view: View): View {
  const own = view.columns[0] as ViewColumn;
  return { ...view, columns: [{ name: own.name, expr: placesOf(own) }] };
}

/** What a table is sorted by where some of its columns are ordered categories: places in a column of their own for each of those. */
export interface PlacedColumns {
  readonly view: View;
  readonly by: readonly string[];
  readonly made: readonly string[];
}

/** @returns undefined where none of the columns is an ordered category */
export function withCategoryPlaces(view: View, by: readonly string[]): PlacedColumns | undefined {
  const ordered = by.filter((name) => viewColumn(view, name).category?.ordered === true);
  if (ordered.length === 0) return undefined;
  const nameOf = (name: string): string => (ordered.includes(name) ? ownName(`place of ${name}`) : name);
  const places = ordered.map((name): ViewColumn => ({ name: nameOf(name), expr: placesOf(viewColumn(view, name)) }));
  return { view: { ...view, columns: [...view.columns, ...places] }, by: by.map(nameOf), made: ordered.map(nameOf) };
}
