import { ShoalError } from "../../runtime/base/errors.ts";
import { categoryOf, withCategoryPlaces } from "./category-places.ts";
import { type Dtype, fits, parseDtype } from "./dtype.ts";
import { ColumnExpression } from "./expression/builder.ts";
import { call, type Expr, literalOf } from "./expression/expression.ts";
import { parseCondition } from "./expression/parse-condition.ts";
import { Frame } from "./frame/frame.ts";
import { explodeNode, filterNode, selectNode } from "./plan/build.ts";
import { knownRows } from "./plan/known-rows.ts";
import { named } from "./plan/node.ts";
import {
  boundedView,
  checkColumns,
  metaOf,
  nodeOfView,
  type View,
  type ViewColumn,
  viewColumn,
  viewOfNode,
} from "./plan/view.ts";
import { type RowExpression, rowExpression } from "./rows-expression.ts";
import type { Scalar } from "./scalar.ts";
import { indexName, type Label, labelName, nameLabel } from "./schema.ts";
import { Series } from "./series.ts";
import { stackChunks, Table } from "./table.ts";

/** A row as arrow functions see it where nothing else was said. */
// biome-ignore lint/suspicious/noExplicitAny: a table whose columns are read from a file has values of any type.
export type AnyRow = Record<string, any>;

export interface SortOptions {
  /** True (the default), or one for each column. */
  readonly ascending?: boolean | readonly boolean[];
  readonly naPosition?: "first" | "last";
  readonly npartitions?: number;
}

/**
 * A lazy table: rows with an index, in partitions. Methods give new tables and compute nothing; names and types are checked
 * when they are called.
 * @see https://docs.dask.org/en/stable/dataframe.html
 */
export class DataFrame<S = AnyRow> extends Table<Frame<S>> {
  protected over(view: View): this {
    return new DataFrame<S>(view) as this;
  }

  finish(blocks: readonly unknown[]): Frame<S> {
    return new Frame<S>(stackChunks(blocks, this.node), this.meta);
  }

  /** Column labels in order; a label of several levels is a list. */
  get columns(): (string | string[])[] {
    return this.view.columns.map(({ name }) => nameLabel(name));
  }

  get dtypes(): Record<string, Dtype> {
    return Object.fromEntries(this.meta.columns.map(({ name, dtype }) => [name, dtype]));
  }

  /**
   * One column.
   * @throws ShoalError UNKNOWN_KEY naming the columns that are there
   */
  get<K extends keyof S & string>(label: K | readonly string[]): Series<S[K]> {
    const name = typeof label === "string" || Array.isArray(label) ? labelName(label as Label) : String(label);
    return new Series<S[K]>({ ...this.view, columns: [viewColumn(this.view, name)] });
  }

  /** Some columns, in the order given. */
  select<K extends keyof S & string>(...labels: readonly (K | readonly K[])[]): DataFrame<Pick<S, K>> {
    const names = labels.flat() as string[];
    return new DataFrame<Pick<S, K>>({ ...this.view, columns: names.map((name) => viewColumn(this.view, name)) });
  }

  /** Columns by position: a list of positions, or a range from … to. */
  columnsAt(positions: readonly number[]): DataFrame<AnyRow> {
    const { columns } = this.view;
    for (const at of positions)
      if (!(Number.isInteger(at) && at >= -columns.length && at < columns.length))
        throw new RangeError(`There is no column at ${at}; there are ${columns.length}`);
    return new DataFrame({ ...this.view, columns: positions.map((at) => columns.at(at) as ViewColumn) });
  }

  /** Columns of these types: "number", "bool", "string", "datetime", or a type's name. */
  selectDtypes(options: { include?: Kinds; exclude?: Kinds }): DataFrame<AnyRow> {
    const { columns } = metaOf(this.view);
    const list = (kinds: Kinds | undefined): readonly string[] => (typeof kinds === "string" ? [kinds] : (kinds ?? []));
    const [include, exclude] = [list(options.include), list(options.exclude)];
    for (const kind of [...include, ...exclude]) if (!["number", "object", "category"].includes(kind)) parseDtype(kind);
    const is = (dtype: Dtype, kinds: readonly string[]): boolean =>
      kinds.some(
        (kind) =>
          kind === dtype ||
          (kind === "number" && /^(u?int|float)/.test(dtype)) ||
          (kind === "object" && dtype === "string") ||
          ((kind === "category") === false && safeDtype(kind) === dtype),
      );
    const kept = columns.filter(
      ({ dtype }) => (options.include === undefined || is(dtype, include)) && !is(dtype, exclude),
    );
    return new DataFrame({ ...this.view, columns: kept.map(({ name }) => viewColumn(this.view, name)) });
  }

