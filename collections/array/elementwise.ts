import type { AxisRuns } from "../../runtime/graph/call.ts";
import { input, literal, location } from "../../runtime/graph/call.ts";
import { gridSize } from "../../runtime/graph/key.ts";
import type { AxisPick, BlockInput, BlockwiseLayer } from "../../runtime/graph/layer.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { type Blocks, gridOf, layerName, shapeOf, shapeText } from "./blocks.ts";
import { axisSize, commonRuns, sameRuns } from "./chunk-spec.ts";
import { type DType, dtypeInfo } from "./dtype.ts";
import { opProgram } from "./kernels/apply-op.ts";
import { elementwise, filled, settle } from "./kernels/elementwise.ts";
import { castProgram, lightOpsOf, type Program, programDType } from "./kernels/program.ts";
import { rechunkTo } from "./rechunk.ts";
import { isScalar, type ScalarLike } from "./scalar.ts";
import { warnOfMany } from "./warn-of-many.ts";

const ELEMENTWISE = kernel("shoal:collections/array/kernels/elementwise", "elementwise", elementwise);
const FILLED = kernel("shoal:collections/array/kernels/elementwise", "filled", filled);
/** Ends every call whose kernel may give a pending result. */
export const SETTLE = kernel("shoal:collections/array/kernels/elementwise", "settle", settle);

/** An array, or a plain value; null stands for a value left out, where an operation allows it. */
export type BlocksOperand = Blocks | ScalarLike | null;

/** An operation by NumPy's name on arrays and plain values. */
export function applyBlocks(name: string, operands: readonly BlocksOperand[]): Blocks {
  const types = operands.map((one) => (isBlocks(one) ? one.dtype : { scalar: one }));
  return programBlocks(opProgram(name, types), operands.filter(isBlocks), name);
}

export const isBlocks = (value: unknown): value is Blocks =>
  typeof value === "object" && value !== null && "layer" in value && "axes" in value;

/** The array in another dtype. */
export const castBlocks = (blocks: Blocks, dtype: DType): Blocks =>
  blocks.dtype === dtype ? blocks : programBlocks(castProgram(blocks.dtype, dtype), [blocks], "astype");

/** A program over arrays that broadcast: one symbolic layer, after their chunks are aligned. */
export function programBlocks(program: Program, operands: readonly Blocks[], prefix: string): Blocks {
  const { aligned, axes } = alignBlocks(operands);
  const ndim = axes.length;
  const inputs = aligned.map((one) => ({ source: one.layer, axes: broadcastPicks(one, axes, ndim) }));
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName(
      prefix,
      program,
      aligned.map((one) => one.layer),
    ),
    grid: gridOf(axes),
    inputs,
    call: { fn: ELEMENTWISE, args: [literal(program), ...aligned.map((_, at) => input(at))], finish: SETTLE },
    ...lightness(
      program,
      aligned.filter((_, at) => followsAll((inputs[at] as BlockInput).axes, ndim)),
    ),
  };
  return { layer, axes, dtype: programDType(program) };
}

/**
 * Said of a few quick operations on one block as large as the result, with what is broadcast over it.
 * @param program what is done; then the operands whose blocks are as large as the result's
 */
function lightness(program: Program, [one, ...others]: readonly Blocks[]): { lightOps?: number } {
  if (one === undefined || others.length > 0) return {};
  if (dtypeInfo(programDType(program)).itemsize < dtypeInfo(one.dtype).itemsize) return {};
  const lightOps = lightOpsOf(program);
  return lightOps === undefined ? {} : { lightOps };
}

const followsAll = (picks: readonly AxisPick[], ndim: number): boolean =>
  picks.length === ndim && picks.every(({ kind }) => kind === "axis");

/** How a broadcast operand is read: its axes of length one stay at their only block. */
export function broadcastPicks(one: Blocks, axes: readonly AxisRuns[], ndim: number): AxisPick[] {
  const lead = ndim - one.axes.length;
  return one.axes.map((runs, axis) =>
    axisSize(runs) === 1 && axisSize(axes[axis + lead] as AxisRuns) !== 1
      ? { kind: "at", index: 0 }
      : { kind: "axis", axis: axis + lead },
  );
}

/**
 * Arrays rechunked so that blocks of one index meet, and the chunks of their broadcast.
 * @throws RangeError with both shapes if they do not broadcast
 * @see https://docs.dask.org/en/stable/generated/dask.array.core.unify_chunks.html
 */
export function alignBlocks(operands: readonly Blocks[]): { aligned: Blocks[]; axes: AxisRuns[] } {
  const ndim = Math.max(0, ...operands.map((one) => one.axes.length));
  const axes: AxisRuns[] = [];
  for (let axis = 0; axis < ndim; axis++) {
    const met = operands.flatMap((one) => {
      const at = axis - (ndim - one.axes.length);
      return at < 0 ? [] : [one.axes[at] as AxisRuns];
    });
    const wide = met.filter((runs) => axisSize(runs) !== 1);
    const sizes = new Set(wide.map(axisSize));
    if (sizes.size > 1 && sizes.has(Number.NaN))
      throw new RangeError(
        `Axis ${axis} has ${[...sizes].filter((n) => !Number.isNaN(n)).join(" and ")} elements in one array and unknown ones in another; call computeChunkSizes() first`,
      );
    if (sizes.size > 1)
      throw new RangeError(
        `Shapes ${operands.map((one) => shapeText(shapeOf(one))).join(" and ")} do not broadcast together: axis ${axis} has ${[...sizes].join(" and ")}`,
      );
    axes.push(wide.length > 0 ? commonRuns(wide, axis) : [[1, 1]]);
  }
  warnOfMany(
    "Bringing arrays of other chunks together",
    Math.max(0, ...operands.map((one) => gridSize(one.layer.grid))),
    gridSize(gridOf(axes)),
  );
  const aligned = operands.map((one) => {
    const lead = ndim - one.axes.length;
    const wanted = one.axes.map(
      (runs, axis): AxisRuns => (axisSize(runs) === 1 ? [[1, 1]] : (axes[axis + lead] as AxisRuns)),
    );
    return wanted.every((runs, axis) => sameRuns(runs, one.axes[axis] as AxisRuns)) ? one : rechunkTo(one, wanted);
  });
  return { aligned, axes };
}

/** An array of one value. */
export function filledBlocks(program: Program, axes: readonly AxisRuns[]): Blocks {
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName("full", program, axes),
    grid: gridOf(axes),
    inputs: [],
    call: { fn: FILLED, args: [literal(program), location(axes)], finish: SETTLE },
  };
  return { layer, axes, dtype: programDType(program) };
}

/** A slice of an array of one value, as an array of that value with the slice's chunks: nothing is made to be cut. Undefined for others. */
export function slicedFill({ layer }: Blocks, axes: readonly AxisRuns[]): Blocks | undefined {
  if (layer.kind !== "blockwise" || layer.call.fn !== FILLED) return undefined;
  const [program] = layer.call.args;
  return program?.kind === "literal" ? filledBlocks(program.value as Program, axes) : undefined;
}

/** Whether a value can be an operand without being an array. */
export const isPlainOperand = (value: unknown): value is ScalarLike => isScalar(value);
