import { type AxisRuns, axisRuns, input, literal, location } from "../../runtime/graph/call.ts";
import { gridSize } from "../../runtime/graph/key.ts";
import type { AxisPick, TaskLayer } from "../../runtime/graph/layer.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { axisOf, type Blocks, gridOf, layerName, requireKnown, shapeOf, shapeText } from "./blocks.ts";
import { sizeOf } from "./chunk.ts";
import { axisSizes, regularRuns } from "./chunk-spec.ts";
import { SETTLE } from "./elementwise.ts";
import { broadcastBlock, reshapeBlock, transpose } from "./kernels/views.ts";
import { listGiven } from "./list-given.ts";
import { rechunkTo } from "./rechunk.ts";

const MODULE = "shoal:collections/array/kernels/views";
const TRANSPOSE = kernel(MODULE, "transpose", transpose);
const RESHAPE = kernel(MODULE, "reshapeBlock", reshapeBlock);
const BROADCAST = kernel(MODULE, "broadcastBlock", broadcastBlock);

/**
 * Axes in another order; reversed if none is given. No data moves: the loops that read it walk it so.
 * @throws RangeError if the axes are no permutation
 */
export function transposeBlocks(blocks: Blocks, order?: readonly number[]): Blocks {
  const ndim = blocks.axes.length;
  if (order !== undefined) listGiven("transpose", "transpose([1, 0])", order);
  const axes = (order ?? blocks.axes.map((_, axis) => ndim - 1 - axis)).map((axis) => axisOf(axis, ndim));
  if (axes.length !== ndim || new Set(axes).size !== ndim)
    throw new RangeError(`Axes (${axes.join(", ")}) are no order of the ${ndim} axes of the array`);
  if (axes.every((axis, at) => axis === at)) return blocks;
  const runs = axes.map((axis) => blocks.axes[axis] as AxisRuns);
  return {
    ...blocks,
    axes: runs,
    layer: {
      kind: "blockwise",
      name: layerName("transpose", blocks.layer, axes),
      grid: gridOf(runs),
      inputs: [
        { source: blocks.layer, axes: axes.map((_, axis): AxisPick => ({ kind: "axis", axis: axes.indexOf(axis) })) },
      ],
      call: { fn: TRANSPOSE, args: [literal(axes), input(0)], finish: SETTLE },
    },
  };
}

/**
 * The array as a larger shape it broadcasts to.
 * @throws RangeError with both shapes if it does not
 */
export function broadcastBlocks(blocks: Blocks, shape: readonly number[], chunks?: readonly AxisRuns[]): Blocks {
  const own = shapeOf(blocks);
  const lead = shape.length - own.length;
  if (lead < 0 || own.some((n, axis) => n !== shape[axis + lead] && n !== 1))
    throw new RangeError(`Shape ${shapeText(own)} does not broadcast to ${shapeText(shape)}`);
  if (lead === 0 && own.every((n, axis) => n === shape[axis])) return blocks;
  const isStretched = (axis: number): boolean => own[axis] !== shape[axis + lead];
  // An axis of one element may have empty blocks beside the one that is repeated.
  const source = rechunkTo(
    blocks,
    blocks.axes.map((runs, axis): AxisRuns => (isStretched(axis) ? [[1, 1]] : runs)),
  );
  const axes = shape.map((n, axis): AxisRuns => {
    const at = axis - lead;
    if (at >= 0 && !isStretched(at)) return blocks.axes[at] as AxisRuns;
    return chunks?.[axis] ?? regularRuns(n, n);
  });
  const picks = own.map(
    (_, axis): AxisPick => (isStretched(axis) ? { kind: "at", index: 0 } : { kind: "axis", axis: axis + lead }),
  );
  return {
    ...blocks,
    axes,
    layer: {
      kind: "blockwise",
      name: layerName("broadcast", source.layer, axes),
      grid: gridOf(axes),
      inputs: [{ source: source.layer, axes: picks }],
      call: { fn: BROADCAST, args: [location(axes), input(0)], finish: SETTLE },
    },
  };
}

/**
 * The elements in row-major order in another shape; one length may be -1.
 * @throws RangeError with both shapes if they hold different numbers of elements
 * @see https://docs.dask.org/en/stable/generated/dask.array.reshape.html
 */
export function reshapeBlocks(blocks: Blocks, wanted: readonly number[]): Blocks {
  const from = shapeOf(blocks);
  if (!Array.isArray(wanted)) throw new TypeError(`reshape takes a list of lengths, got ${String(wanted)}`);
  if (from.length === 1 && wanted.length === 1 && wanted[0] === -1) return blocks;
  const to = filledShape(from, wanted);
  if (from.length === to.length && from.every((n, axis) => n === to[axis])) return blocks;
  requireKnown(blocks, "reshape");
  if (sizeOf(from) === 0) return emptyReshape(blocks, to);
  const plan = reshapePlan(from, to, blocks.axes.map(axisSizes));
  const source = rechunkTo(blocks, plan.from.map(axisRuns));
  const axes = plan.to.map(axisRuns);
  const grid = gridOf(axes);
  const size = gridSize(grid);
  const layer: TaskLayer = {
    kind: "tasks",
    name: layerName("reshape", source.layer, axes),
    grid,
    calls: [{ fn: RESHAPE, args: [location(axes), input(0)] }],
    sources: [source.layer],
    inputOffsets: Uint32Array.from({ length: size + 1 }, (_, i) => i),
    inputIndex: Uint32Array.from({ length: size }, (_, i) => i),
  };
  return { ...blocks, axes, layer };
}

