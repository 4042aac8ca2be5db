import { type Arg, axisRuns, input, literal } from "../../runtime/graph/call.ts";
import type { BlockwiseLayer } from "../../runtime/graph/layer.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import { type FunctionSpec, kernel } from "../../runtime/wire/function-spec.ts";
import { ShoalArray } from "../array/array.ts";
import type { DType } from "../array/dtype.ts";
import { Bag } from "../bag/bag.ts";
import { type AnyRow, DataFrame } from "./dataframe.ts";
import { type Dtype, promote } from "./dtype.ts";
import { columnBlock, rowsOfTable } from "./kernels/convert.ts";
import { Series } from "./series.ts";
import type { Table } from "./table.ts";

const MODULE = "shoal:collections/dataframe/kernels/convert";
const ROWS = kernel(MODULE, "rowsOfTable", rowsOfTable);
const BLOCK = kernel(MODULE, "columnBlock", columnBlock);

/** A task a partition that makes something else of a table. */
function converted(
  table: Table<unknown>,
  name: string,
  fn: FunctionSpec,
  axes: 1 | 2,
  ...args: readonly Arg[]
): BlockwiseLayer {
  const source = table.layer;
  return {
    kind: "blockwise",
    name: `${name}-${tokenize(source.name, fn.name, args)}`,
    grid: axes === 1 ? [table.npartitions] : [table.npartitions, 1],
    inputs: [{ source, axes: [{ kind: "axis", axis: 0 }] }],
    call: { fn, args: [literal(table.meta), ...args, input(0)] },
  };
}

export interface ToArrayOptions {
  /** True computes how many rows each partition has, so that the array's chunks are known. */
  readonly lengths?: boolean | readonly number[];
}

async function toArray(table: DataFrame<unknown> | Series<unknown>, options: ToArrayOptions): Promise<ShoalArray> {
  const { columns } = table.meta;
  let dtype: Dtype = "bool";
  for (const column of columns) dtype = promote(dtype, column.dtype) ?? refuse(column.name, column.dtype);
  if (!/^(bool|u?int\d+|float\d+)$/.test(dtype)) refuse(columns[0]?.name ?? "", dtype);
  const lengths =
    options.lengths === true
      ? await partitionLengths(table)
      : Array.isArray(options.lengths)
        ? options.lengths
        : Array.from({ length: table.npartitions }, () => Number.NaN);
  const rows = axisRuns(lengths as number[]);
  const flat = table instanceof Series;
  const layer = converted(table, "to-array", BLOCK, flat ? 1 : 2, literal({ dtype, flat }));
  return new ShoalArray({ layer, axes: flat ? [rows] : [rows, [[columns.length, 1]]], dtype: dtype as DType });
}

function refuse(name: string, dtype: string): never {
  throw new TypeError(`Column "${name}" is ${dtype}; an array holds numbers and booleans of one type`);
}

async function partitionLengths(table: DataFrame<unknown> | Series<unknown>): Promise<number[]> {
  return Promise.all(Array.from({ length: table.npartitions }, (_, at) => table.partitions(at).length()));
}

declare module "./dataframe.ts" {
  interface DataFrame<S> {
    /** The values as an Array, rows by columns; its chunks are unknown unless lengths are asked for. */
    toArray(options?: ToArrayOptions): Promise<ShoalArray>;
    /** A Bag of rows, each a list of values, or an object; with `index` the labels come first. */
    toBag(options?: { index?: boolean; format?: "list" }): Bag<unknown[]>;
    toBag(options: { index?: boolean; format: "object" }): Bag<Record<string, unknown>>;
  }
}
declare module "./series.ts" {
  interface Series<T> {
    toArray(options?: ToArrayOptions): Promise<ShoalArray>;
    /** The values as a Bag. */
    toBag(): Bag<unknown>;
  }
}

DataFrame.prototype.toArray = function (options = {}) {
  return toArray(this as DataFrame<unknown>, options);
};
Series.prototype.toArray = function (options = {}) {
  return toArray(this as Series<unknown>, options);
};
DataFrame.prototype.toBag = function (
  this: DataFrame<unknown>,
  options: { index?: boolean; format?: "list" | "object" } = {},
): Bag<never> {
  const how = { index: options.index === true, rows: options.format ?? "list" } as const;
  return new Bag<never>(converted(this, "to-bag", ROWS, 1, literal(how)));
} as unknown as DataFrame<AnyRow>["toBag"];
Series.prototype.toBag = function () {
  return new Bag<unknown>(
    converted(this as Series<unknown>, "to-bag", ROWS, 1, literal({ index: false, rows: "value" })),
  );
};
