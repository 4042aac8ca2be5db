import { type AnyRow, DataFrame } from "./dataframe.ts";
import { isFloat, isNumber, isTime } from "./dtype.ts";
import { endOfTimeMicros, parseTimeMicros } from "./expression/coerce.ts";
import { call, column, type Expr, literalOf, type Plain } from "./expression/expression.ts";
import { inferDtype } from "./expression/infer.ts";
import { parseFrequencyMicros } from "./frequency.ts";
import { combineViews, overDivisions } from "./plan/align.ts";
import { fieldOf, filterNode, pickNode, selectNode } from "./plan/build.ts";
import { type Divisions, type Node, named } from "./plan/node.ts";
import { checkColumns, nodeOfView, type View, type ViewColumn, viewColumn, viewOfNode } from "./plan/view.ts";
import { type PartitionSize, repartitionedBySize } from "./repartition-size.ts";
import { indexName, labelName } from "./schema.ts";
import { Series } from "./series.ts";

/** A range of labels; both ends belong to it, and either may be left out. */
export interface LabelRange {
  readonly from?: unknown;
  readonly to?: unknown;
}
/** Columns from one to another, in their order; both belong to it, and either may be left out. */
export interface ColumnRange {
  readonly from?: string;
  readonly to?: string;
}
export type Rows = LabelRange | readonly unknown[] | string | number | Date | Series<unknown>;

export interface SetIndexOptions {
  /** False keeps the column beside the index. */
  readonly drop?: boolean;
  /** The rows are in order already: nothing moves. */
  readonly sorted?: boolean;
  /** The bounds of the new partitions, where they are known. */
  readonly divisions?: readonly unknown[];
  readonly npartitions?: number;
}

/** Where a series stands that becomes the index. */
const KEY = "__key";

/** Rows by their labels; partitions that cannot hold any are not computed where divisions are known. */
function located(view: View, rows: Rows): View {
  if (rows instanceof Series) {
    const [a, b] = combineViews(view, rows.view, "left");
    return { ...a, root: filterNode(a.root, (b.columns[0] as ViewColumn).expr) };
  }
  const node = nodeOfView(view);
  const key = column(indexName(0));
  const dtype = inferDtype(key, node.fields);
  const [low, high, predicate] = labels(rows, key, isTime(dtype));
  const kept =
    node.divisions === null ? node : clipped(pickNode(node, partitionsBetween(node.divisions, low, high)), low, high);
  return viewOfNode(predicate === null ? kept : filterNode(kept, predicate), view);
}

const isList = (columns: readonly string[] | ColumnRange): columns is readonly string[] => Array.isArray(columns);

function namesBetween(view: View, { from, to }: ColumnRange): string[] {
  checkColumns(
    view,
    [from, to].filter((name) => name !== undefined),
    "loc",
  );
  const names = view.columns.map(({ name }) => name);
  return names.slice(
    from === undefined ? 0 : names.indexOf(from),
    to === undefined ? undefined : names.indexOf(to) + 1,
  );
}

/** Only labels between the bounds are left in the outer partitions. */
function clipped(node: Node, low: Bound, high: Bound): Node {
  const { divisions } = node;
  if (divisions === null) return node;
  const values = [...divisions.values] as number[];
  if (low !== undefined && (low as number) > (values[0] as number))
    values[0] = Math.min(low as number, values.at(-1) as number);
  if (high !== undefined && (high as number) < (values.at(-1) as number))
    values[values.length - 1] = Math.max(high as number, values[0] as number);
  if (typeof values[0] === "string" || Number.isNaN(values[0])) return node;
  return named({ ...node, divisions: { column: divisions.column, values } });
}

type Bound = Plain | undefined;

