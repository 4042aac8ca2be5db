import { type Dependents, dependentsOf, inputCounts, type TaskEdges, topologicalOrder } from "./dependencies.ts";
import { type WalkGraph, type WalkPlan, walkGraph } from "./order-walk.ts";

/** Above this, only the first plan is tried: a walk costs about 0.3 µs a task. */
const TASKS_TRIED_ALL_MAX = 50_000;

const PLANS: readonly WalkPlan[] = [
  { next: { kind: "held", newest: true }, eager: true },
  { next: { kind: "outputs", reversed: false }, eager: true },
  { next: { kind: "held", newest: false }, eager: true },
  { next: { kind: "outputs", reversed: true }, eager: true },
  { next: { kind: "outputs", reversed: false }, eager: false },
  { next: { kind: "held", newest: false }, eager: false },
];

/**
 * The rank of every task: in which order one worker should run them so that few results are held at once. Several
 * depth-first walks and the plain order by levels are tried on graphs of up to 50,000 tasks, and the one with the lowest
 * peak wins. O(tasks + edges).
 * @throws ShoalError CYCLE
 * @see https://docs.dask.org/en/stable/order.html
 */
export function orderTasks(edges: TaskEdges, keyOf?: (row: number) => string): Uint32Array {
  return ranksOf(orderedRows(edges, keyOf));
}

/** The rows in the order of {@link orderTasks}. */
export function orderedRows(edges: TaskEdges, keyOf?: (row: number) => string): Uint32Array {
  const dependents = dependentsOf(edges);
  const levels = topologicalOrder(edges, keyOf, dependents);
  if (edges.inputs.length === 0) return levels;
  const graph = walkGraphOf(edges, dependents, levels);
  if (edges.count > TASKS_TRIED_ALL_MAX) return walkGraph(graph, PLANS[0] as WalkPlan);
  let best = levels;
  let bestCost = heldCost(edges, dependents, levels);
  const least = leastPeak(edges);
  for (const [at, plan] of PLANS.entries()) {
    // Level by level may hold as little at its peak; the first walk holds less over time, so it is always tried.
    if (at > 0 && bestCost.peak <= least) break;
    const sequence = walkGraph(graph, plan);
    const cost = heldCost(edges, dependents, sequence);
    const isLess = cost.peak === bestCost.peak && cost.total < bestCost.total;
    // Alike in number, the first walk's results lie for a shorter time each: what is made is used before the next is.
    const isAlike = at === 0 && cost.peak === bestCost.peak && cost.total === bestCost.total;
    if (cost.peak < bestCost.peak || isLess || isAlike) {
      best = sequence;
      bestCost = cost;
    }
  }
  return best;
}

/** No order holds less: a task's own result beside those it reads. */
function leastPeak({ count, inputOffsets, inputs }: TaskEdges): number {
  let least = 1;
  for (let row = 0; row < count; row++) {
    const reads = inputs.subarray(inputOffsets[row], inputOffsets[row + 1]);
    if (reads.length >= least) least = Math.max(least, new Set(reads).size + 1);
  }
  return least;
}

/** How many results an order holds at once, at most and summed over its steps; an output counts while it is made. */
export function heldCost(
  edges: TaskEdges,
  dependents: Dependents,
  sequence: Uint32Array,
): { peak: number; total: number } {
  const last = new Uint32Array(edges.count);
  const ranks = ranksOf(sequence);
  for (let row = 0; row < edges.count; row++) {
    let end = ranks[row] as number;
    for (let e = dependents.offsets[row] as number; e < (dependents.offsets[row + 1] as number); e++)
      end = Math.max(end, ranks[dependents.rows[e] as number] as number);
    last[end] = (last[end] as number) + 1;
  }
  let held = 0;
  let peak = 0;
  let total = 0;
  for (let at = 0; at < sequence.length; at++) {
    held += 1;
    peak = Math.max(peak, held);
    total += held;
    held -= last[at] as number;
  }
  return { peak, total };
}

function ranksOf(sequence: Uint32Array): Uint32Array {
  const ranks = new Uint32Array(sequence.length);
  for (let at = 0; at < sequence.length; at++) ranks[sequence[at] as number] = at;
  return ranks;
}

function walkGraphOf(edges: TaskEdges, dependents: Dependents, levels: Uint32Array): WalkGraph {
  const { count, inputOffsets } = edges;
  const sortedInputs = edges.inputs.slice();
  const room = new Uint32Array(count);
  for (const row of levels) {
    const from = inputOffsets[row] as number;
    const to = inputOffsets[row + 1] as number;
    if (to - from > 1) sortByRoom(sortedInputs, from, to, room);
    let most = 1;
    for (let at = from; at < to; at++) most = Math.max(most, (room[sortedInputs[at] as number] as number) + at - from);
    room[row] = most;
  }
  return { edges, dependents, inputCounts: inputCounts(edges, dependents), sortedInputs };
}

/** Sorts a row's inputs by the room they need, most first; equal ones stay in order. */
function sortByRoom(inputs: Uint32Array, from: number, to: number, room: Uint32Array): void {
  if (to - from > 32) {
    const sorted = [...inputs.subarray(from, to)].sort((a, b) => (room[b] as number) - (room[a] as number));
    inputs.set(sorted, from);
    return;
  }
  for (let i = from + 1; i < to; i++) {
    const moved = inputs[i] as number;
    let at = i;
    while (at > from && (room[inputs[at - 1] as number] as number) < (room[moved] as number)) {
      inputs[at] = inputs[at - 1] as number;
      at -= 1;
    }
    inputs[at] = moved;
  }
}
