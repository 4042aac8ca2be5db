import { type Dependents, dependentsOf, type TaskEdges } from "./dependencies.ts";

/** Rows that run one after another as one: unit u runs rows offsets[u] … offsets[u + 1] of `rows`, in that order. */
export interface TaskUnits {
  readonly count: number;
  readonly offsets: Uint32Array;
  readonly rows: Uint32Array;
  /** The unit of each row. */
  readonly unitOf: Uint32Array;
}

/**
 * Joins linear chains: a row goes with the one that reads it if nobody else does and that one reads nothing else.
 * The result of a unit is its last row's; the others need never be kept. O(tasks + edges).
 * @param mayFuse whether a row may go with its only reader: not if it is wanted, annotated otherwise, or said so
 * @see https://docs.dask.org/en/stable/optimize.html#dask.optimization.fuse
 */
export function fuseChains(
  edges: TaskEdges,
  mayFuse: (row: number, reader: number) => boolean,
  dependents: Dependents = dependentsOf(edges),
): TaskUnits {
  const { count, inputOffsets } = edges;
  const next = new Uint32Array(count).fill(NONE);
  const hasBefore = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    const from = dependents.offsets[row] as number;
    if ((dependents.offsets[row + 1] as number) - from !== 1) continue;
    const reader = dependents.rows[from] as number;
    if (!readsOnly(edges, reader, row) || !mayFuse(row, reader)) continue;
    next[row] = reader;
    hasBefore[reader] = 1;
  }
  const offsets = new Uint32Array(count + 1);
  const rows = new Uint32Array(count);
  const unitOf = new Uint32Array(count);
  let units = 0;
  let filled = 0;
  for (let row = 0; row < count; row++) {
    if (hasBefore[row] === 1) continue;
    for (let at = row; at !== NONE; at = next[at] as number) {
      rows[filled++] = at;
      unitOf[at] = units;
    }
    offsets[++units] = filled;
  }
  if (filled < inputOffsets.length - 1)
    throw new RangeError("A circle of tasks cannot be fused; find it with topologicalOrder()");
  return { count: units, offsets: offsets.slice(0, units + 1), rows, unitOf };
}

function readsOnly(edges: TaskEdges, reader: number, row: number): boolean {
  for (let e = edges.inputOffsets[reader] as number; e < (edges.inputOffsets[reader + 1] as number); e++)
    if (edges.inputs[e] !== row) return false;
  return true;
}

/** The edges between units. */
export function unitEdges(edges: TaskEdges, units: TaskUnits): TaskEdges {
  const inputOffsets = new Uint32Array(units.count + 1);
  const inputs: number[] = [];
  for (let unit = 0; unit < units.count; unit++) {
    const first = units.rows[units.offsets[unit] as number] as number;
    for (let e = edges.inputOffsets[first] as number; e < (edges.inputOffsets[first + 1] as number); e++)
      inputs.push(units.unitOf[edges.inputs[e] as number] as number);
    inputOffsets[unit + 1] = inputs.length;
  }
  return { count: units.count, inputOffsets, inputs: Uint32Array.from(inputs) };
}

const NONE = 0xffffffff;
