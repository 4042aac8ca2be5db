import { tokenize } from "../../runtime/graph/tokenize.ts";
import { type ColumnValues, columnValues, listedValues } from "./column-values.ts";
import { type AnyRow, DataFrame } from "./dataframe.ts";
import type { Dtype } from "./dtype.ts";
import type { Plain } from "./expression/expression.ts";
import { NO_NAME } from "./frame/column.ts";
import { plainValue } from "./frame/value-types.ts";
import { type Node, named } from "./plan/node.ts";
import type { RowNumbers } from "./plan/step.ts";
import { viewOfNode } from "./plan/view.ts";
import { type Field, indexName } from "./schema.ts";

export interface FromColumnsOptions {
  /** Types of columns that should not be told from their values. */
  readonly dtypes?: Readonly<Record<string, string>>;
  /** Labels of the rows; they are numbered from 0 otherwise. */
  readonly index?: readonly unknown[];
  readonly indexName?: string | null;
  readonly indexDtype?: string;
  /** How many partitions; 1 unless told. */
  readonly npartitions?: number;
  /** Rows a partition, instead of a number of partitions. */
  readonly chunksize?: number;
  /** Rows in each partition, instead of a number of partitions. */
  readonly partitions?: readonly number[];
  /** Sort the rows by their index first, so that divisions are known; default true. */
  readonly sort?: boolean;
  /** Divisions, where the caller knows them and the rows are in order. */
  readonly divisions?: readonly unknown[] | null;
}

/**
 * A table of columns in hand: lists of values, or typed arrays, whose types are those of their columns.
 * @throws TypeError for values no column can hold, or not one of the type asked for, or columns of different lengths
 * @see https://docs.dask.org/en/stable/generated/dask.dataframe.from_pandas.html
 * @example
 * const df = fromColumns({ id: [1, 2, 3], name: ["a", "b", null] }, { npartitions: 2 });
 */
export function fromColumns<S = AnyRow>(
  columns: Readonly<Record<string, readonly unknown[] | ArrayBufferView>>,
  options: FromColumnsOptions = {},
): DataFrame<S> {
  if (typeof columns !== "object" || columns === null || Array.isArray(columns))
    throw new TypeError("A table needs columns: an object of lists of values");
  const names = Object.keys(columns);
  const lists = names.map((name) => columnValues(name, columns[name], options.dtypes?.[name]));
  const rows = options.index?.length ?? lists[0]?.values.length ?? 0;
  lists.forEach(({ values }, at) => {
    if (values.length !== rows)
      throw new TypeError(`Column "${names[at]}" has ${values.length} values where the others have ${rows}`);
  });
  const index = indexValues(rows, options);
  const fields: Field[] = [index, ...lists].map(({ dtype }, at) => ({
    name: [indexName(0), ...names][at] as string,
    dtype,
  }));
  const order =
    options.sort === false || options.divisions !== undefined || isNumbered(index.values)
      ? undefined
      : sortedOrder(index.values as readonly Plain[]);
  const node = partitionedNode(
    fields,
    [index, ...lists].map(({ values }) => (order === undefined ? values : inOrder(values as ListedValues, order))),
    partitionRows(rows, options),
    divisionsOf(rows, options),
  );
  return new DataFrame<S>(
    viewOfNode(node, { index: [{ label: options.indexName ?? null }], columns: names.map((name) => ({ name })) }),
  );
}

/** A table of rows as objects; a column for each name that any row has. */
export function fromRecords<S extends object>(records: readonly S[], options: FromColumnsOptions = {}): DataFrame<S> {
  if (!Array.isArray(records)) throw new TypeError("A table needs rows: a list of objects");
  const names = new Set<string>();
  for (const record of records) {
    if (typeof record !== "object" || record === null)
      throw new TypeError(`A row must be an object, got ${record === null ? "null" : typeof record}`);
    for (const name of Object.keys(record)) names.add(name);
  }
  return fromColumns<S>(
    Object.fromEntries(
      [...names].map((name) => [name, records.map((record) => (record as Record<string, unknown>)[name] ?? null)]),
    ),
    options,
  );
}