/** The smallest and largest label asked for, and the condition on the index. */
function labels(rows: Exclude<Rows, Series<unknown>>, key: Expr, time: boolean): [Bound, Bound, Expr | null] {
  const plain = (value: unknown): Plain =>
    value instanceof Date
      ? value.getTime() * 1000
      : time && typeof value === "string"
        ? parseTimeMicros(value)
        : (value as Plain);
  const typed = (value: Plain): Expr => (time ? { kind: "literal", value, dtype: "datetime" } : literalOf(value));
  // Text such as "2021-04" means the whole month.
  const upTo = (value: unknown): Expr =>
    time && typeof value === "string"
      ? call("lt", [key, typed(endOfTimeMicros(value))])
      : call("le", [key, typed(plain(value))]);
  if (Array.isArray(rows)) {
    const all = rows.map(plain);
    const sorted = [...all].sort((a, b) => ((a as number) < (b as number) ? -1 : 1));
    return [sorted[0], sorted.at(-1), call("isIn", [key], { values: all })];
  }
  const range = typeof rows === "object" && !(rows instanceof Date) ? (rows as LabelRange) : { from: rows, to: rows };
  const [from, to] = [range.from ?? null, range.to ?? null];
  const parts: Expr[] = [];
  if (from !== null) parts.push(call("ge", [key, typed(plain(from))]));
  if (to !== null) parts.push(upTo(to));
  const high = to === null ? undefined : time && typeof to === "string" ? endOfTimeMicros(to) : plain(to);
  return [
    from === null ? undefined : plain(from),
    high,
    parts.length === 0 ? null : parts.reduce((a, b) => call("and", [a, b])),
  ];
}

function partitionsBetween({ values }: Divisions, low: Bound, high: Bound): number[] {
  const found: number[] = [];
  for (let at = 0; at < values.length - 1; at++) {
    const [from, to] = [values[at] as number, values[at + 1] as number];
    const last = at === values.length - 2;
    if (high !== undefined && from > (high as number)) continue;
    if (low !== undefined && (last ? to < (low as number) : to < (low as number))) continue;
    found.push(at);
  }
  return found.length > 0 ? found : [0];
}

function indexed(view: View, label: string, options: SetIndexOptions): View {
  const found = viewColumn(view, label);
  const columns = options.drop === false ? view.columns : view.columns.filter(({ name }) => name !== label);
  const node = selectNode(view.root, [
    { name: indexName(0), expr: found.expr },
    ...columns.map(({ name, expr }) => ({ name, expr })),
  ]);
  const like = { index: [{ label }], columns };
  const time = isTime(inferDtype(column(indexName(0)), node.fields));
  const plain = (value: unknown): Plain =>
    value instanceof Date
      ? value.getTime() * 1000
      : time && typeof value === "string"
        ? parseTimeMicros(value)
        : (value as Plain);
  const divisions = options.divisions?.map(plain);
  if (divisions !== undefined) checkRising(divisions, "setIndex");
  if (options.sorted === true) {
    if (divisions !== undefined && divisions.length < 2)
      throw new RangeError(`setIndex() needs at least two divisions, got ${divisions.length}`);
    if (divisions === undefined) return viewOfNode(node, like);
    return viewOfNode(overDivisions(node, indexName(0), divisions), like);
  }
  const npartitions = divisions === undefined ? (options.npartitions ?? node.npartitions) : divisions.length - 1;
  if (!(Number.isInteger(npartitions) && npartitions > 0))
    throw new RangeError(`A table needs at least one partition, got ${npartitions}`);
  const sort: Node = named({
    kind: "sort",
    input: node,
    by: [indexName(0)],
    descending: [false],
    nullsLast: true,
    targets: divisions ?? null,
    fields: node.fields,
    npartitions,
    divisions: divisions === undefined ? null : { column: indexName(0), values: divisions },
  });
  return viewOfNode(sort, like);
}

export interface RepartitionOptions {
  readonly npartitions?: number;
  readonly divisions?: readonly unknown[];
  /** A partition for each stretch of time, such as "1D"; the divisions must be known. */
  readonly freq?: string;
  /** With divisions: they need not begin and end where the table does. */
  readonly force?: boolean;
}

function repartitioned(view: View, options: RepartitionOptions): View {
  const node = nodeOfView(view);
  const time = isTime(inferDtype(column(indexName(0)), node.fields));
  const plain = (value: unknown): Plain =>
    value instanceof Date
      ? value.getTime() * 1000
      : time && typeof value === "string"
        ? parseTimeMicros(value)
        : (value as Plain);
  const { npartitions, divisions, freq } = options;
  const asked = [npartitions, divisions, freq].filter((one) => one !== undefined).length;
  if (asked !== 1)
    throw new TypeError(`repartition() takes one of npartitions, divisions, freq and partitionSize, got ${asked}`);
  if (options.divisions !== undefined)
    checkDivisions(node.divisions, options.divisions.map(plain), options.force === true);
  if (options.divisions !== undefined)
    return viewOfNode(overDivisions(node, indexName(0), options.divisions.map(plain)), view);
  if (options.freq !== undefined)
    return viewOfNode(overDivisions(node, indexName(0), divisionsByTime(node.divisions, options.freq)), view);
  const count = options.npartitions ?? node.npartitions;
  if (!(Number.isInteger(count) && count > 0))
    throw new RangeError(`A table needs at least one partition, got ${count}`);
  const { dtype } = fieldOf(node, indexName(0));
  if (node.divisions !== null && count > node.npartitions && (isNumber(dtype) || dtype === "datetime")) {
    const values = spreadDivisions(node.divisions, count, !isFloat(dtype));
    if (values.length > 2) return viewOfNode(overDivisions(node, indexName(0), values), view);
  }
  return viewOfNode(
    named({
      kind: "repartition",
      input: node,
      how: { kind: "count" },
      fields: node.fields,
      npartitions: count,
      divisions: mergedDivisions(node, count),
    }),
    view,
  );
}

