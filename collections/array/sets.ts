import { type AxisRuns, input, literal, location } from "../../runtime/graph/call.ts";
import type { AxisPick, BlockwiseLayer } from "../../runtime/graph/layer.ts";
import { kernel, type NamedFunction } from "../../runtime/wire/function-spec.ts";
import { arrayOf, asArray, type ShoalArray } from "./array.ts";
import { type ArrayLike, blocksOf, chunkOf } from "./array-like.ts";
import { type Blocks, gridOf, layerName, samePlace, shapeOf, shapeText } from "./blocks.ts";
import { sizeOf } from "./chunk.ts";
import { axisSize } from "./chunk-spec.ts";
import { fromArray } from "./creation.ts";
import { type DType, kindOf } from "./dtype.ts";
import { alignBlocks, isBlocks } from "./elementwise.ts";
import { concatenateBlocks, stackBlocks } from "./join.ts";
import * as sets from "./kernels/sets.ts";
import { elementsOf } from "./kernels/sets.ts";
import { known } from "./known.ts";
import { listGiven } from "./list-given.ts";
import { oneOf } from "./one-of.ts";
import { promote } from "./promote.ts";
import { rechunkTo } from "./rechunk.ts";
import { SPLIT_EVERY_DEFAULT, treeBlocks } from "./reduction.ts";

const MODULE = "shoal:collections/array/kernels/sets";
const KERNELS = {
  addCounts: sets.addCounts,
  bincountChunk: sets.bincountChunk,
  distinctChunk: sets.distinctChunk,
  distinctCombine: sets.distinctCombine,
  distinctPart: sets.distinctPart,
  finishCounts: sets.finishCounts,
  histogramChunk: sets.histogramChunk,
  isinBlock: sets.isinBlock,
  placesBlock: sets.placesBlock,
  searchBlock: sets.searchBlock,
} as const;
const fn = (name: keyof typeof KERNELS): NamedFunction => kernel(MODULE, name, KERNELS[name]);
const UNKNOWN: AxisRuns = [[Number.NaN, 1]];

/** Options of {@link unique}. */
export interface UniqueOptions {
  readonly returnIndex?: boolean;
  readonly returnInverse?: boolean;
  readonly returnCounts?: boolean;
}

/**
 * Distinct elements in rising order; with options a list: elements, first places, inverse, counts.
 * @see https://docs.dask.org/en/stable/generated/dask.array.unique.html
 */
export function unique(x: ArrayLike): ShoalArray;
export function unique(x: ArrayLike, options: UniqueOptions): ShoalArray | ShoalArray[];
export function unique(x: ArrayLike, options: UniqueOptions = {}): ShoalArray | ShoalArray[] {
  known(options, "unique", "returnIndex", "returnInverse", "returnCounts");
  const flat = arrayOf(x).ravel();
  const part = (which: "values" | "first" | "counts"): ShoalArray =>
    asArray(
      treeBlocks(flat, {
        prefix: `unique-${which}`,
        of: which,
        axes: [0],
        keepdims: true,
        keptRuns: UNKNOWN,
        dtype: which === "values" ? flat.dtype : "int64",
        fanIn: SPLIT_EVERY_DEFAULT,
        chunk: { fn: fn("distinctChunk"), args: [literal(null), location(flat.axes), input(0)] },
        combine: (list) => ({ fn: fn("distinctCombine"), args: [literal(null), list] }),
        finish: (list) => ({ fn: fn("distinctPart"), args: [literal({ part: which }), list] }),
      }),
    );
  const values = part("values");
  if (!options.returnIndex && !options.returnInverse && !options.returnCounts) return values;
  const inverse = (): ShoalArray => searchsorted(values, flat);
  return [
    values,
    ...(options.returnIndex ? [part("first")] : []),
    ...(options.returnInverse ? [inverse()] : []),
    ...(options.returnCounts ? [part("counts")] : []),
  ];
}

/** Distinct elements of both arrays. */
export const union1d = (a: ArrayLike, b: ArrayLike): ShoalArray => {
  const [one, two] = [arrayOf(a).ravel(), arrayOf(b).ravel()];
  const dtype = promote(one.dtype, two.dtype);
  return unique(joined(one.astype(dtype), two.astype(dtype)));
};

const joined = (...arrays: readonly ShoalArray[]): ShoalArray => asArray(concatenateBlocks(arrays));

