import { type AxisRuns, input, literal } from "../../runtime/graph/call.ts";
import type { AxisPick, BlockwiseLayer } from "../../runtime/graph/layer.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { blocksOfContent } from "./array-like.ts";
import { type Blocks, gridOf, layerName, samePlace, shapeOf } from "./blocks.ts";
import { type Chunk, sizeOf } from "./chunk.ts";
import { axisBlocks, axisSize, sameRuns } from "./chunk-spec.ts";
import { kindOf } from "./dtype.ts";
import { alignBlocks, isBlocks } from "./elementwise.ts";
import { type AxisIndex, listOf, parseSlice, positionOf, rangeOf, type Slice, spreadIndexers } from "./indexer.ts";
import { isSource } from "./kernels/elementwise.ts";
import { compressBlock, gatherBlocks, maskBlock } from "./kernels/masks.ts";
import { rechunkTo } from "./rechunk.ts";
import { reshapeBlocks } from "./reshape.ts";
import { reaxisBlocks, sliceBlocks, takeBlocks } from "./slicing.ts";

const MODULE = "shoal:collections/array/kernels/masks";
const COMPRESS = kernel(MODULE, "compressBlock", compressBlock);
const MASK = kernel(MODULE, "maskBlock", maskBlock);
const GATHER = kernel(MODULE, "gatherBlocks", gatherBlocks);

/**
 * What `get` and `set` take for one axis: a position, "start:stop:step" (":" for all), a list of positions or
 * booleans, "…" for all axes left, null (`da.newaxis`) for a new axis, or an array of positions or booleans.
 */
export type Indexer = number | bigint | string | null | Slice | readonly (number | bigint | boolean)[] | Chunk | Blocks;

const isEllipsis = (one: Indexer): boolean => one === "…" || one === "...";
const isMask = (one: Indexer): one is Blocks | Chunk => (isBlocks(one) || isSource(one)) && one.dtype === "bool";
const ndimOfIndexer = (one: Blocks | Chunk): number => (isBlocks(one) ? one.axes.length : one.shape.length);

/** Axes an indexer stands for: a mask of several dimensions covers as many axes. */
export function axesTaken(one: Indexer): number {
  if (one === null) return 0;
  return isMask(one) ? Math.max(1, ndimOfIndexer(one)) : 1;
}

/**
 * Indexing.
 * @throws RangeError for positions out of bounds, with axis and size; too many indexers; masks of another length
 */
export function getBlocks(blocks: Blocks, indexers: readonly Indexer[]): Blocks {
  const shape = shapeOf(blocks);
  const missing = (indexers as readonly unknown[]).indexOf(undefined);
  if (missing >= 0) throw new TypeError(`Indexer ${missing} is undefined; ":" takes an axis whole`);
  const spread = spreadIndexers(indexers, shape.length, axesTaken, isEllipsis);
  const wide = spread.find(
    ({ one }) => one !== undefined && isMask(one as Indexer) && ndimOfIndexer(one as Blocks) > 1,
  );
  if (wide !== undefined) return wideMask(blocks, wide.one as Blocks | Chunk, indexers.length);
  const lists: { axis: number; of: AxisIndex | Blocks }[] = [];
  const basic = shape.map((n, axis): AxisIndex => {
    const found = spread.find((one) => one.axis === axis)?.one as Indexer | undefined;
    const index = found === undefined ? { kind: "whole" as const } : axisIndex(found, n, axis);
    if ("layer" in index || index.kind === "list") {
      lists.push({ axis, of: index });
      return { kind: "whole" };
    }
    return index;
  });
  if (lists.length > 1)
    throw new TypeError(
      `Lists on axes ${lists.map((one) => one.axis).join(" and ")}: one is allowed; use vindex for points`,
    );
  let result = blocks;
  for (const { axis, of } of lists)
    result =
      "layer" in of
        ? lazyIndex(result, axis, of)
        : takeBlocks(result, axis, (of as AxisIndex & { kind: "list" }).positions);
  return withNewAxes(sliceBlocks(result, basic), spread, basic);
}

function withNewAxes(blocks: Blocks, spread: readonly { axis: number | null }[], basic: readonly AxisIndex[]): Blocks {
  if (!spread.some((one) => one.axis === null)) return blocks;
  let at = 0;
  const order = spread.flatMap(({ axis }) =>
    axis === null ? [null] : (basic[axis] as AxisIndex).kind === "at" ? [] : [at++],
  );
  return reaxisBlocks(blocks, order);
}

const SLICE_KEYS: ReadonlySet<string> = new Set(["start", "stop", "step"]);

/** Reads one indexer; a lazy array is left for later. */
export function axisIndex(one: Indexer, n: number, axis: number): AxisIndex | Blocks {
  if (typeof one === "number" || typeof one === "bigint")
    return { kind: "at", at: Number.isNaN(n) ? Number(one) : positionOf(Number(one), n, axis) };
  if (typeof one === "string") return sliceIndex(parseSlice(one), n, axis);
  if (Array.isArray(one)) return listOf(one, n, axis);
  if (isBlocks(one)) return one;
  if (isSource(one)) return chunkIndex(one as Chunk, n, axis);
  if (typeof one === "object" && one !== null && Object.keys(one).every((name) => SLICE_KEYS.has(name)))
    return sliceIndex(one as Slice, n, axis);
  throw new TypeError(
    `${typeof one === "object" ? JSON.stringify(one) : String(one)} is no index of axis ${axis}; use a position, "start:stop:step", a list, or { start, stop, step }`,
  );
}