function checkRising(values: readonly Plain[], method: string): void {
  values.forEach((value, at) => {
    if (at > 0 && (value as number) < (values[at - 1] as number))
      throw new RangeError(`Divisions of ${method}() rise; ${String(value)} comes after ${String(values[at - 1])}`);
  });
}

/** @throws RangeError for divisions that fall, or that leave rows of the table outside */
function checkDivisions(had: Divisions | null, values: readonly Plain[], force: boolean): void {
  if (values.length < 2) throw new RangeError(`repartition() needs at least two divisions, got ${values.length}`);
  checkRising(values, "repartition");
  if (had === null || force) return;
  const [first, last] = [had.values[0], had.values.at(-1)];
  if (values[0] !== first || values.at(-1) !== last)
    throw new RangeError(
      `The table reaches from ${String(first)} to ${String(last)}, the divisions from ${String(values[0])} to ${String(values.at(-1))}; give force: true to cut it`,
    );
}

function divisionsByTime(divisions: Divisions | null, freq: string): Plain[] {
  if (divisions === null)
    throw new TypeError("repartition({ freq }) needs known divisions; use setIndex with divisions first");
  const step = parseFrequencyMicros(freq);
  const [first, last] = [divisions.values[0] as number, divisions.values.at(-1) as number];
  const begin = Math.ceil(first / step) * step;
  const values: Plain[] = begin === first || begin > last ? [] : [first];
  for (let at = begin; at <= last; at += step) values.push(at);
  return values.length === 0 ? [first, last] : [...values, last];
}

/** More partitions than there are, between evenly spread labels: for labels that are numbers or times. */
function spreadDivisions({ values }: Divisions, count: number, whole: boolean): Plain[] {
  // The last partition may hold one label alone: its two ends count once.
  const labels = [...new Set(values as number[])];
  const npartitions = labels.length - 1;
  if (npartitions === 0) return labels;
  const spread = Array.from({ length: count + 1 }, (_, at) => {
    const place = (at * npartitions) / count;
    const below = Math.min(Math.floor(place), npartitions - 1);
    const label =
      (labels[below] as number) + (place - below) * ((labels[below + 1] as number) - (labels[below] as number));
    return whole ? Math.trunc(label) : label;
  });
  spread[count] = labels.at(-1) as number;
  return [...new Set(spread)];
}

function mergedDivisions(node: Node, count: number): Divisions | null {
  const { divisions, npartitions } = node;
  if (divisions === null || count > npartitions) return null;
  const values = Array.from(
    { length: count + 1 },
    (_, at) => divisions.values[Math.floor((at * npartitions) / count)] as Plain,
  );
  return { column: divisions.column, values };
}

declare module "./dataframe.ts" {
  interface DataFrame<S> {
    /**
     * Rows by their labels, and columns by theirs: one label, a list, a range (both ends included), or a boolean series.
     * @example
     * df.loc({ from: "2022-03-01", to: "2022-03-02" }, ["delay"]);
     */
    loc(rows: Rows): DataFrame<S>;
    loc(rows: Rows, columns: readonly string[] | ColumnRange): DataFrame<AnyRow>;
    loc(rows: Rows, column: string): Series<unknown>;
    /** The column becomes the index; rows are sorted by it over all partitions. */
    setIndex(label: (keyof S & string) | Series<unknown>, options?: SetIndexOptions): DataFrame<AnyRow>;
    /**
     * Finds out which index values each partition holds, for tables that are in order; it computes the index.
     * @throws RangeError if a partition begins before the one before it ends
     */
    computeDivisions(): Promise<DataFrame<S>>;
    /** @see https://docs.dask.org/en/stable/generated/dask.dataframe.DataFrame.repartition.html */
    repartition(options: RepartitionOptions): DataFrame<S>;
    /** As large as said: it computes how much memory each partition takes, so it is a promise. */
    repartition(options: PartitionSize): Promise<DataFrame<S>>;
    /** Rows of equal keys meet in one partition. */
    shuffle(by: (keyof S & string) | readonly (keyof S & string)[], options?: { npartitions?: number }): DataFrame<S>;
  }
}
declare module "./series.ts" {
  interface Series<T> {
    loc(rows: Rows): Series<T>;
    repartition(options: RepartitionOptions): Series<T>;
  }
}

