import { type AxisRuns, input } from "../../runtime/graph/call.ts";
import { blockIndex, gridSize, linearIndex } from "../../runtime/graph/key.ts";
import type { TaskLayer } from "../../runtime/graph/layer.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { type ArrayLike, blocksOf } from "./array-like.ts";
import { axisOf, type Blocks, gridOf, layerName, shapeOf, shapeText } from "./blocks.ts";
import { sizeOf } from "./chunk.ts";
import { axisBlocks, commonRuns, isUnknown } from "./chunk-spec.ts";
import type { DType } from "./dtype.ts";
import { castBlocks, isBlocks } from "./elementwise.ts";
import { settle } from "./kernels/elementwise.ts";
import { resultType } from "./promote.ts";
import { rechunkTo } from "./rechunk.ts";
import { reshapeBlocks } from "./reshape.ts";
import { reaxisBlocks } from "./slicing.ts";

const PASS = kernel("shoal:collections/array/kernels/elementwise", "settle", settle);

/** Lists in lists, for {@link blockBlocks}. */
export type NestedArrays = ArrayLike | readonly NestedArrays[];

/**
 * Arrays one after another along an axis; null joins them flattened.
 * @throws RangeError with the shapes if they differ on another axis
 * @see https://docs.dask.org/en/stable/generated/dask.array.concatenate.html
 */
export function concatenateBlocks(arrays: readonly Blocks[], axis: number | null = 0): Blocks {
  if (arrays.length === 0) throw new RangeError("Nothing was given to concatenate");
  if (axis === null) return concatenateBlocks(arrays.map((one) => reshapeBlocks(one, [-1])));
  const first = arrays[0] as Blocks;
  const ndim = first.axes.length;
  if (ndim === 0) throw new RangeError("Arrays without axes cannot be concatenated; stack them");
  const along = axisOf(axis, ndim);
  for (const one of arrays) requireSameShape(first, one, along);
  const dtype = resultType(...arrays.map((one) => one.dtype));
  const filled = arrays.filter((one) => sizeOf(shapeOf(one)) !== 0);
  const parts = filled.length > 0 ? filled : arrays;
  if (parts.length === 1) return castBlocks(parts[0] as Blocks, dtype);
  return joinBlocks(parts.map(wholeThinAxes), along, dtype);
}

/** As Dask joins: an axis of one element or none has one block, unless there is nothing on any axis. */
function wholeThinAxes(blocks: Blocks): Blocks {
  const shape = shapeOf(blocks);
  if (shape.every((n) => n === 0)) return blocks;
  return rechunkTo(
    blocks,
    blocks.axes.map((runs, axis): AxisRuns => ((shape[axis] as number) <= 1 ? [[shape[axis] as number, 1]] : runs)),
  );
}

function joinBlocks(arrays: readonly Blocks[], along: number, dtype: DType): Blocks {
  const first = arrays[0] as Blocks;
  // Cast first: it may leave out blocks without elements beside a single one.
  const cast = arrays.map((one) => castBlocks(one, dtype));
  const cut = first.axes.map((_, at) =>
    commonRuns(cast.map((one) => one.axes[at] as AxisRuns).slice(0, at === along ? 1 : undefined), at),
  );
  const parts = cast.map((one) =>
    rechunkTo(
      one,
      cut.map((runs, at) => (at === along ? (one.axes[at] as AxisRuns) : runs)),
    ),
  );
  if (parts.length === 1) return parts[0] as Blocks;
  const axes = cut.map((runs, at) => (at === along ? parts.flatMap((one) => one.axes[at] as AxisRuns) : runs));
  return { layer: joinLayer(parts, along, gridOf(axes)), axes, dtype };
}

function requireSameShape(a: Blocks, b: Blocks, along: number): void {
  const [one, two] = [shapeOf(a), shapeOf(b)];
  const differs =
    one.length !== two.length || one.some((n, axis) => axis !== along && n !== two[axis] && !Number.isNaN(n));
  if (differs)
    throw new RangeError(
      `Shapes ${shapeText(one)} and ${shapeText(two)} cannot be joined along axis ${along}: all other axes must agree`,
    );
}

