import { unknownCategories } from "./category-places.ts";
import { DataFrame } from "./dataframe.ts";
import { call } from "./expression/expression.ts";
import { NO_NAME } from "./frame/column.ts";
import { firstColumn } from "./operand.ts";
import type { View, ViewColumn } from "./plan/view.ts";
import type { Category } from "./schema.ts";
import { Series } from "./series.ts";

type Value = string | number | boolean;

/**
 * What a category column knows of its categories. They are known once computed (`asKnown`, `categorize`) or said
 * (`setCategories`); a column cast by `astype("category")` does not know them yet.
 * @see https://docs.dask.org/en/stable/dataframe-categoricals.html
 */
export class CategoryAccessor {
  private readonly view: View;

  constructor(view: View) {
    this.view = view;
    if (this.own.category === undefined)
      throw new TypeError('cat needs a category column; use astype("category") first');
  }

  get known(): boolean {
    return this.category.values !== null;
  }

  get ordered(): boolean {
    return this.category.ordered;
  }

  /** @throws ShoalError NOT_SUPPORTED while they are not known */
  get categories(): readonly Value[] {
    const { values } = this.category;
    if (values === null) throw unknownCategories();
    return values;
  }

  /** The place of each value among the categories, -1 where it is missing. */
  get codes(): Series<number> {
    const { categories } = this;
    const dtype = categories.length < 128 ? "int8" : categories.length < 32_768 ? "int16" : "int32";
    const places = call("lookup", [this.own.expr], {
      from: [...categories],
      to: categories.map((_, at) => at),
      dtype,
      strict: true,
    });
    const minus: ViewColumn["expr"] = { kind: "literal", value: -1, dtype };
    return new Series<number>(firstColumn(this.view, call("coalesce", [places, minus]), NO_NAME));
  }

  /** The column with its categories found out: its distinct values, sorted. */
  async asKnown(): Promise<Series<Value>> {
    return this.known
      ? new Series(this.view)
      : this.with({ values: await distinctByPartition(this.view), ordered: this.ordered });
  }
  asUnknown(): Series<Value> {
    return this.with({ values: null, ordered: this.ordered });
  }
  asOrdered(): Series<Value> {
    return this.with({ ...this.category, ordered: true });
  }
  asUnordered(): Series<Value> {
    return this.with({ ...this.category, ordered: false });
  }
  /** The categories are these; values that are none of them become missing. */
  setCategories(values: readonly Value[]): Series<Value> {
    const kept = call("ifElse", [
      call("isIn", [this.own.expr], { values }),
      this.own.expr,
      { kind: "literal", value: null, dtype: "null" },
    ]);
    return new Series<Value>({
      ...this.view,
      columns: [{ ...this.own, expr: kept, category: { values, ordered: this.ordered } }],
    });
  }
  addCategories(values: readonly Value[]): Series<Value> {
    return this.with({ values: [...this.categories, ...values], ordered: this.ordered });
  }
  removeCategories(values: readonly Value[]): Series<Value> {
    return this.setCategories(this.categories.filter((one) => !values.includes(one)));
  }
  reorderCategories(values: readonly Value[], options: { ordered?: boolean } = {}): Series<Value> {
    return this.with({ values, ordered: options.ordered ?? this.ordered });
  }
  /** Only the categories that occur; the column is computed for it. */
  async removeUnusedCategories(): Promise<Series<Value>> {
    const used = new Set(await distinct(this.view));
    return this.with({ values: this.categories.filter((one) => used.has(one)), ordered: this.ordered });
  }
  /** Other names for the categories: all in their order, or some by name. */
  renameCategories(by: readonly Value[] | Readonly<Record<string, Value>>): Series<Value> {
    const table = by as Readonly<Record<string, Value>>;
    const names: readonly Value[] = Array.isArray(by)
      ? by
      : this.categories.map((one) => (Object.hasOwn(table, String(one)) ? (table[String(one)] as Value) : one));
    const expr = call("lookup", [this.own.expr], { from: [...this.categories], to: [...names], strict: true });
    return new Series<Value>({
      ...this.view,
      columns: [{ ...this.own, expr, category: { values: names, ordered: this.ordered } }],
    });
  }

  private get own(): ViewColumn {
    return this.view.columns[0] as ViewColumn;
  }
  private get category(): Category {
    return this.own.category as Category;
  }
  private with(category: Category): Series<Value> {
    return new Series<Value>({ ...this.view, columns: [{ ...this.own, category }] });
  }
}

async function distinct(view: View): Promise<readonly Value[]> {
  const column = await new Series<Value>(view).unique().sortValues().compute();
  return column.toArray().filter((value): value is Value => value !== null);
}

/** The categories of each partition, sorted, one partition after the other: the order that Dask gives them. */
async function distinctByPartition(view: View): Promise<readonly Value[]> {
  const series = new Series<Value>(view);
  const parts = await Promise.all(
    Array.from({ length: series.npartitions }, (_, at) => distinct(series.partitions(at).view)),
  );
  return [...new Set(parts.flat())];
}

declare module "./series.ts" {
  interface Series<T> {
    /** Methods of category columns. @throws TypeError for other columns */
    readonly cat: CategoryAccessor;
  }
}
declare module "./dataframe.ts" {
  interface DataFrame<S> {
    /** Makes columns categories whose values are known; the columns are computed for it. */
    categorize(columns?: readonly (keyof S & string)[]): Promise<DataFrame<S>>;
  }
}

Object.defineProperty(Series.prototype, "cat", {
  get(this: Series<unknown>): CategoryAccessor {
    return new CategoryAccessor(this.view);
  },
});

DataFrame.prototype.categorize = async function <S>(this: DataFrame<S>, columns?: readonly string[]) {
  const names =
    columns ??
    this.meta.columns
      .filter(({ dtype, category }) => dtype === "string" || category !== undefined)
      .map(({ name }) => name);
  const known = new Map(
    await Promise.all(names.map(async (name) => [name, await distinct(this.get(name as never).view)] as const)),
  );
  const made = this.view.columns.map((one) => {
    const values = known.get(one.name);
    return values === undefined ? one : { ...one, category: { values, ordered: one.category?.ordered ?? false } };
  });
  return new DataFrame<S>({ ...this.view, columns: made });
} as never;
