import { type AxisRuns, input, inputsFrom, literal } from "../../runtime/graph/call.ts";
import { blockIndex, gridSize, linearIndex } from "../../runtime/graph/key.ts";
import { type BlockwiseLayer, type Layer, SELF, type TaskLayer } from "../../runtime/graph/layer.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { axisOf, type Blocks, layerName, samePlace } from "./blocks.ts";
import { axisBlocks } from "./chunk-spec.ts";
import { type DType, dtypeInfo, parseDType } from "./dtype.ts";
import { SETTLE } from "./elementwise.ts";
import { behind, type Cumulation, cumulateBlock, joinTotals, lastOf } from "./kernels/cumulate.ts";
import { known } from "./known.ts";
import { oneOf } from "./one-of.ts";
import { rechunkBlocks } from "./rechunk.ts";
import { reshapeBlocks } from "./reshape.ts";

const MODULE = "shoal:collections/array/kernels/cumulate";
const CUMULATE = kernel(MODULE, "cumulateBlock", cumulateBlock);
const LAST = kernel(MODULE, "lastOf", lastOf);
const JOIN = kernel(MODULE, "joinTotals", joinTotals);
const BEHIND = kernel(MODULE, "behind", behind);

/** Options of running sums and products. */
export interface CumulativeOptions {
  /** The axis; the flattened array if null or left out. */
  readonly axis?: number | null;
  readonly dtype?: DType;
  /** How totals are passed on: block after block, or in a tree of logarithmic depth with more work. */
  readonly method?: "sequential" | "blelloch";
}

/**
 * Running sums or products along an axis.
 * @see https://docs.dask.org/en/stable/generated/dask.array.cumsum.html
 */
export function cumulativeBlocks(
  blocks: Blocks,
  name: "sum" | "prod",
  options: CumulativeOptions & { readonly skipNan?: boolean } = {},
): Blocks {
  known(options, `cum${name}`, "axis", "dtype", "method", "skipNan");
  if (options.axis === null || options.axis === undefined)
    return cumulativeBlocks(flattened(blocks), name, { ...options, axis: 0 });
  const axis = axisOf(options.axis, blocks.axes.length);
  const { kind } = dtypeInfo(blocks.dtype);
  const given = options.dtype === undefined ? undefined : parseDType(options.dtype);
  const dtype = given ?? (kind === "b" || kind === "i" ? "int64" : kind === "u" ? "uint64" : blocks.dtype);
  const method = oneOf("method", options.method ?? "sequential", ["sequential", "blelloch"]);
  const plan: Cumulation = { name, axis, dtype, skipNan: options.skipNan ?? false };
  const token = [blocks.layer, plan, method];
  const { grid } = blocks.layer;
  const inside: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName(`cum${name}-block`, ...token),
    grid,
    inputs: [samePlace(blocks.layer)],
    call: { fn: CUMULATE, args: [literal(plan), input(0)] },
  };
  if (axisBlocks(blocks.axes[axis] as AxisRuns) === 1) return { ...blocks, layer: inside, dtype };
  const last: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName(`cum${name}-last`, ...token),
    grid,
    inputs: [samePlace(inside)],
    call: { fn: LAST, args: [literal(plan), input(0)] },
  };
  const before = options.method === "blelloch" ? treeTotals(last, plan, token) : chainTotals(last, plan, token);
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName(`cum${name}`, ...token),
    grid,
    inputs: [samePlace(inside), samePlace(before)],
    call: { fn: BEHIND, args: [literal(plan), input(0), input(1)], finish: SETTLE },
  };
  return { axes: blocks.axes, layer, dtype };
}

/** On one axis; in chunks as long as there were blocks, as Dask cuts it. */
function flattened(blocks: Blocks): Blocks {
  const flat = reshapeBlocks(blocks, [-1]);
  return rechunkBlocks(flat, Math.max(1, gridSize(blocks.layer.grid)));
}

/** What stands before each block: each from the one before it. */
function chainTotals(last: Layer, plan: Cumulation, token: readonly unknown[]): TaskLayer {
  return totalsLayer(last, plan, layerName("cum-before", ...token), (index) =>
    index[plan.axis] === 0
      ? []
      : index[plan.axis] === 1
        ? [{ source: 0, index: moved(index, plan.axis, -1) }]
        : [
            { source: SELF, index: moved(index, plan.axis, -1) },
            { source: 0, index: moved(index, plan.axis, -1) },
          ],
  );
}

/** What stands before each block, in rounds that double the reach: after k rounds totals cover 2^k blocks. */
function treeTotals(last: Layer, plan: Cumulation, token: readonly unknown[]): TaskLayer {
  const n = last.grid[plan.axis] as number;
  let totals: Layer = last;
  for (let reach = 1; reach < n - 1; reach *= 2) {
    const step = reach;
    totals = totalsLayer(totals, plan, layerName(`cum-reach-${step}`, ...token), (index) =>
      (index[plan.axis] as number) < step
        ? [{ source: 0, index }]
        : [
            { source: 0, index: moved(index, plan.axis, -step) },
            { source: 0, index },
          ],
    );
  }
  return totalsLayer(totals, plan, layerName("cum-before", ...token), (index) =>
    index[plan.axis] === 0 ? [] : [{ source: 0, index: moved(index, plan.axis, -1) }],
  );
}

const moved = (index: readonly number[], axis: number, by: number): number[] =>
  index.map((at, k) => (k === axis ? at + by : at));

function totalsLayer(
  source: Layer,
  plan: Cumulation,
  name: string,
  edges: (index: number[]) => readonly { readonly source: number; readonly index: readonly number[] }[],
): TaskLayer {
  const { grid } = source;
  const size = gridSize(grid);
  const inputOffsets = new Uint32Array(size + 1);
  const inputIndex: number[] = [];
  const inputSource: number[] = [];
  for (let task = 0; task < size; task++) {
    for (const edge of edges(blockIndex(grid, task))) {
      inputIndex.push(linearIndex(grid, edge.index));
      inputSource.push(edge.source);
    }
    inputOffsets[task + 1] = inputIndex.length;
  }
  return {
    kind: "tasks",
    name,
    grid,
    calls: [{ fn: JOIN, args: [literal(plan), inputsFrom(0)] }],
    sources: [source],
    inputOffsets,
    inputSource: Uint16Array.from(inputSource),
    inputIndex: Uint32Array.from(inputIndex),
  };
}
