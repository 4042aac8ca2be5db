import { type AxisRuns, axisPlace, axisRuns, input, inputsFrom, literal, location } from "../../runtime/graph/call.ts";
import { blockIndex, gridSize, linearIndex } from "../../runtime/graph/key.ts";
import type { AxisPick, Layer } from "../../runtime/graph/layer.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { type Blocks, gridOf, layerName, requireKnown } from "./blocks.ts";
import { axisSizes, CHUNK_BYTES_DEFAULT } from "./chunk-spec.ts";
import { itemsizeOf } from "./dtype.ts";
import { SETTLE, slicedFill } from "./elementwise.ts";
import type { AxisIndex } from "./indexer.ts";
import { type TakePlan, takePieces } from "./kernels/take.ts";
import { type AxisCut, cutBlock, reaxis } from "./kernels/views.ts";
import { slicedSource } from "./storage/stored.ts";
import { warnOfMany } from "./warn-of-many.ts";

const CUT = kernel("shoal:collections/array/kernels/views", "cutBlock", cutBlock);
const REAXIS = kernel("shoal:collections/array/kernels/views", "reaxis", reaxis);
const TAKE = kernel("shoal:collections/array/kernels/take", "takePieces", takePieces);

/** What one axis becomes: its chunks, where its blocks come from, and what each gives. */
interface AxisPlan {
  readonly runs: AxisRuns | null;
  /** Source block of each output block; null where they are the same. */
  readonly blocks: Uint32Array | null;
  readonly cut: AxisCut;
}

/** Integers and ranges: a view of each block that is touched, no others are read. */
export function sliceBlocks(blocks: Blocks, indices: readonly AxisIndex[]): Blocks {
  if (indices.every((index) => index.kind === "whole")) return blocks;
  const plans = indices.map((index, axis) => axisPlan(blocks, index, axis));
  const axes = plans.flatMap((plan) => (plan.runs === null ? [] : [plan.runs]));
  const pushed = slicedSource(blocks, indices, axes) ?? slicedFill(blocks, axes);
  if (pushed !== undefined) return pushed;
  const name = layerName("get", blocks.layer, indices);
  const grid = gridOf(axes);
  const cuts = plans.map((plan) => plan.cut);
  const call = { fn: CUT, args: [literal(cuts), location(axes), input(0)], finish: SETTLE };
  const picks = axisPicks(plans);
  if (picks !== undefined)
    return {
      ...blocks,
      axes,
      layer: { kind: "blockwise", name, grid, inputs: [{ source: blocks.layer, axes: picks }], call },
    };
  const size = gridSize(grid);
  const inputIndex = new Uint32Array(size);
  for (let task = 0; task < size; task++) {
    const index = blockIndex(grid, task);
    let out = 0;
    const source = plans.map((plan) => {
      if (plan.runs === null) return (plan.blocks as Uint32Array)[0] as number;
      const at = index[out++] as number;
      return plan.blocks === null ? at : (plan.blocks[at] as number);
    });
    inputIndex[task] = linearIndex(blocks.layer.grid, source);
  }
  const inputOffsets = Uint32Array.from({ length: size + 1 }, (_, i) => i);
  const layer: Layer = { kind: "tasks", name, grid, calls: [call], sources: [blocks.layer], inputOffsets, inputIndex };
  return { ...blocks, axes, layer };
}

/** Symbolic picks if every axis reads blocks that lie equally far apart, forwards or backwards. */
function axisPicks(plans: readonly AxisPlan[]): AxisPick[] | undefined {
  const picks: AxisPick[] = [];
  let out = 0;
  for (const { runs, blocks } of plans) {
    if (runs === null) picks.push({ kind: "at", index: (blocks as Uint32Array)[0] as number });
    else if (blocks === null) picks.push({ kind: "axis", axis: out++ });
    else {
      const offset = blocks[0] as number;
      const step = blocks.length > 1 ? (blocks[1] as number) - offset : 1;
      if (!blocks.every((block, at) => block === offset + at * step)) return undefined;
      picks.push(axisPlace(out++, offset, step));
    }
  }
  return picks;
}

function axisPlan(blocks: Blocks, index: AxisIndex, axis: number): AxisPlan {
  const runs = blocks.axes[axis] as AxisRuns;
  if (index.kind === "whole") return { runs, blocks: null, cut: null };
  if (index.kind === "list") throw new TypeError("Lists are taken, not sliced");
  requireKnown(blocks, "An index", [axis]);
  const sizes = axisSizes(runs);
  if (index.kind === "at") {
    let block = 0;
    let at = index.at;
    while (at >= (sizes[block] as number)) at -= sizes[block++] as number;
    return { runs: null, blocks: Uint32Array.of(block), cut: { kind: "at", at } };
  }
  return rangePlan(sizes, index);
}

function rangePlan(sizes: readonly number[], index: AxisIndex & { kind: "range" }): AxisPlan {
  const { start, step, count } = index;
  const found: { block: number; from: number; count: number }[] = [];
  const low = step > 0 ? start : start + step * (count - 1);
  const high = step > 0 ? start + step * (count - 1) : start;
  let left = 0;
  sizes.forEach((size, block) => {
    const right = left + size;
    // A block that the range reaches, but none of whose positions it names, stays as an empty one.
    const reach = step > 0 ? Math.max(high + 1, index.stop ?? 0) : high + 1;
    if (count > 0 && size > 0 && low < right && reach > left) {
      // The first and last of the range's positions (counted upwards from `low`) in this block.
      const width = Math.abs(step);
      const first = low + Math.max(0, Math.ceil((left - low) / width)) * width;
      const last = low + Math.min(count - 1, Math.floor((right - 1 - low) / width)) * width;
      if (first <= last) {
        const from = (step > 0 ? first : last) - left;
        found.push({ block, from, count: (last - first) / width + 1 });
      } else if (step > 1 && found.length > 0 && reachesInto(low, step, left, right))
        found.push({ block, from: 0, count: 0 });
    }
    left = right;
  });
  if (step < 0) found.reverse();
  if (found.length === 0) found.push({ block: 0, from: 0, count: 0 });
  return {
    runs: axisRuns(found.map((one) => one.count)),
    blocks: Uint32Array.from(found, (one) => one.block),
    cut: {
      kind: "range",
      starts: Float64Array.from(found, (one) => one.from),
      counts: Float64Array.from(found, (one) => one.count),
      step,
    },
  };
}

