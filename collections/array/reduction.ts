import { refuseUnknownOptions } from "../../runtime/base/known-options.ts";
import { type Arg, type AxisRuns, type Call, input, literal, location, nested } from "../../runtime/graph/call.ts";
import type { AxisPick, BlockwiseLayer } from "../../runtime/graph/layer.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { treeReduce } from "../core/tree-reduce.ts";
import { axesOf, type Blocks, gridOf, layerName, samePlace, shapeOf, shapeText } from "./blocks.ts";
import { axisSize } from "./chunk-spec.ts";
import { type DType, dtypeInfo, parseDType } from "./dtype.ts";
import { applyBlocks } from "./elementwise.ts";
import { type ArgReduction, argChunk, argCombine, argFinish } from "./kernels/arg-reduce.ts";
import { type Reduction, type ReductionName, reduceChunk, reduceCombine, reduceFinish } from "./kernels/reduce.ts";
import { known } from "./known.ts";
import { realDType } from "./promote.ts";

const MODULE = "shoal:collections/array/kernels/reduce";
const CHUNK = kernel(MODULE, "reduceChunk", reduceChunk);
const COMBINE = kernel(MODULE, "reduceCombine", reduceCombine);
const FINISH = kernel(MODULE, "reduceFinish", reduceFinish);
const ARG_MODULE = "shoal:collections/array/kernels/arg-reduce";
const ARG_CHUNK = kernel(ARG_MODULE, "argChunk", argChunk);
const ARG_COMBINE = kernel(ARG_MODULE, "argCombine", argCombine);
const ARG_FINISH = kernel(ARG_MODULE, "argFinish", argFinish);

/** Options of reductions, as in NumPy. */
export interface ReduceOptions<R extends DType = DType> {
  /** The axis or axes to reduce; all if left out. */
  readonly axis?: number | readonly number[] | null;
  /** Keep reduced axes with length one. */
  readonly keepdims?: boolean;
  /** How many blocks meet in one step of the tree. */
  readonly splitEvery?: number | Readonly<Record<number, number>>;
  /** The dtype of the result. */
  readonly dtype?: R;
  /** Taken off the count, in var and std. */
  readonly ddof?: number;
}

const REDUCE_OPTIONS = ["axis", "keepdims", "splitEvery", "dtype", "ddof", "skipNan", "order"];

/** Blocks that meet in one task unless `splitEvery` says otherwise. */
export const SPLIT_EVERY_DEFAULT = 8;

/** A reduction by name: a symbolic tree of layers. */
export function reduceBlocks(
  blocks: Blocks,
  name: ReductionName,
  options: ReduceOptions & { readonly skipNan?: boolean; readonly order?: number } = {},
): Blocks {
  // NumPy's spelling, mean(0), has an axis here; without types it would go unnoticed.
  if (typeof options !== "object" || Array.isArray(options))
    throw new TypeError(`${name}() takes options: ${name}({ axis: ${JSON.stringify(options)} })`);
  refuseUnknownOptions(options, REDUCE_OPTIONS, name);
  if (options.ddof !== undefined && !Number.isFinite(options.ddof))
    throw new TypeError(`ddof is a number, got ${String(options.ddof)}`);
  const axes = axesOf(options.axis, blocks.axes.length);
  const isComplex = dtypeInfo(blocks.dtype).kind === "c";
  if (isComplex && (name === "var" || name === "std" || name === "moment"))
    return complexVariance(blocks, name, options);
  refuseEmpty(blocks, name, axes);
  const reduction: Reduction = {
    name,
    axes,
    keepdims: options.keepdims ?? false,
    dtype: options.dtype === undefined ? resultDType(name, blocks.dtype) : parseDType(options.dtype),
    skipNan: options.skipNan ?? false,
    ...(options.ddof === undefined ? {} : { ddof: options.ddof }),
    ...(options.order === undefined ? {} : { order: options.order }),
  };
  return treeBlocks(blocks, {
    prefix: reduction.skipNan ? `nan${name}` : name,
    of: reduction,
    axes,
    keepdims: reduction.keepdims,
    dtype: reduction.dtype,
    fanIn: fanInOf(options.splitEvery),
    chunk: { fn: CHUNK, args: [literal(reduction), input(0)] },
    combine: (list) => ({ fn: COMBINE, args: [literal(reduction), list] }),
    finish: (list) => ({ fn: FINISH, args: [literal(reduction), list] }),
  });
}

/** A tree reduction over blocks; see {@link treeBlocks}. */
export interface TreePlan {
  readonly prefix: string;
  /** What the result depends on beside the blocks. */
  readonly of: unknown;
  readonly axes: readonly number[];
  readonly keepdims: boolean;
  readonly dtype: DType;
  readonly fanIn: number;
  readonly chunk: Call;
  readonly combine: (list: Arg) => Call;
  readonly finish: (list: Arg) => Call;
  /** Chunks of a reduced axis that is kept; default one of length one. */
  readonly keptRuns?: AxisRuns;
}