  drop<K extends keyof S & string>(...labels: readonly (K | readonly K[])[]): DataFrame<Omit<S, K>> {
    const gone = new Set(labels.flat() as string[]);
    checkColumns(this.view, [...gone], "drop");
    return new DataFrame<Omit<S, K>>({
      ...this.view,
      columns: this.view.columns.filter(({ name }) => !gone.has(name)),
    });
  }

  rename(columns: Readonly<Record<string, string>> | ((name: string) => string)): DataFrame<AnyRow> {
    if (columns === null || (typeof columns !== "function" && typeof columns !== "object"))
      throw new TypeError(`rename() takes names by name, or a function of a name, got ${typeof columns}`);
    const of = typeof columns === "function" ? columns : (name: string) => columns[name] ?? name;
    return new DataFrame({ ...this.view, columns: this.view.columns.map((one) => ({ ...one, name: of(one.name) })) });
  }

  /**
   * Adds or replaces columns.
   * @example
   * flights.assign({ speed: (f) => f.distance / f.minutes * 60, kind: "jet" });
   */
  assign<A extends Record<string, unknown>>(
    columns: { [K in keyof A]: RowExpression<S, A[K]> },
  ): DataFrame<Omit<S, keyof A> & { [K in keyof A]: A[K] }> {
    let view = this.view;
    for (const [name, said] of Object.entries(columns)) {
      const [next, expr] = rowExpression<S>(view, said as RowExpression<S>);
      const made: ViewColumn = { name, expr, ...categoryOf(said) };
      const at = next.columns.findIndex((one) => one.name === name);
      view = boundedView({ ...next, columns: at < 0 ? [...next.columns, made] : next.columns.with(at, made) });
    }
    return new DataFrame(view);
  }

  /**
   * Rows where the condition holds; a missing condition does not.
   * @example
   * flights.filter((f) => f.delay > limit && f.origin !== "ORD");
   * flights.filter(col("delay").gt(limit));
   */
  filter(condition: RowExpression<S, boolean | null | undefined>): DataFrame<S> {
    const [view, expr] = rowExpression<S>(this.view, condition as RowExpression<S>);
    return new DataFrame<S>({ ...view, root: filterNode(view.root, expr) });
  }

  /** Rows where a condition written as text holds: `query('delay > 30 and origin != "ORD"')`. @throws SyntaxError */
  query(text: string): DataFrame<S> {
    const names = this.columns.filter((one): one is string => typeof one === "string");
    let condition: Expr;
    try {
      condition = parseCondition(text, names);
    } catch (cause) {
      if (!(cause instanceof ShoalError)) throw cause;
      throw new RangeError(`query() names what is not there: ${cause.message}`, { cause });
    }
    return this.filter(new ColumnExpression(condition) as never);
  }

  /** @see https://docs.dask.org/en/stable/generated/dask.dataframe.DataFrame.astype.html */
  astype(dtypes: string | Readonly<Record<string, string>>): DataFrame<S> {
    const of = (name: string): string | undefined => (typeof dtypes === "string" ? dtypes : dtypes[name]);
    if (typeof dtypes !== "string") for (const name of Object.keys(dtypes)) viewColumn(this.view, name);
    return this.each((one, name) => {
      const dtype = of(name);
      return dtype === undefined ? one : one.astype(dtype);
    });
  }

  /** The same done to every column; rows stay as they are. */
  each(change: (column: Series, name: string) => Series): DataFrame<S> {
    let view = this.view;
    const columns: ViewColumn[] = [];
    for (const one of this.view.columns) {
      const changed = change(new Series({ ...view, columns: [one] }), one.name).view;
      view = { ...view, root: changed.root };
      columns.push({ ...(changed.columns[0] as ViewColumn), name: one.name });
    }
    return new DataFrame<S>({ ...view, columns });
  }

