import { ShoalError } from "../base/errors.ts";

/** The edges of a table of tasks: row r reads inputs[inputOffsets[r]] … inputs[inputOffsets[r + 1] - 1]. */
export interface TaskEdges {
  readonly count: number;
  readonly inputOffsets: Uint32Array;
  readonly inputs: Uint32Array;
}

/** Who reads each row: rows offsets[r] … offsets[r + 1] of `rows`, ascending. A row that is read twice by one is there once. */
export interface Dependents {
  readonly offsets: Uint32Array;
  readonly rows: Uint32Array;
}

/** Turns edges around. O(tasks + edges). */
export function dependentsOf(edges: TaskEdges): Dependents {
  const { count, inputOffsets, inputs } = edges;
  const offsets = new Uint32Array(count + 1);
  const last = new Uint32Array(count).fill(NONE);
  for (let row = 0; row < count; row++)
    for (let e = inputOffsets[row] as number; e < (inputOffsets[row + 1] as number); e++) {
      const input = inputs[e] as number;
      if (last[input] === row) continue;
      last[input] = row;
      offsets[input + 1] = (offsets[input + 1] as number) + 1;
    }
  for (let row = 0; row < count; row++) offsets[row + 1] = (offsets[row + 1] as number) + (offsets[row] as number);
  const rows = new Uint32Array(offsets[count] as number);
  const next = offsets.slice(0, count);
  last.fill(NONE);
  for (let row = 0; row < count; row++)
    for (let e = inputOffsets[row] as number; e < (inputOffsets[row + 1] as number); e++) {
      const input = inputs[e] as number;
      if (last[input] === row) continue;
      last[input] = row;
      const at = next[input] as number;
      rows[at] = row;
      next[input] = at + 1;
    }
  return { offsets, rows };
}

/** How many different rows each row reads. */
export function inputCounts(edges: TaskEdges, dependents: Dependents): Uint32Array {
  const counts = new Uint32Array(edges.count);
  for (const reader of dependents.rows) counts[reader] = (counts[reader] as number) + 1;
  return counts;
}

/**
 * Rows in an order in which each comes after those it reads. O(tasks + edges).
 * @param keyOf names a row in the error
 * @throws ShoalError CYCLE, naming the keys of a circle
 */
export function topologicalOrder(
  edges: TaskEdges,
  keyOf: (row: number) => string = String,
  dependents: Dependents = dependentsOf(edges),
): Uint32Array {
  const waiting = inputCounts(edges, dependents);
  const order = new Uint32Array(edges.count);
  let filled = 0;
  for (let row = 0; row < edges.count; row++) if (waiting[row] === 0) order[filled++] = row;
  for (let at = 0; at < filled; at++) {
    const row = order[at] as number;
    for (let e = dependents.offsets[row] as number; e < (dependents.offsets[row + 1] as number); e++) {
      const reader = dependents.rows[e] as number;
      waiting[reader] = (waiting[reader] as number) - 1;
      if (waiting[reader] === 0) order[filled++] = reader;
    }
  }
  if (filled < edges.count) throw cycleError(findCycle(edges, waiting), keyOf);
  return order;
}

/** A circle among rows that still wait for something: from any of them backwards, always to an input that waits. */
function findCycle(edges: TaskEdges, waiting: Uint32Array): number[] {
  const path: number[] = [];
  const at = new Map<number, number>();
  let row = waiting.findIndex((count) => count > 0);
  while (!at.has(row)) {
    at.set(row, path.push(row) - 1);
    const inputs = edges.inputs.subarray(edges.inputOffsets[row], edges.inputOffsets[row + 1]);
    row = inputs.find((input) => (waiting[input] as number) > 0) as number;
  }
  return path.slice(at.get(row)).reverse();
}

/** The error that says which keys go round. */
export function cycleError(cycle: readonly number[], keyOf: (row: number) => string): ShoalError {
  const keys = cycle.map(keyOf);
  const shown = keys.length <= 12 ? keys : [...keys.slice(0, 6), "…", ...keys.slice(-5)];
  return new ShoalError(`The graph goes round: ${[...shown, keys[0]].join(" → ")}`, {
    code: "CYCLE",
    details: { keys },
  });
}

const NONE = 0xffffffff;