/** Whether a range that went on without end would have a position in a block. */
const reachesInto = (low: number, step: number, left: number, right: number): boolean =>
  low + Math.ceil((left - low) / step) * step < right;

/** Elements at listed positions of one axis. Sorted positions keep the blocks they come from. */
export function takeBlocks(
  blocks: Blocks,
  axis: number,
  positions: Float64Array,
  given?: readonly Float64Array[],
): Blocks {
  requireKnown(blocks, "An index", [axis]);
  const runs = blocks.axes[axis] as AxisRuns;
  const sizes = axisSizes(runs);
  const starts: number[] = [0];
  for (const size of sizes) starts.push((starts[starts.length - 1] as number) + size);
  const blockOf = (at: number): number => {
    let low = 0;
    let high = sizes.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  const groups = given ?? takeGroups(positions, blockOf, Math.max(1, ...sizes), largestGroup(blocks, axis));
  warnOfMany("Taking positions out of order", sizes.length, groups.length);
  const plan = groups.map((group): TakePlan => {
    const pieces = [...new Set(Array.from(group, blockOf))].sort((a, b) => a - b);
    const at = new Map(pieces.map((block, k) => [block, k]));
    return {
      pieces: Uint32Array.from(pieces),
      piece: Uint32Array.from(group, (one) => at.get(blockOf(one)) as number),
      local: Float64Array.from(group, (one) => one - (starts[blockOf(one)] as number)),
    };
  });
  const axes = blocks.axes.map((own, k) => (k === axis ? axisRuns(groups.map((group) => group.length)) : own));
  return { ...blocks, axes, layer: takeLayer(blocks, axis, plan, axes, positions) };
}

/** Positions that fit into a chunk of the size that "auto" aims at: what is taken many times does not blow a chunk up. */
function largestGroup(blocks: Blocks, axis: number): number {
  const others = blocks.axes.flatMap((runs, at) => (at === axis ? [] : [Math.max(1, ...runs.map(([size]) => size))]));
  const bytes = others.reduce((product, size) => product * size, itemsizeOf(blocks.dtype));
  return Math.max(1, Math.floor(CHUNK_BYTES_DEFAULT / bytes)) || Number.POSITIVE_INFINITY;
}

function takeGroups(
  positions: Float64Array,
  blockOf: (at: number) => number,
  size: number,
  largest: number,
): Float64Array[] {
  if (positions.length === 0) return [positions];
  const isSorted = positions.every((at, i) => i === 0 || at >= (positions[i - 1] as number));
  const groups: Float64Array[] = [];
  let from = 0;
  for (let i = 1; i <= positions.length; i++) {
    const isEnd =
      i === positions.length ||
      i - from >= Math.max(size, largest) ||
      (isSorted ? blockOf(positions[i] as number) !== blockOf(positions[from] as number) : i - from >= size);
    if (isEnd) {
      groups.push(positions.subarray(from, i));
      from = i;
    }
  }
  return groups;
}

function takeLayer(
  blocks: Blocks,
  axis: number,
  plan: readonly TakePlan[],
  axes: readonly AxisRuns[],
  positions: Float64Array,
): Layer {
  const grid = gridOf(axes);
  const size = gridSize(grid);
  const inputOffsets = new Uint32Array(size + 1);
  const inputIndex: number[] = [];
  for (let task = 0; task < size; task++) {
    const index = blockIndex(grid, task);
    const { pieces } = plan[index[axis] as number] as TakePlan;
    for (const piece of pieces.length === 0 ? [0] : pieces) {
      index[axis] = piece;
      inputIndex.push(linearIndex(blocks.layer.grid, index));
    }
    inputOffsets[task + 1] = inputIndex.length;
  }
  return {
    kind: "tasks",
    name: layerName("take", blocks.layer, axis, positions, axes[axis]),
    grid,
    calls: [{ fn: TAKE, args: [literal({ axis, plan }), location(axes), inputsFrom(0)] }],
    sources: [blocks.layer],
    inputOffsets,
    inputIndex: Uint32Array.from(inputIndex),
  };
}

/** Axes of length one put in (null) or left out. */
export function reaxisBlocks(blocks: Blocks, order: readonly (number | null)[]): Blocks {
  const axes = order.map((axis): AxisRuns => (axis === null ? [[1, 1]] : (blocks.axes[axis] as AxisRuns)));
  const picks = blocks.axes.map((_, axis): AxisPick => {
    const at = order.indexOf(axis);
    return at < 0 ? { kind: "at", index: 0 } : { kind: "axis", axis: at };
  });
  const call = { fn: REAXIS, args: [literal(order), input(0)], finish: SETTLE };
  const name = layerName("reaxis", blocks.layer, order);
  const inputs = [{ source: blocks.layer, axes: picks }];
  return { ...blocks, axes, layer: { kind: "blockwise", name, grid: gridOf(axes), inputs, call } };
}