  /** @see https://docs.dask.org/en/stable/generated/dask.dataframe.DataFrame.sort_values.html */
  sortValues(by: (keyof S & string) | readonly (keyof S & string)[], options: SortOptions = {}): DataFrame<S> {
    const names = [by].flat() as string[];
    const { ascending = true } = options;
    const descending = names.map((_, at) => !(typeof ascending === "boolean" ? ascending : ascending[at]));
    const placed = withCategoryPlaces(this.view, names);
    if (placed !== undefined)
      return new DataFrame<never>(placed.view)
        .sortValues(placed.by as never, options)
        .drop(placed.made as never) as never;
    const input = nodeOfView(this.view);
    const npartitions = options.npartitions ?? input.npartitions;
    const nullsLast = options.naPosition !== "first";
    return new DataFrame<S>(
      viewOfNode(
        named({
          kind: "sort",
          input,
          by: names,
          descending,
          nullsLast,
          targets: null,
          fields: input.fields,
          npartitions,
          divisions: null,
        }),
        this.view,
      ),
    );
  }

  /** The `n` rows with the largest values of the columns. */
  nlargest(n: number, by: (keyof S & string) | readonly (keyof S & string)[]): DataFrame<S> {
    return this.top(n, [by].flat() as string[], true);
  }
  nsmallest(n: number, by: (keyof S & string) | readonly (keyof S & string)[]): DataFrame<S> {
    return this.top(n, [by].flat() as string[], false);
  }

  /** The index as columns in front, or (drop) gone; the new index numbers each partition's rows from 0. */
  resetIndex(options: { drop?: boolean } = {}): DataFrame<AnyRow> {
    const names = this.view.index.map(
      ({ label }, level) => label ?? (this.view.index.length === 1 ? "index" : `level_${level}`),
    );
    const twice =
      options.drop === true ? undefined : names.find((name) => this.view.columns.some((one) => one.name === name));
    if (twice !== undefined)
      throw new RangeError(
        `resetIndex() would make a second column "${twice}"; rename the one there, or give drop: true`,
      );
    const front: ViewColumn[] =
      options.drop === true ? [] : this.view.index.map(({ expr }, level) => ({ name: names[level] as string, expr }));
    const flat = selectNode(
      this.view.root,
      [...front, ...this.view.columns].map(({ name, expr }) => ({ name, expr })),
    );
    const numbered = named({
      kind: "number",
      input: flat,
      name: indexName(0),
      fields: [...flat.fields, { name: indexName(0), dtype: "int64" }],
      npartitions: flat.npartitions,
      divisions: null,
    });
    return new DataFrame(viewOfNode(numbered, { index: [{ label: null }], columns: [...front, ...this.view.columns] }));
  }

  /** Distinct rows, by all columns or by some; the first of equals stays. */
  dropDuplicates(
    options: { subset?: readonly (keyof S & string)[]; keep?: "first" | "last" | false } = {},
  ): DataFrame<S> {
    const by = (options.subset ?? this.view.columns.map(({ name }) => name)) as string[];
    for (const name of by) viewColumn(this.view, name);
    const input = nodeOfView(this.view);
    const keep = options.keep === false ? "none" : (options.keep ?? "first");
    return new DataFrame<S>(
      viewOfNode(
        named({ kind: "unique", input, by, keep, fields: input.fields, npartitions: 1, divisions: null }),
        this.view,
      ),
    );
  }

  /** Rows without missing values: in any column, in all, or with at least `thresh` values. */
  dropna(options: { how?: "any" | "all"; subset?: readonly (keyof S & string)[]; thresh?: number } = {}): DataFrame<S> {
    const { how = "any" } = options;
    if (how !== "any" && how !== "all") throw new RangeError(`how is any or all, got ${String(how)}`);
    const names = (options.subset ?? this.view.columns.map(({ name }) => name)) as string[];
    checkColumns(this.view, names, "dropna");
    const present = names.map((name) => call("notNull", [viewColumn(this.view, name).expr]));
    const counted = present.map((one) => call("cast", [one], { dtype: "int64" })).reduce((a, b) => call("add", [a, b]));
    const needed = options.thresh ?? (options.how === "all" ? 1 : names.length);
    return new DataFrame<S>({
      ...this.view,
      root: filterNode(this.view.root, call("ge", [counted, literalOf(needed)])),
    });
  }