/** A kernel on every block of an array beside one whole list. */
function besideList(name: keyof typeof KERNELS, plan: unknown, list: Blocks, blocks: Blocks, dtype: DType): ShoalArray {
  const whole = rechunkTo(
    list,
    list.axes.map((runs): AxisRuns => (runs.length === 1 && runs[0]?.[1] === 1 ? runs : [[axisSize(runs), 1]])),
  );
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName(name.replace("Block", ""), plan, whole.layer, blocks.layer),
    grid: gridOf(blocks.axes),
    inputs: [
      { source: whole.layer, axes: whole.axes.map((): AxisPick => ({ kind: "at", index: 0 })) },
      samePlace(blocks.layer),
    ],
    call: { fn: fn(name), args: [literal(plan), input(0), input(1)] },
  };
  return asArray({ layer, axes: blocks.axes, dtype });
}

/** Places in a sorted list that elements would be put in before. */
export function searchsorted(
  list: ArrayLike,
  x: ArrayLike,
  options: { readonly side?: "left" | "right" } = {},
): ShoalArray {
  const [sorted, given] = [blocksOf(list), blocksOf(x)];
  if (sorted.axes.length !== 1)
    throw new RangeError(`searchsorted needs a list, got shape ${shapeText(shapeOf(sorted))}`);
  const dtype = promote(sorted.dtype, given.dtype);
  const plan = { side: oneOf("side", known(options, "searchsorted", "side").side ?? "left", ["left", "right"]) };
  return besideList("searchBlock", plan, arrayOf(sorted).astype(dtype), arrayOf(given).astype(dtype), "int64");
}

/** The bin of each element, for edges that rise or fall. */
export function digitize(x: ArrayLike, bins: ArrayLike, options: { readonly right?: boolean } = {}): ShoalArray {
  known(options, "digitize", "right");
  if (isBlocks(bins)) throw new TypeError("The edges of digitize must be at hand; compute them first");
  const edges = chunkOf(bins);
  const data = elementsOf(edges) as Float64Array;
  const rises = data.every((edge, at) => at === 0 || (data[at - 1] as number) <= edge);
  const falls = data.every((edge, at) => at === 0 || (data[at - 1] as number) >= edge);
  if (!rises && !falls) throw new RangeError("The edges of digitize must rise or fall");
  const given = arrayOf(x);
  const dtype = promote(edges.dtype, given.dtype);
  const list = fromArray(rises ? edges : arrayOf(edges).get("::-1"));
  const isLeft = options.right ?? false;
  const found = besideList(
    "searchBlock",
    { side: isLeft ? "left" : "right" },
    list.astype(dtype),
    given.astype(dtype),
    "int64",
  );
  return rises ? found : found.neg().add(data.length);
}

/** Whether each element is one of a list. */
export function isin(
  x: ArrayLike,
  list: ArrayLike,
  options: { readonly invert?: boolean; readonly assumeUnique?: boolean } = {},
): ShoalArray {
  known(options, "isin", "invert", "assumeUnique");
  const [given, wanted] = [arrayOf(x), arrayOf(list)];
  const dtype = promote(given.dtype, wanted.dtype);
  return besideList(
    "isinBlock",
    { invert: options.invert ?? false },
    wanted.ravel().astype(dtype),
    given.astype(dtype),
    "bool",
  );
}

/** How often each whole number from 0 occurs, or the sum of its weights. */
export function bincount(
  x: ArrayLike,
  options: { readonly weights?: ArrayLike; readonly minlength?: number } = {},
): ShoalArray {
  known(options, "bincount", "weights", "minlength");
  const given = arrayOf(x);
  if (given.ndim !== 1 || !"biu".includes(kindOf(given.dtype)))
    throw new TypeError(`bincount needs a list of integers, got ${given.dtype} of shape ${shapeText(given.shape)}`);
  const minlength = options.minlength ?? 0;
  const runs: AxisRuns = minlength > 0 ? [[minlength, 1]] : UNKNOWN;
  return countTree(
    "bincount",
    fn("bincountChunk"),
    { minlength },
    [given, ...(options.weights === undefined ? [] : [realWeights("bincount", options.weights)])],
    {
      runs,
      dtype: options.weights === undefined ? "int64" : "float64",
    },
  );
}

function realWeights(what: string, given: ArrayLike): ShoalArray {
  const weights = arrayOf(given);
  if (kindOf(weights.dtype) === "c")
    throw new TypeError(
      `${what} adds up real weights, got ${weights.dtype}; give weights.real and weights.imag, one at a time`,
    );
  return weights;
}