/** A chunk step in place, then rounds of combining, then a finish. One block needs one task. */
export function treeBlocks(blocks: Blocks, plan: TreePlan): Blocks {
  const name = layerName(plan.prefix, blocks.layer, plan.of, plan.fanIn);
  const one: AxisRuns = plan.keptRuns ?? [[1, 1]];
  const axes = blocks.axes.flatMap((runs, axis) => (plan.axes.includes(axis) ? (plan.keepdims ? [one] : []) : [runs]));
  const source = blocks.layer;
  // A step that asks where its block lies needs a layer of the source's grid.
  const isPlaced = !plan.keepdims && plan.axes.length > 0 && plan.chunk.args.some((arg) => arg.kind === "location");
  if (!isPlaced && plan.axes.every((axis) => source.grid[axis] === 1)) {
    const layer: BlockwiseLayer = {
      kind: "blockwise",
      name,
      grid: gridOf(axes),
      inputs: [{ source, axes: singlePicks(source.grid, plan) }],
      call: plan.finish({ kind: "list", items: [nested(plan.chunk)] }),
    };
    return { layer, axes, dtype: plan.dtype };
  }
  const chunks: BlockwiseLayer = {
    kind: "blockwise",
    name: `${plan.prefix}-chunk-${name.slice(plan.prefix.length + 1)}`,
    grid: source.grid,
    inputs: [samePlace(source)],
    call: plan.chunk,
  };
  const layer = treeReduce(chunks, {
    name,
    axes: plan.axes,
    fanIn: plan.fanIn,
    combine: plan.combine,
    aggregate: plan.finish,
    keepAxes: plan.keepdims,
  });
  return { layer, axes, dtype: plan.dtype };
}

function singlePicks(grid: readonly number[], plan: TreePlan): AxisPick[] {
  let out = 0;
  return grid.map((_, axis): AxisPick => {
    const isReduced = plan.axes.includes(axis);
    const pick: AxisPick = isReduced ? { kind: "at", index: 0 } : { kind: "axis", axis: out };
    if (!isReduced || plan.keepdims) out += 1;
    return pick;
  });
}

/**
 * How many blocks meet in one task. As in Dask, 0 leaves it to the default, and less than two is two, as one block at a time
 * would never end.
 * @throws TypeError if it is no number
 */
export function fanInOf(splitEvery: ReduceOptions["splitEvery"]): number {
  if (splitEvery === undefined || splitEvery === 0) return SPLIT_EVERY_DEFAULT;
  const fanIn =
    typeof splitEvery === "number" ? splitEvery : Object.values(splitEvery).reduce((product, one) => product * one, 1);
  if (!Number.isFinite(fanIn)) throw new TypeError(`splitEvery is a number of blocks, got ${String(fanIn)}`);
  return Math.max(2, Math.floor(fanIn));
}

function resultDType(name: ReductionName, dtype: DType): DType {
  const { kind } = dtypeInfo(dtype);
  switch (name) {
    case "any":
    case "all":
      return "bool";
    case "min":
    case "max":
      return dtype;
    case "sum":
    case "prod":
      if (kind === "M") throw new TypeError(`${name} is not defined for ${dtype}`);
      return kind === "b" || kind === "i" ? "int64" : kind === "u" ? "uint64" : dtype;
    default:
      if (kind === "m" && name === "mean") return dtype;
      if (kind === "m" || kind === "M") throw new TypeError(`${name} is not defined for ${dtype}`);
      return kind === "f" || (kind === "c" && name === "mean") ? dtype : kind === "c" ? realDType(dtype) : "float64";
  }
}

function refuseEmpty(blocks: Blocks, name: string, axes: readonly number[]): void {
  if (!/^(min|max|argmin|argmax)$/.test(name)) return;
  const empty = axes.find((axis) => axisSize(blocks.axes[axis] as AxisRuns) === 0);
  if (empty !== undefined)
    throw new RangeError(`${name} of shape ${shapeText(shapeOf(blocks))} has no value: axis ${empty} has no elements`);
}

/** E|x - mean|² is the sum of the variances of the parts. */
function complexVariance(blocks: Blocks, name: ReductionName, options: ReduceOptions): Blocks {
  if (name === "moment") throw new TypeError(`moment is not defined for ${blocks.dtype}`);
  const { dtype, ...rest } = options;
  const part = (one: string): Blocks => reduceBlocks(applyBlocks(one, [blocks]), "var", rest);
  const total = applyBlocks("add", [part("real"), part("imag")]);
  return name === "std" ? applyBlocks("sqrt", [total]) : total;
}

/** The position of the least or greatest element; the first of equals. Along all axes it counts row by row. */
export function argReduceBlocks(
  blocks: Blocks,
  name: "argmin" | "argmax",
  options: Pick<ReduceOptions, "keepdims" | "splitEvery"> & {
    readonly axis?: number | null;
    readonly skipNan?: boolean;
  } = {},
): Blocks {
  known(options, name, "axis", "keepdims", "splitEvery", "skipNan");
  const axes = axesOf(options.axis, blocks.axes.length);
  refuseEmpty(blocks, name, axes);
  const reduction: ArgReduction = {
    name,
    axes,
    keepdims: options.keepdims ?? false,
    skipNan: options.skipNan ?? false,
    shape: shapeOf(blocks),
  };
  return treeBlocks(blocks, {
    prefix: reduction.skipNan ? `nan${name}` : name,
    of: reduction,
    axes,
    keepdims: reduction.keepdims,
    dtype: "int64",
    fanIn: fanInOf(options.splitEvery),
    chunk: { fn: ARG_CHUNK, args: [literal(reduction), location(blocks.axes), input(0)] },
    combine: (list) => ({ fn: ARG_COMBINE, args: [literal(reduction), list] }),
    finish: (list) => ({ fn: ARG_FINISH, args: [literal(reduction), list] }),
  });
}
