import { tokenize } from "../../runtime/graph/tokenize.ts";
import { type AnyRow, DataFrame } from "./dataframe.ts";
import { type Dtype, parseDtype } from "./dtype.ts";
import type { Plain } from "./expression/expression.ts";
import { NO_NAME } from "./frame/column.ts";
import { dtypeOfValues, plainValue } from "./frame/value-types.ts";
import { type Node, named } from "./plan/node.ts";
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
 * A table of columns in hand.
 * @throws TypeError for values no column can hold, or columns of different lengths
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
  const lists = names.map((name) => listOfValues(columns[name] as readonly unknown[]));
  const rows = options.index?.length ?? lists[0]?.length ?? 0;
  lists.forEach((list, at) => {
    if (list.length !== rows)
      throw new TypeError(`Column "${names[at]}" has ${list.length} values where the others have ${rows}`);
  });
  const index = options.index ?? Array.from({ length: rows }, (_, at) => at);
  const all = [index, ...lists];
  const fields: Field[] = [indexName(0), ...names].map((name, at) => ({
    name,
    dtype:
      at === 0
        ? options.indexDtype === undefined
          ? dtypeOfValues(index, "index")
          : parseDtype(options.indexDtype)
        : dtypeOf(name, all[at] as readonly unknown[], options),
  }));
  const plain = all.map((list, _at) => list.map(plainValue));
  const order =
    options.sort === false || options.divisions !== undefined ? undefined : sortedOrder(plain[0] as Plain[]);
  const sorted = order === undefined ? plain : plain.map((list) => order.map((row) => list[row] as Plain));
  const node = partitionedNode(
    fields,
    sorted,
    partitionRows(rows, options),
    divisionsOf(sorted[0] as Plain[], options),
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

const listOfValues = (values: readonly unknown[] | ArrayBufferView): readonly unknown[] =>
  ArrayBuffer.isView(values) ? Array.from(values as unknown as ArrayLike<unknown>) : values;

function dtypeOf(name: string, values: readonly unknown[], options: FromColumnsOptions): Dtype {
  const said = options.dtypes?.[name];
  return said === undefined ? dtypeOfValues(values, name) : parseDtype(said);
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

function divisionsOf(index: readonly Plain[], options: FromColumnsOptions): "from index" | readonly Plain[] | null {
  if (options.divisions === null) return null;
  if (options.divisions !== undefined) return options.divisions.map(plainValue);
  return options.sort === false || index.length === 0 ? null : "from index";
}

/** A source of JavaScript values: each task makes its own part a table. */
function partitionedNode(
  fields: readonly Field[],
  columns: readonly (readonly Plain[])[],
  partitions: readonly number[],
  known: "from index" | readonly Plain[] | null,
): Node {
  let from = 0;
  const starts: number[] = [];
  const parts = partitions.map((rows) => {
    starts.push(from);
    const own = Object.fromEntries(
      fields.map(({ name }, at) => [name, (columns[at] as Plain[]).slice(from, from + rows)]),
    );
    from += rows;
    return { own, rows };
  });
  const index = columns[0] as readonly Plain[];
  const values = known === "from index" ? [...starts.map((at) => index[at] as Plain), index.at(-1) as Plain] : known;
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