DataFrame.prototype.loc = function (
  this: DataFrame<unknown>,
  rows: Rows,
  columns?: string | readonly string[] | ColumnRange,
): never {
  const table = new DataFrame<AnyRow>(located(this.view, rows));
  if (columns === undefined) return table as never;
  if (typeof columns === "string") return table.get(columns) as never;
  return table.select(...(isList(columns) ? columns : namesBetween(table.view, columns))) as never;
} as never;
DataFrame.prototype.setIndex = function (label, options = {}) {
  if (!(label instanceof Series)) return new DataFrame<AnyRow>(indexed(this.view, label, options));
  const [own, key] = combineViews(this.view, label.view);
  const name = typeof label.name === "string" ? label.name : null;
  const { expr } = key.columns[0] as ViewColumn;
  // The series takes the place of a column of its name for the moment; the table keeps its own.
  const made = indexed({ ...own, columns: [...own.columns, { name: KEY, expr }] }, KEY, { ...options, drop: true });
  return new DataFrame<AnyRow>({ ...made, index: made.index.map((one) => ({ ...one, label: name })) });
};
DataFrame.prototype.computeDivisions = async function <S>(this: DataFrame<S>) {
  const node = nodeOfView(this.view);
  const key = new Series({
    ...this.view,
    columns: [{ name: "key", expr: (this.view.index[0] as View["index"][number]).expr }],
  });
  const ends = await Promise.all(
    Array.from({ length: node.npartitions }, async (_, at) => {
      const part = key.partitions(at);
      return Promise.all([part.min().compute(), part.max().compute()]);
    }),
  );
  const plain = ends.filter(([low]) => low !== null).map(([low, high]) => [plainLabel(low), plainLabel(high)] as const);
  plain.forEach(([low], at) => {
    if (at > 0 && (low as number) < (plain[at - 1]?.[1] as number))
      throw new RangeError(
        `Partition ${at} begins at ${low}, before the one before it ends; use setIndex without sorted`,
      );
  });
  if (plain.length !== node.npartitions) return this;
  const values = [...plain.map(([low]) => low), plain.at(-1)?.[1] as Plain];
  return new DataFrame<S>(viewOfNode(named({ ...node, divisions: { column: indexName(0), values } }), this.view));
};
const plainLabel = (value: unknown): Plain => (value instanceof Date ? value.getTime() * 1000 : (value as Plain));
DataFrame.prototype.repartition = function <S>(this: DataFrame<S>, options: RepartitionOptions | PartitionSize): never {
  if (!("partitionSize" in options)) return new DataFrame<S>(repartitioned(this.view, options)) as never;
  if (Object.keys(options).length > 1) throw new TypeError("repartition() takes partitionSize alone");
  return repartitionedBySize(this, options.partitionSize) as never;
};
DataFrame.prototype.shuffle = function <S>(this: DataFrame<S>, by: unknown, options: { npartitions?: number } = {}) {
  const names = [by].flat() as string[];
  checkColumns(this.view, names.map(labelName), "shuffle");
  const input = nodeOfView(this.view);
  const npartitions = options.npartitions ?? input.npartitions;
  return new DataFrame<S>(
    viewOfNode(
      named({ kind: "exchange", input, by: names, fields: input.fields, npartitions, divisions: null }),
      this.view,
    ),
  );
} as never;
Series.prototype.loc = function <T>(this: Series<T>, rows: Rows) {
  return new Series<T>(located(this.view, rows));
};
Series.prototype.repartition = function <T>(this: Series<T>, options: RepartitionOptions) {
  return new Series<T>(repartitioned(this.view, options));
};