function joinLayer(parts: readonly Blocks[], along: number, grid: readonly number[]): TaskLayer {
  const starts: number[] = [];
  let total = 0;
  for (const part of parts) {
    starts.push(total);
    total += axisBlocks(part.axes[along] as AxisRuns);
  }
  const sources = [...new Set(parts.map((part) => part.layer))];
  const size = gridSize(grid);
  const inputSource = new Uint16Array(size);
  const inputIndex = new Uint32Array(size);
  for (let task = 0; task < size; task++) {
    const index = blockIndex(grid, task);
    let part = parts.length - 1;
    while ((starts[part] as number) > (index[along] as number)) part -= 1;
    index[along] = (index[along] as number) - (starts[part] as number);
    const { layer } = parts[part] as Blocks;
    inputSource[task] = sources.indexOf(layer);
    inputIndex[task] = linearIndex(layer.grid, index);
  }
  const inputOffsets = Uint32Array.from({ length: size + 1 }, (_, i) => i);
  const name = layerName(
    "concatenate",
    parts.map((one) => one.layer),
    along,
  );
  return {
    kind: "tasks",
    name,
    grid,
    calls: [{ fn: PASS, args: [input(0)] }],
    sources,
    inputOffsets,
    inputSource,
    inputIndex,
  };
}

/**
 * Arrays of one shape along a new axis.
 * @throws RangeError with the shapes if they differ
 */
export function stackBlocks(arrays: readonly Blocks[], axis = 0): Blocks {
  if (arrays.length === 0) throw new RangeError("Nothing was given to stack");
  const first = arrays[0] as Blocks;
  const shape = shapeOf(first);
  for (const one of arrays)
    if (one.axes.length !== shape.length || shapeOf(one).some((n, at) => n !== shape[at] && !Number.isNaN(n)))
      throw new RangeError(
        `Shapes ${shapeText(shape)} and ${shapeText(shapeOf(one))} cannot be stacked: they must agree`,
      );
  const at = axisOf(axis, shape.length + 1);
  const order = shape.map((_, k): number | null => k);
  order.splice(at, 0, null);
  return joinBlocks(
    arrays.map((one) => reaxisBlocks(one, order)),
    at,
    resultType(...arrays.map((one) => one.dtype)),
  );
}

/** Arrays put together from nested lists: the innermost along the last axis, the next along the one before. */
export function blockBlocks(nested: NestedArrays): Blocks {
  const depth = depthOf(nested);
  const ndim = Math.max(depth, ...leavesOf(nested).map((one) => one.axes.length));
  const join = (one: NestedArrays, level: number): Blocks =>
    isList(one)
      ? concatenateBlocks(
          one.map((part) => join(part as NestedArrays, level - 1)),
          ndim - level,
        )
      : padded(blocksOf(one as ArrayLike), ndim);
  return join(nested, depth);
}

const isList = (one: NestedArrays): one is readonly NestedArrays[] => Array.isArray(one) && !isBlocks(one);
const depthOf = (one: NestedArrays): number =>
  isList(one) ? 1 + Math.max(0, ...one.map((part) => depthOf(part as NestedArrays))) : 0;
const leavesOf = (one: NestedArrays): Blocks[] =>
  isList(one) ? one.flatMap((part) => leavesOf(part as NestedArrays)) : [blocksOf(one as ArrayLike)];

function padded(blocks: Blocks, ndim: number): Blocks {
  const lead = new Array<null>(Math.max(0, ndim - blocks.axes.length)).fill(null);
  return lead.length === 0 ? blocks : reaxisBlocks(blocks, [...lead, ...blocks.axes.map((_, axis) => axis)]);
}

/** Whether all lengths are known. */
export const isKnown = (blocks: Blocks): boolean => !blocks.axes.some(isUnknown);
