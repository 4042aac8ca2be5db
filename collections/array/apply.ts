import { type AxisRuns, functionArg, input, literal } from "../../runtime/graph/call.ts";
import type { AxisPick, BlockInput, BlockwiseLayer } from "../../runtime/graph/layer.ts";
import { kernel, liveFunction } from "../../runtime/wire/function-spec.ts";
import { arrayOf, asArray, ShoalArray } from "./array.ts";
import type { ArrayLike } from "./array-like.ts";
import { axesOf, axisOf, type Blocks, gridOf, layerName } from "./blocks.ts";
import { emptyChunk } from "./chunk.ts";
import { axisBlocks, axisSize, commonRuns } from "./chunk-spec.ts";
import { type DType, parseDType } from "./dtype.ts";
import { isBlocks } from "./elementwise.ts";
import type { MapArg, MapPlan } from "./kernels/user-blocks.ts";
import { applyRows, combineUser, reduceUser, userRows } from "./kernels/user-rows.ts";
import { known } from "./known.ts";
import { listGiven } from "./list-given.ts";
import { type BlockFunction, inferDType, userLayer } from "./map-blocks.ts";
import { asNDArray, type NDArray } from "./ndarray.ts";
import { wholeAxis } from "./ordering.ts";
import { rechunkTo } from "./rechunk.ts";
import { fanInOf, type ReduceOptions, treeBlocks } from "./reduction.ts";

const MODULE = "shoal:collections/array/kernels/user-rows";
const ROWS = kernel(MODULE, "applyRows", applyRows);
const REDUCE = kernel(MODULE, "reduceUser", reduceUser);
const COMBINE = kernel(MODULE, "combineUser", combineUser);

/**
 * A function of every row along an axis, which becomes one chunk; it may give a value or a row.
 * @see https://docs.dask.org/en/stable/generated/dask.array.apply_along_axis.html
 */
export function applyAlongAxis(
  fn: BlockFunction,
  axis: number,
  x: ArrayLike,
  options: {
    readonly args?: readonly unknown[];
    readonly dtype?: DType | (string & {});
    readonly shape?: readonly number[];
  } = {},
): ShoalArray {
  known(options, "applyAlongAxis", "args", "dtype", "shape");
  const array = arrayOf(x);
  const at = axisOf(axis, array.ndim);
  const args = options.args ?? [];
  const trial = userRows(fn, args, asNDArray(emptyChunk(array.dtype, [array.shape[at] as number])));
  const shape = options.shape ?? trial.shape;
  const dtype = options.dtype === undefined ? trial.dtype : parseDType(options.dtype);
  const source = wholeAxis(array, at);
  const axes = source.axes.flatMap((runs, k): AxisRuns[] => (k === at ? shape.map((n): AxisRuns => [[n, 1]]) : [runs]));
  let out = 0;
  const picks = source.axes.map((_, k): AxisPick => {
    if (k !== at) return { kind: "axis", axis: out++ };
    out += shape.length;
    return { kind: "at", index: 0 };
  });
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName("apply-along-axis", source.layer, fn, at, args),
    grid: gridOf(axes),
    inputs: [{ source: source.layer, axes: picks }],
    call: { fn: ROWS, args: [functionArg(liveFunction(fn)), literal({ axis: at, dtype, shape, args }), input(0)] },
  };
  return asArray({ layer, axes, dtype });
}

/** A reduction applied along several axes in turn, which stay with length one. */
export function applyOverAxes(
  fn: (x: ShoalArray, options: { axis: number; keepdims: boolean }) => ArrayLike,
  x: ArrayLike,
  axes: number | readonly number[],
): ShoalArray {
  return [axes].flat().reduce<ShoalArray>((so, axis) => {
    const result = arrayOf(fn(so, { axis: axisOf(axis, so.ndim), keepdims: true }));
    if (result.ndim !== so.ndim) throw new RangeError(`The function must keep ${so.ndim} axes, it gave ${result.ndim}`);
    return result;
  }, arrayOf(x));
}

/** Options of {@link reduction}. */
export interface UserReductionOptions extends Pick<ReduceOptions, "axis" | "keepdims" | "splitEvery"> {
  readonly dtype?: DType | (string & {});
  /** Joins results of several blocks; `aggregate` if left out. */
  readonly combine?: BlockFunction;
}

/**
 * A reduction of the user's own: `chunk` shrinks a block, `aggregate` joined results; both get { axis, keepdims: true }.
 * @see https://docs.dask.org/en/stable/generated/dask.array.reduction.html
 */
export function reduction(
  x: ArrayLike,
  chunk: BlockFunction,
  aggregate: BlockFunction,
  options: UserReductionOptions = {},
): ShoalArray {
  known(options, "reduction", "axis", "keepdims", "splitEvery", "dtype", "combine");
  const array = arrayOf(x);
  const axes = axesOf(options.axis, array.ndim);
  const keepdims = options.keepdims ?? false;
  const combine = options.combine ?? aggregate;
  const axis = axes.length === 1 ? (axes[0] as number) : axes;
  const dtype =
    options.dtype === undefined
      ? inferDType((one: NDArray) => aggregate(chunk(one, { axis, keepdims: true }), { axis, keepdims: true }), [array])
      : parseDType(options.dtype);
  const step = (fn: BlockFunction) => functionArg(liveFunction(fn));
  const plan = { axes, dtype, keepdims };
  return asArray(
    treeBlocks(array, {
      prefix: "reduction",
      of: [chunk, combine, aggregate, plan],
      axes,
      keepdims,
      dtype,
      fanIn: fanInOf(options.splitEvery),
      chunk: { fn: REDUCE, args: [step(chunk), literal(plan), input(0)] },
      combine: (list) => ({ fn: COMBINE, args: [step(combine), literal({ ...plan, keepdims: true }), list] }),
      finish: (list) => ({ fn: COMBINE, args: [step(aggregate), literal(plan), list] }),
    }),
  );
}

