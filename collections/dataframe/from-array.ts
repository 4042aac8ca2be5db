import { type AxisRuns, input, literal, location } from "../../runtime/graph/call.ts";
import type { BlockwiseLayer } from "../../runtime/graph/layer.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import type { ShoalArray } from "../array/array.ts";
import { axisSizes } from "../array/chunk-spec.ts";
import { type AnyRow, DataFrame } from "./dataframe.ts";
import { type Dtype, parseDtype } from "./dtype.ts";
import { NO_NAME } from "./frame/column.ts";
import { tableOfBlock } from "./kernels/table-of-block.ts";
import { numberedLayer } from "./plan/numbered-layer.ts";
import { viewOfNode } from "./plan/view.ts";
import { type Field, indexName } from "./schema.ts";
import { Series } from "./series.ts";

const TABLE = kernel("shoal:collections/dataframe/kernels/table-of-block", "tableOfBlock", tableOfBlock);

export interface FromArrayOptions {
  /** Names of the columns of a matrix; default "0", "1" …. For a list of numbers, the name of the series. */
  readonly columns?: readonly string[] | string;
}

/**
 * A lazy array as a table: a matrix gives a DataFrame of as many columns, a list of numbers a Series. A block of rows is a
 * partition; rows are numbered through, with known divisions where the array knows its chunks. NaN becomes a missing value.
 * @throws TypeError for complex numbers and times; RangeError for arrays of other dimensions, or names that are not one a column
 * @see https://docs.dask.org/en/stable/generated/dask.array.Array.to_dask_dataframe.html
 * @example
 * const points = da.random.normal([1000, 2], { chunks: [250, 2], seed: 1 });
 * const means = await dd.fromArray(points, { columns: ["x", "y"] }).mean().compute();
 */
export function fromArray(
  array: ShoalArray,
  options: FromArrayOptions & { readonly columns: readonly string[] },
): DataFrame<AnyRow>;
export function fromArray(array: ShoalArray, options?: FromArrayOptions): DataFrame<AnyRow> | Series<unknown>;
export function fromArray(array: ShoalArray, options: FromArrayOptions = {}): DataFrame<AnyRow> | Series<unknown> {
  if (array.ndim !== 1 && array.ndim !== 2)
    throw new RangeError(`A table is made of an array of one or two dimensions, got ${array.ndim}`);
  if (!/^(bool|u?int\d+|float\d+)$/.test(array.dtype))
    throw new TypeError(`A table is made of numbers and booleans, not of ${array.dtype}; use astype() first`);
  const columns = fieldsOf(array, options.columns);
  const source = array.ndim === 2 ? array.rechunk({ 1: -1 }) : array;
  const rows = source.axes[0] as AxisRuns;
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: `from-array-${tokenize(source.layer.name, columns)}`,
    grid: [source.layer.grid[0] as number],
    inputs: [
      {
        source: source.layer,
        axes: source.axes.map((_, axis) => (axis === 0 ? { kind: "axis", axis: 0 } : { kind: "at", index: 0 })),
      },
    ],
    call: { fn: TABLE, args: [literal(columns), location([rows]), input(0)] },
  };
  const node = numberedLayer(columns, layer, divisionsOf(axisSizes(rows)));
  const view = viewOfNode(node, { index: [{ label: null }], columns });
  return array.ndim === 1 ? new Series<unknown>(view) : new DataFrame<AnyRow>(view);
}

function fieldsOf(array: ShoalArray, columns: FromArrayOptions["columns"]): Field[] {
  const dtype: Dtype = parseDtype(array.dtype);
  if (array.ndim === 1) {
    const [name, ...more] = columns === undefined ? [NO_NAME] : [columns].flat();
    if (name === undefined || more.length > 0)
      throw new RangeError(`A list of numbers has one name, got ${JSON.stringify(columns)}`);
    return [{ name, dtype }];
  }
  const width = array.shape[1] as number;
  if (Number.isNaN(width))
    throw new RangeError("The array does not know how many columns it has; call computeChunkSizes() first");
  const names = columns === undefined ? Array.from({ length: width }, (_, at) => String(at)) : [columns].flat();
  if (names.length !== width || new Set(names).size !== width)
    throw new RangeError(`An array of ${width} columns needs as many different names, got ${JSON.stringify(names)}`);
  return names.map((name) => ({ name, dtype }));
}

/** First rows of the partitions and the last row; null where sizes are not known, or a partition is empty. */
function divisionsOf(sizes: readonly number[]): { readonly column: string; readonly values: readonly number[] } | null {
  if (!sizes.every((size) => size > 0)) return null;
  let at = 0;
  const starts = sizes.map((size) => {
    at += size;
    return at - size;
  });
  return { column: indexName(0), values: [...starts, at - 1] };
}