function filledShape(from: readonly number[], wanted: readonly number[]): number[] {
  const known = sizeOf(wanted.filter((n) => n !== -1));
  const total = sizeOf(from);
  if (wanted.filter((n) => n === -1).length > 1) throw new RangeError("A shape may leave out one length, with -1");
  const to = wanted.map((n) => (n === -1 ? (known === 0 ? 0 : total / known) : n));
  if ((sizeOf(to) !== total && !Number.isNaN(total)) || to.some((n) => !Number.isInteger(n) && !Number.isNaN(n)))
    throw new RangeError(`Shape ${shapeText(from)} of ${total} elements cannot become ${shapeText(wanted)}`);
  return to;
}

function emptyReshape(blocks: Blocks, to: readonly number[]): Blocks {
  const whole = rechunkTo(
    blocks,
    shapeOf(blocks).map((n) => regularRuns(n, n)),
  );
  const axes = to.map((n) => regularRuns(n, n));
  return {
    ...blocks,
    axes,
    layer: {
      kind: "blockwise",
      name: layerName("reshape", whole.layer, axes),
      grid: gridOf(axes),
      inputs: [{ source: whole.layer, axes: whole.axes.map((): AxisPick => ({ kind: "at", index: 0 })) }],
      call: { fn: RESHAPE, args: [location(axes), input(0)] },
    },
  };
}

interface ReshapePlan {
  readonly from: number[][];
  readonly to: number[][];
}

/**
 * Chunks before and after a reshape such that block n becomes block n. Groups of axes with equal products are matched
 * from the last axis on; inside a group only the first axis stays cut.
 */
function reshapePlan(
  from: readonly number[],
  to: readonly number[],
  chunks: readonly (readonly number[])[],
): ReshapePlan {
  const plan: ReshapePlan = { from: from.map((n) => [n]), to: to.map((n) => [n]) };
  let i = from.length - 1;
  let o = to.length - 1;
  while (i >= 0 || o >= 0) {
    if (i >= 0 && o >= 0 && from[i] === to[o]) {
      plan.from[i] = plan.to[o] = [...(chunks[i] as number[])];
      i -= 1;
      o -= 1;
    } else if (i >= 0 && from[i] === 1) plan.from[i--] = [1];
    else if (o >= 0 && to[o] === 1) plan.to[o--] = [1];
    else {
      const group = matchGroup(from, to, i, o);
      splitGroup(plan, group, { from, to, chunks });
      i = group.i - 1;
      o = group.o - 1;
    }
  }
  return plan;
}

interface Group {
  readonly i: number;
  readonly o: number;
  readonly iEnd: number;
  readonly oEnd: number;
}

function matchGroup(from: readonly number[], to: readonly number[], iEnd: number, oEnd: number): Group {
  let i = iEnd;
  let o = oEnd;
  let a = from[i] as number;
  let b = to[o] as number;
  while (a !== b)
    if (a < b) a *= from[--i] as number;
    else b *= to[--o] as number;
  return { i, o, iEnd, oEnd };
}

function splitGroup(
  plan: ReshapePlan,
  { i, o, iEnd, oEnd }: Group,
  { from, to, chunks }: { from: readonly number[]; to: readonly number[]; chunks: readonly (readonly number[])[] },
): void {
  const innerFrom = sizeOf(from.slice(i + 1, iEnd + 1));
  const innerTo = sizeOf(to.slice(o + 1, oEnd + 1));
  const merged = chunks.slice(i + 1, iEnd + 1).reduce((product, one) => product * one.length, 1);
  const lead = merged > 1 ? expanded(chunks[i] as number[], merged) : (chunks[i] as number[]);
  // Each block must hold whole rows of the new shape: its elements are a multiple of the inner size.
  // Several axes become one, and every axis but the last is cut into ones: blocks lie in order already.
  const isOrdered = o === oEnd && chunks.slice(i, iEnd).every((one) => one.every((n) => n === 1));
  if (isOrdered && iEnd > i) {
    const before = chunks.slice(i, iEnd).reduce((product, one) => product * one.length, 1);
    for (let k = i; k <= iEnd; k++) plan.from[k] = [...(chunks[k] as number[])];
    plan.to[o] = Array.from({ length: before }, () => chunks[iEnd] as number[]).flat();
    return;
  }
  const rows = multiples(lead, innerTo / gcd(innerTo, innerFrom));
  plan.from[i] = rows;
  plan.to[o] = rows.map((n) => (n * innerFrom) / innerTo);
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** Chunks cut into about `factor` parts each. */
function expanded(sizes: readonly number[], factor: number): number[] {
  return sizes.flatMap((size) => {
    const part = Math.max(1, size / factor);
    const parts: number[] = [];
    let left = size;
    for (; left >= 2 * part; left -= Math.floor(part)) parts.push(Math.floor(part));
    return left > 0 || parts.length === 0 ? [...parts, left] : parts;
  });
}

/** Chunks joined until each is a multiple of a unit. */
function multiples(sizes: readonly number[], unit: number): number[] {
  if (unit === 1) return [...sizes];
  const joined: number[] = [];
  let open = 0;
  for (const size of sizes) {
    open += size;
    const whole = open - (open % unit);
    if (whole > 0) joined.push(whole);
    open -= whole;
  }
  return joined;
}