/** An array and the letters of its axes; null for a value passed as it is. */
export type IndexedOperand = readonly [operand: unknown, letters: string | readonly (string | number)[] | null];

/** Options of {@link blockwise}. */
export interface BlockwiseOptions {
  readonly dtype?: DType | (string & {});
  /** Lengths of axes that the function adds. */
  readonly newAxes?: Readonly<Record<string, number | readonly number[]>>;
  /** Chunk sizes that the function changes, by letter. */
  readonly adjustChunks?: Readonly<Record<string, number | readonly number[] | ((size: number) => number)>>;
  /** Whether blocks of axes that the output lacks are joined; else the function gets a list. */
  readonly concatenate?: boolean;
}

/**
 * A function of blocks chosen by letters, as in Einstein's notation.
 * @see https://docs.dask.org/en/stable/generated/dask.array.blockwise.html
 * @example
 * da.blockwise((a, b) => a.add(b.T), "ij", [[x, "ij"], [y, "ji"]]);
 */
export function blockwise(
  fn: BlockFunction,
  output: string | readonly (string | number)[],
  operands: readonly IndexedOperand[],
  options: BlockwiseOptions = {},
): ShoalArray {
  known(options, "blockwise", "dtype", "newAxes", "adjustChunks", "concatenate");
  const out = [...output].map(String);
  const call = 'blockwise(fn, "ij", [[x, "ij"]])';
  for (const operand of listGiven("blockwise", call, operands)) listGiven("An operand of blockwise", call, operand);
  const given = operands.map(([one, letters]) => ({
    one: letters === null ? one : arrayOf(one as ArrayLike),
    letters: [...(letters ?? [])].map(String),
  }));
  const runs = letterRuns(given);
  const axes = out.map((letter): AxisRuns => {
    const own = runs.get(letter) ?? newRuns(options.newAxes?.[letter], letter);
    return adjusted(own, options.adjustChunks?.[letter]);
  });
  const args: MapArg[] = [];
  const inputs: BlockInput[] = [];
  for (const { one, letters } of given) {
    if (!(one instanceof ShoalArray)) {
      args.push({ kind: "value", value: one });
      continue;
    }
    const source = rechunkTo(
      one,
      letters.map((letter, axis) =>
        axisSize(one.axes[axis] as AxisRuns) === 1 ? (one.axes[axis] as AxisRuns) : (runs.get(letter) as AxisRuns),
      ),
    );
    const { arg, picks } = letterPicks(source, letters, out, options.concatenate ?? false);
    args.push(arg);
    inputs.push({ source: source.layer, axes: picks });
  }
  const dtype =
    options.dtype === undefined
      ? inferDType(
          fn,
          given.map((part) => part.one),
        )
      : parseDType(options.dtype);
  const plan: MapPlan = { dtype, grid: gridOf(axes), args };
  return asArray({ layer: userLayer(fn.name === "" ? "blockwise" : fn.name, fn, plan, axes, inputs), axes, dtype });
}

function letterRuns(given: readonly { one: unknown; letters: readonly string[] }[]): Map<string, AxisRuns> {
  const met = new Map<string, AxisRuns[]>();
  for (const { one, letters } of given) {
    if (!isBlocks(one)) continue;
    if (letters.length !== one.axes.length)
      throw new RangeError(`"${letters.join("")}" names ${letters.length} axes of an array of ${one.axes.length}`);
    letters.forEach((letter, axis) => {
      met.set(letter, [...(met.get(letter) ?? []), one.axes[axis] as AxisRuns]);
    });
  }
  return new Map(
    [...met].map(([letter, all]) => {
      const wide = all.filter((runs) => axisSize(runs) !== 1);
      const sizes = new Set(wide.map(axisSize));
      if (sizes.size > 1) throw new RangeError(`Axes "${letter}" have ${[...sizes].join(" and ")} elements`);
      return [letter, wide.length === 0 ? (all[0] as AxisRuns) : commonRuns(wide, 0)];
    }),
  );
}

function newRuns(given: number | readonly number[] | undefined, letter: string): AxisRuns {
  if (given === undefined) throw new RangeError(`Axis "${letter}" is in no array; give its length in newAxes`);
  return typeof given === "number" ? [[given, 1]] : given.map((n) => [n, 1] as const);
}

function adjusted(runs: AxisRuns, by: number | readonly number[] | ((size: number) => number) | undefined): AxisRuns {
  if (by === undefined) return runs;
  if (typeof by === "number") return [[by, axisBlocks(runs)]];
  return typeof by === "function"
    ? runs.map(([size, count]) => [by(size), count] as const)
    : by.map((n) => [n, 1] as const);
}

function letterPicks(
  source: Blocks,
  letters: readonly string[],
  out: readonly string[],
  joins: boolean,
): { arg: MapArg; picks: AxisPick[] } {
  let several = false;
  const picks = letters.map((letter, axis): AxisPick => {
    const at = out.indexOf(letter);
    if (axisSize(source.axes[axis] as AxisRuns) === 1 && axisBlocks(source.axes[axis] as AxisRuns) === 1)
      return { kind: "at", index: 0 };
    if (at >= 0) return { kind: "axis", axis: at };
    if (joins && axisBlocks(source.axes[axis] as AxisRuns) === 1) return { kind: "at", index: 0 };
    several = true;
    return { kind: "all" };
  });
  const grid = picks.map((pick, axis) => (pick.kind === "all" ? (source.layer.grid[axis] as number) : 1));
  return { arg: several ? (joins ? { kind: "blocks", grid } : { kind: "list" }) : { kind: "block" }, picks };
}