  fillna(value: Parameters<Series["fillna"]>[0] | Readonly<Record<string, unknown>>): DataFrame<S> {
    const table =
      typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
        ? (value as Record<string, never>)
        : undefined;
    return this.each((one, name) => {
      if (table === undefined) return fits(one.dtype, value) ? one.fillna(value as number) : one;
      return Object.hasOwn(table, name) ? one.fillna(table[name] as never) : one;
    });
  }

  /** A row for each value of a list column. */
  explode(label: keyof S & string): DataFrame<AnyRow> {
    const { dtype } = this.get(label);
    // Values that are no lists are a row of their own already.
    if (!dtype.startsWith("list<")) return new DataFrame(this.view);
    return new DataFrame(viewOfNode(explodeNode(nodeOfView(this.view), label), this.view));
  }

  /** How many rows. */
  size(): Scalar<number> {
    return this.rowCount();
  }

  /** How many rows, as a lazy value. */
  rowCount(): Scalar<number> {
    const [first] = this.view.index;
    const probe = this.view.columns[0]?.expr ?? (first?.expr as Expr);
    return new Series({ ...this.view, columns: [{ name: "n", expr: probe }] }).size();
  }

  /** How many rows there are. */
  async length(): Promise<number> {
    const known = knownRows(this.view.root);
    if (known !== null) return known;
    return (await this.rowCount().compute()) as number;
  }

  /**
   * The first rows, computed, or with a number below zero all but so many at the end; only as many partitions are read as said (1 unless told, -1 for all).
   * With `compute: false` the rows stay lazy.
   */
  head(n?: number, options?: { npartitions?: number; compute?: true }): Promise<Frame<S>>;
  head(n: number, options: { npartitions?: number; compute: false }): DataFrame<S>;
  head(n = 5, options: { npartitions?: number; compute?: boolean } = {}): Promise<Frame<S>> | DataFrame<S> {
    return this.end(n, "head", options);
  }
  tail(n?: number, options?: { compute?: true }): Promise<Frame<S>>;
  tail(n: number, options: { compute: false }): DataFrame<S>;
  tail(n = 5, options: { compute?: boolean } = {}): Promise<Frame<S>> | DataFrame<S> {
    return this.end(n, "tail", options);
  }

  /** Rows as objects, a partition at a time: the next is computed when the one before is used up. */
  async *rows(): AsyncGenerator<S> {
    for (let at = 0; at < this.npartitions; at++) yield* (await this.partitions(at).compute()).toRecords();
  }

  private end(
    n: number,
    from: "head" | "tail",
    options: { npartitions?: number; compute?: boolean },
  ): Promise<Frame<S>> | DataFrame<S> {
    const input = nodeOfView(this.view);
    const asked = options.npartitions ?? 1;
    if (asked > input.npartitions)
      throw new RangeError(`The table has ${input.npartitions} partitions, ${from}() was to read ${asked}`);
    const partitions = asked < 0 ? input.npartitions : asked;
    const limit = named({
      kind: "limit",
      input,
      rows: n,
      from,
      partitions,
      fields: input.fields,
      npartitions: 1,
      divisions: null,
    });
    const table = new DataFrame<S>(viewOfNode(limit, this.view));
    return options.compute === false ? table : table.compute();
  }

  private top(rows: number, by: readonly string[], largest: boolean): DataFrame<S> {
    for (const { name, dtype } of metaOf(this.view).columns)
      if (by.includes(name) && (dtype === "string" || dtype.startsWith("list")))
        throw new TypeError(
          `${largest ? "nlargest" : "nsmallest"}() needs numbers or times; column "${name}" is ${dtype}`,
        );
    for (const name of by) viewColumn(this.view, name);
    const input = nodeOfView(this.view);
    const node = named({
      kind: "largest",
      input,
      by,
      descending: by.map(() => largest),
      rows,
      fields: input.fields,
      npartitions: 1,
      divisions: null,
    });
    return new DataFrame<S>(viewOfNode(node, this.view));
  }
}

/** A kind of columns, or several. */
type Kinds = string | readonly string[];

const safeDtype = (name: string): Dtype | undefined => {
  try {
    return parseDtype(name);
  } catch {
    return undefined;
  }
};
