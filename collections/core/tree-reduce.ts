import type { Arg, Call } from "../../runtime/graph/call.ts";
import { input } from "../../runtime/graph/call.ts";
import type { AxisPick, BlockwiseLayer, Layer } from "../../runtime/graph/layer.ts";

/** How a reduction in rounds is to be built. */
export interface TreeReduction {
  /** What the layers are called: rounds are `${name}-round-0…`, the last is `name` itself. Carries a token. */
  readonly name: string;
  /** Axes of the source's grid that shrink to one block. */
  readonly axes: readonly number[];
  /** Blocks that meet in one task, over all axes; at least 2. */
  readonly fanIn: number;
  /** The call of a round; its argument is the list of partial results (row-major). */
  readonly combine: (blocks: Arg) => Call;
  /** The call of the last round. */
  readonly aggregate: (blocks: Arg) => Call;
  /** Keep the reduced axes in the grid, with one block each; default false. */
  readonly keepAxes?: boolean;
}

/**
 * Reduces the blocks of a layer along axes in rounds of at most `fanIn` blocks: a tree of symbolic layers, one a round.
 * Even one block passes the last round. O(rounds).
 * @throws RangeError if fanIn is below 2
 * @see https://docs.dask.org/en/stable/generated/dask.array.reduction.html
 */
export function treeReduce(source: Layer, plan: TreeReduction): BlockwiseLayer {
  let layer = source;
  const rounds = fanInRounds(
    plan.axes.map((axis) => source.grid[axis] as number),
    plan.fanIn,
  );
  rounds.slice(0, -1).forEach((sizes, round) => {
    layer = groupRound(layer, `${plan.name}-round-${round}`, plan.axes, sizes, plan.combine(input(0)));
  });
  return lastRound(layer, plan);
}

/**
 * How many blocks meet along each axis, round by round, until one is left of each; at least one round.
 * @example
 * fanInRounds([10], 4); // [[4], [4]]: ten blocks, then three, then one
 */
export function fanInRounds(counts: readonly number[], fanIn: number): number[][] {
  if (!(fanIn >= 2)) throw new RangeError(`A tree reduction needs a fan-in of at least 2, got ${fanIn}`);
  const reduced = counts.filter((count) => count > 1).length;
  const perAxis = Math.max(2, Math.floor(fanIn ** (1 / Math.max(1, reduced)) + 1e-9));
  const rounds: number[][] = [];
  let left = [...counts];
  do {
    const sizes = left.map((count) => Math.min(perAxis, Math.max(1, count)));
    rounds.push(sizes);
    left = left.map((count, at) => Math.ceil(count / (sizes[at] as number)));
  } while (left.some((count) => count > 1));
  return rounds;
}

function groupRound(
  source: Layer,
  name: string,
  axes: readonly number[],
  sizes: readonly number[],
  call: Call,
): BlockwiseLayer {
  const grid = source.grid.map((count, axis) => {
    const at = axes.indexOf(axis);
    return at < 0 ? count : Math.ceil(count / (sizes[at] as number));
  });
  const picks = source.grid.map((_, axis): AxisPick => {
    const at = axes.indexOf(axis);
    return at < 0 ? { kind: "axis", axis } : { kind: "group", axis, size: sizes[at] as number };
  });
  return { kind: "blockwise", name, grid, inputs: [{ source, axes: picks }], call, ...annotated(source) };
}

function lastRound(source: Layer, plan: TreeReduction): BlockwiseLayer {
  const grid: number[] = [];
  const picks = source.grid.map((count, axis): AxisPick => {
    if (!plan.axes.includes(axis)) return { kind: "axis", axis: grid.push(count) - 1 };
    if (plan.keepAxes === true) grid.push(1);
    return { kind: "all" };
  });
  const call = plan.aggregate(input(0));
  return { kind: "blockwise", name: plan.name, grid, inputs: [{ source, axes: picks }], call, ...annotated(source) };
}

const annotated = (source: Layer): Pick<BlockwiseLayer, "annotations"> =>
  source.kind === "blockwise" && source.annotations !== undefined ? { annotations: source.annotations } : {};