function countTree(
  prefix: string,
  chunk: NamedFunction,
  plan: unknown,
  arrays: readonly Blocks[],
  made: { readonly runs: AxisRuns; readonly dtype: DType },
): ShoalArray {
  const { aligned, axes } = alignBlocks(arrays);
  const counts: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName(
      `${prefix}-chunk`,
      plan,
      aligned.map((one) => one.layer),
    ),
    grid: gridOf(axes),
    inputs: aligned.map((one) => samePlace(one.layer)),
    call: { fn: chunk, args: [literal(plan), ...aligned.map((_, at) => input(at))] },
  };
  const finish = { dtype: made.dtype };
  return asArray(
    treeBlocks(
      { layer: counts, axes, dtype: "float64" },
      {
        prefix,
        of: made,
        axes: [0],
        keepdims: true,
        keptRuns: made.runs,
        dtype: made.dtype,
        fanIn: SPLIT_EVERY_DEFAULT,
        chunk: { fn: fn("addCounts"), args: [literal(null), { kind: "list", items: [input(0)] }] },
        combine: (list) => ({ fn: fn("addCounts"), args: [literal(null), list] }),
        finish: (list) => ({ fn: fn("finishCounts"), args: [literal(finish), list] }),
      },
    ),
  );
}

/** Options of {@link histogram}. */
export interface HistogramOptions {
  /** A number of bins (then `range` is needed) or their edges. */
  readonly bins?: number | ArrayLike;
  readonly range?: readonly [number, number];
  readonly weights?: ArrayLike;
  readonly density?: boolean;
}

/**
 * Counts in bins, and the edges of the bins.
 * @throws TypeError if neither edges nor a number of bins with a range are given
 * @see https://docs.dask.org/en/stable/generated/dask.array.histogram.html
 */
export function histogram(x: ArrayLike, options: HistogramOptions): [counts: ShoalArray, edges: ShoalArray] {
  if (options === undefined) throw new TypeError("histogram takes { bins } with a range, or their edges");
  known(options, "histogram", "bins", "range", "weights", "density");
  const edges = edgesOf(options.bins, options.range);
  const flat = arrayOf(x).ravel();
  const weights = options.weights === undefined ? [] : [arrayOf(options.weights).ravel()];
  const plan = { edges: [edges], weighted: weights.length > 0 };
  const dtype = countsDType(weights[0]);
  const counts = countTree("histogram", fn("histogramChunk"), plan, [flat, ...weights], {
    runs: [[edges.length - 1, 1]],
    dtype,
  });
  const { bins } = options;
  const lines = bins === undefined || typeof bins === "number" ? fromArray(edges) : fromArray(bins);
  if (options.density !== true) return [counts, lines];
  const widths = fromArray(edges.slice(1).map((edge, at) => edge - (edges[at] as number)));
  return [counts.div(counts.sum()).div(widths), lines];
}

/** What weights add up in: floats and complex numbers as they are, whole numbers in the widest of their sign. */
function countsDType(weights: ShoalArray | undefined): DType {
  if (weights === undefined) return "int64";
  const kind = kindOf(weights.dtype);
  if (kind === "f" || kind === "c") return weights.dtype;
  return kind === "u" ? "uint64" : "int64";
}

function edgesOf(bins: HistogramOptions["bins"] = 10, range?: readonly [number, number]): Float64Array {
  if (typeof bins === "number") {
    if (range === undefined) throw new TypeError("A number of bins needs a range: { bins, range: [low, high] }");
    if (!Number.isInteger(bins) || bins < 1) throw new RangeError(`A histogram needs at least 1 bin, got ${bins}`);
    const [low, high] = range;
    if (!(low <= high)) throw new RangeError(`The range of a histogram must rise, got [${low}, ${high}]`);
    return Float64Array.from({ length: bins + 1 }, (_, at) => (at === bins ? high : low + (at * (high - low)) / bins));
  }
  if (isBlocks(bins)) throw new TypeError("The edges of a histogram must be at hand; compute them first");
  const edges = Float64Array.from(elementsOf(chunkOf(bins)) as Float64Array, Number);
  if (edges.length < 2 || edges.some((edge, at) => at > 0 && edge < (edges[at - 1] as number)))
    throw new RangeError("The edges of a histogram must rise, and be two or more");
  return edges;
}

/** Options of {@link histogramdd}. */
export interface GridOptions {
  /** For each axis a number of bins (then `range` is needed) or their edges; a number for all. */
  readonly bins: number | readonly (number | ArrayLike)[];
  readonly range?: ReadonlyArray<readonly [number, number]>;
  readonly weights?: ArrayLike;
  /** Counts divided by their sum and the area of their bin. */
  readonly density?: boolean;
}

/**
 * Counts of points in a grid of bins, and the edges along each axis.
 * @param sample coordinates along each axis, or an array of shape (points, axes)
 * @see https://docs.dask.org/en/stable/generated/dask.array.histogramdd.html
 */