function sliceIndex(slice: Slice, n: number, axis: number): AxisIndex {
  const isWhole = (slice.start ?? 0) === 0 && (slice.stop ?? null) === null && (slice.step ?? 1) === 1;
  if (isWhole) return { kind: "whole" };
  if (Number.isNaN(n))
    throw new RangeError(`Axis ${axis} has an unknown size; call computeChunkSizes() before slicing it`);
  return rangeOf(slice, n);
}

function chunkIndex(chunk: Chunk, n: number, axis: number): AxisIndex {
  if (chunk.shape.length > 1) throw new TypeError(`An index of ${chunk.shape.length} dimensions; use vindex`);
  const kind = kindOf(chunk.dtype);
  if (!"biu".includes(kind)) throw new TypeError(`An index of ${chunk.dtype}; use integers or booleans`);
  const items = Array.from({ length: sizeOf(chunk.shape) }, (_, i) => {
    const value = (chunk.data as Float64Array)[chunk.offset + i * (chunk.strides[0] ?? 1)] as number;
    return kind === "b" ? Boolean(value) : Number(value);
  });
  return chunk.shape.length === 0 ? { kind: "at", at: positionOf(Number(items[0]), n, axis) } : listOf(items, n, axis);
}

/** A lazy mask or lazy positions on one axis. */
function lazyIndex(blocks: Blocks, axis: number, index: Blocks): Blocks {
  if (index.axes.length > 1) throw new TypeError(`A lazy index of ${index.axes.length} dimensions on axis ${axis}`);
  if (index.dtype === "bool") return lazyMask(blocks, axis, index);
  if (!"iu".includes(kindOf(index.dtype))) throw new TypeError(`An index of ${index.dtype}; use integers or booleans`);
  const runs = blocks.axes.flatMap((own, at) => (at !== axis ? [own] : index.axes));
  let out = 0;
  const picks = blocks.axes.map((_, at): AxisPick => {
    if (at !== axis) return { kind: "axis", axis: out++ };
    out += index.axes.length;
    return { kind: "all" };
  });
  const n = axisSize(blocks.axes[axis] as AxisRuns);
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName("take", blocks.layer, axis, index.layer),
    grid: gridOf(runs),
    inputs: [
      { source: blocks.layer, axes: picks },
      { source: index.layer, axes: index.axes.map((): AxisPick => ({ kind: "axis", axis })) },
    ],
    call: { fn: GATHER, args: [literal({ axis, n }), input(0), input(1)] },
  };
  return { ...blocks, axes: runs, layer };
}

const unknownLike = (runs: AxisRuns): AxisRuns =>
  Array.from({ length: axisBlocks(runs) }, () => [Number.NaN, 1] as const);

function lazyMask(blocks: Blocks, axis: number, mask: Blocks): Blocks {
  const { aligned, runs } = alignAxis(blocks, axis, mask);
  const [x, m] = aligned;
  const axes = x.axes.map((own, at) => (at === axis ? unknownLike(runs) : own));
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName("compress", x.layer, axis, m.layer),
    grid: x.layer.grid,
    inputs: [samePlace(x.layer), { source: m.layer, axes: [{ kind: "axis", axis }] }],
    call: { fn: COMPRESS, args: [literal(axis), input(0), input(1)] },
  };
  return { ...x, axes, layer };
}

function alignAxis(blocks: Blocks, axis: number, mask: Blocks): { aligned: readonly [Blocks, Blocks]; runs: AxisRuns } {
  const own = blocks.axes[axis] as AxisRuns;
  const n = axisSize(own);
  const length = axisSize(mask.axes[0] as AxisRuns);
  if (n !== length && !(Number.isNaN(n) && Number.isNaN(length)))
    throw new RangeError(`A mask of ${length} was given for axis ${axis}, which has ${n} elements`);
  if (sameRuns(own, mask.axes[0] as AxisRuns)) return { aligned: [blocks, mask], runs: own };
  const line: Blocks = { ...blocks, axes: [own] };
  const [runs] = alignBlocks([{ ...line, layer: { ...blocks.layer, grid: [axisBlocks(own)] } }, mask]).axes as [
    AxisRuns,
  ];
  const wanted = blocks.axes.map((one, at) => (at === axis ? runs : one));
  return { aligned: [rechunkTo(blocks, wanted), rechunkTo(mask, [runs])], runs };
}

/** A mask over all axes: the chosen elements in row-major order, in chunks of unknown sizes. */
function wideMask(blocks: Blocks, mask: Blocks | Chunk, indexers: number): Blocks {
  const lazy = isBlocks(mask) ? mask : blocksOfContent(mask);
  if (lazy.axes.length !== blocks.axes.length || indexers !== 1)
    throw new TypeError(
      `A mask of ${lazy.axes.length} dimensions must stand alone and have the ${blocks.axes.length} dimensions of the array`,
    );
  const shape = shapeOf(blocks);
  const maskShape = shapeOf(lazy);
  if (shape.some((n, axis) => n !== maskShape[axis]))
    throw new RangeError(`A mask of shape (${maskShape.join(", ")}) was given for shape (${shape.join(", ")})`);
  const [x, m] = alignBlocks([reshapeBlocks(blocks, [-1]), reshapeBlocks(lazy, [-1])]).aligned as [Blocks, Blocks];
  const axes = [unknownLike(x.axes[0] as AxisRuns)];
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName("mask", x.layer, m.layer),
    grid: x.layer.grid,
    inputs: [samePlace(x.layer), samePlace(m.layer)],
    call: { fn: MASK, args: [input(0), input(1)] },
  };
  return { ...x, axes, layer };
}