export const NO_COLUMN = NO_NAME;

type ListedValues = ColumnValues["values"];
type SourceValues = ListedValues | RowNumbers;

const isNumbered = (values: SourceValues): values is RowNumbers =>
  !Array.isArray(values) && !ArrayBuffer.isView(values);

/** The labels that were given, or the rows' numbers. */
function indexValues(
  rows: number,
  { index, indexDtype }: FromColumnsOptions,
): { readonly dtype: Dtype; readonly values: SourceValues } {
  if (index !== undefined)
    return indexDtype === undefined && Array.isArray(index)
      ? listedValues("index", index)
      : columnValues("index", index, indexDtype);
  if (indexDtype === undefined) return { dtype: "int64", values: { first: 0, rows } };
  return columnValues(
    "index",
    Array.from({ length: rows }, (_, at) => at),
    indexDtype,
  );
}

function inOrder(values: ListedValues, order: readonly number[]): ListedValues {
  if (!ArrayBuffer.isView(values)) return order.map((row) => values[row] as Plain);
  const taken = values.slice() as Float64Array;
  order.forEach((row, at) => {
    taken[at] = (values as Float64Array)[row] as number;
  });
  return taken;
}

function sortedOrder(index: readonly Plain[]): number[] | undefined {
  const rising = index.every((value, at) => at === 0 || (index[at - 1] as number) <= (value as number));
  if (rising) return undefined;
  return Array.from(index, (_, at) => at).sort((a, b) => compare(index[a] as Plain, index[b] as Plain) || a - b);
}

const compare = (a: Plain, b: Plain): number =>
  (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;

function partitionRows(rows: number, options: FromColumnsOptions): readonly number[] {
  if (options.partitions !== undefined) return options.partitions;
  const { chunksize } = options;
  if (chunksize !== undefined) {
    if (!(Number.isInteger(chunksize) && chunksize > 0))
      throw new RangeError(`chunksize is a number of rows above 0, got ${chunksize}`);
    const full = Math.max(1, Math.ceil(rows / chunksize));
    return Array.from({ length: full }, (_, at) => Math.min(chunksize, rows - at * chunksize));
  }
  const wanted = Math.max(1, options.npartitions ?? 1);
  const count = Math.max(1, Math.min(wanted, rows));
  const [size, larger] = [Math.floor(rows / count), rows % count];
  return Array.from({ length: count }, (_, at) => size + (at < larger ? 1 : 0));
}

function divisionsOf(rows: number, options: FromColumnsOptions): "from index" | readonly Plain[] | null {
  if (options.divisions === null) return null;
  if (options.divisions !== undefined) return options.divisions.map(plainValue);
  return options.sort === false || rows === 0 ? null : "from index";
}

/** A source of JavaScript values: each task makes its own part a table. */
function partitionedNode(
  fields: readonly Field[],
  columns: readonly SourceValues[],
  partitions: readonly number[],
  known: "from index" | readonly Plain[] | null,
): Node {
  let from = 0;
  const starts: number[] = [];
  const parts = partitions.map((rows) => {
    starts.push(from);
    const own = Object.fromEntries(
      fields.map(({ name }, at) => [name, stretchOf(columns[at] as SourceValues, from, rows)]),
    );
    from += rows;
    return { own, rows };
  });
  const labels = (): Plain[] => [...starts, from - 1].map((row) => labelAt(columns[0] as SourceValues, row));
  const values = known === "from index" ? labels() : known;
  return named({
    kind: "scan",
    reader: { format: "columns" },
    parts,
    label: `values-${tokenize(fields).slice(0, 6)}`,
    fields,
    npartitions: parts.length,
    divisions: values === null ? null : { column: indexName(0), values },
  });
}

/** A copy, so that what its owner does to a list later changes nothing. */
const stretchOf = (values: SourceValues, from: number, rows: number): SourceValues =>
  isNumbered(values) ? { first: values.first + from, rows } : values.slice(from, from + rows);

const labelAt = (values: SourceValues, row: number): Plain =>
  isNumbered(values) ? values.first + row : (values[Math.max(0, row)] as Plain);