export function histogramdd(
  sample: readonly ArrayLike[] | ShoalArray,
  options: GridOptions,
): [counts: ShoalArray, edges: ShoalArray[]] {
  known(options, "histogramdd", "bins", "range", "weights", "density");
  const columns = columnsOf(sample);
  const bins = typeof options.bins === "number" ? columns.map(() => options.bins as number) : options.bins;
  if (bins.length !== columns.length)
    throw new RangeError(`histogramdd was given bins for ${bins.length} axes, and points of ${columns.length}`);
  const edges = columns.map((_, at) => edgesOf(bins[at], options.range?.[at]));
  const weights = options.weights === undefined ? [] : [realWeights("histogramdd", options.weights)];
  const plan = { edges, weighted: weights.length > 0 };
  const shape = edges.map((one) => one.length - 1);
  const size = shape.reduce((product, n) => product * n, 1);
  const flat = countTree("histogramdd", fn("histogramChunk"), plan, [...columns.map(arrayOf), ...weights], {
    runs: [[size, 1]],
    // Dask gives floats here, as NumPy does.
    dtype: "float64",
  });
  const lines = edges.map((one) => fromArray(one));
  const counts = flat.reshape(shape);
  return [options.density === true ? perArea(counts, edges) : counts, lines];
}

function columnsOf(sample: readonly ArrayLike[] | ShoalArray): readonly ArrayLike[] {
  if (!isBlocks(sample)) return listGiven("histogramdd", "histogramdd([x, y], { bins: [3, 3], range })", sample);
  const points = arrayOf(sample);
  if (points.ndim !== 2)
    throw new RangeError(`histogramdd takes points of shape (points, axes), got ${shapeText(points.shape)}`);
  return Array.from({ length: points.shape[1] as number }, (_, at) => points.get(":", at));
}

function perArea(counts: ShoalArray, edges: readonly Float64Array[]): ShoalArray {
  return edges.reduce((so, one, axis) => {
    const widths = fromArray(one.slice(1).map((edge, at) => edge - (one[at] as number)));
    return so.div(widths.reshape(edges.map((_, k) => (k === axis ? -1 : 1))));
  }, counts.div(counts.sum()));
}

/** Counts of points of the plane in a grid of bins. */
export function histogram2d(
  x: ArrayLike,
  y: ArrayLike,
  options: {
    readonly bins?: number | readonly [number | ArrayLike, number | ArrayLike];
    readonly range?: ReadonlyArray<readonly [number, number]>;
    readonly weights?: ArrayLike;
    readonly density?: boolean;
  } = {},
): [counts: ShoalArray, xEdges: ShoalArray, yEdges: ShoalArray] {
  known(options, "histogram2d", "bins", "range", "weights", "density");
  const bins =
    typeof options.bins === "number" || options.bins === undefined
      ? [options.bins ?? 10, options.bins ?? 10]
      : options.bins;
  const [counts, edges] = histogramdd([x, y], { ...options, bins: bins as readonly (number | ArrayLike)[] });
  return [counts, edges[0] as ShoalArray, edges[1] as ShoalArray];
}

/** Places of elements that are not zero: one row a place, in row-major order. Blocks of unknown length. */
export const argwhere = (x: ArrayLike): ShoalArray => asArray(stackBlocks(nonzero(x), 1));

/** Places of elements that are not zero, a list of positions per axis; as many blocks as the flattened array has. */
export function nonzero(x: ArrayLike): ShoalArray[] {
  const given = arrayOf(x);
  const shape = given.ndim === 0 ? [1] : given.shape;
  const flat = given.ravel();
  const axes: AxisRuns[] = [Array.from({ length: flat.layer.grid[0] as number }, () => [Number.NaN, 1] as const)];
  return shape.map((n, column) => {
    const plan: sets.PlacesPlan = { inner: sizeOf(shape.slice(column + 1)), n };
    const layer: BlockwiseLayer = {
      kind: "blockwise",
      name: layerName("nonzero", flat.layer, plan),
      grid: gridOf(axes),
      inputs: [samePlace(flat.layer)],
      call: { fn: fn("placesBlock"), args: [literal(plan), location(flat.axes), input(0)] },
    };
    return asArray({ layer, axes, dtype: "int64" });
  });
}

/** Places of elements that are not zero in the flattened array. */
export const flatnonzero = (x: ArrayLike): ShoalArray => nonzero(arrayOf(x).ravel())[0] as ShoalArray;

/** How many elements are not zero. */
export const countNonzero = (x: ArrayLike, options: { readonly axis?: number | readonly number[] } = {}): ShoalArray =>
  arrayOf(x)
    .astype("bool")
    .astype("int64")
    .sum(known(options, "countNonzero", "axis"));
