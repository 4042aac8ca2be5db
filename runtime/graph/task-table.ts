import { placeAt } from "./call.ts";
import type { Graph } from "./graph.ts";
import type { TaskKey } from "./key.ts";
import {
  type AxisPick,
  type BlockInput,
  type BlockwiseLayer,
  type Layer,
  SELF,
  type TaskLayer,
  taskCount,
  taskKey,
  taskKind,
} from "./layer.ts";

/**
 * A graph written out: a row per task, edges in compressed sparse rows. Row = base of its layer + its number there.
 * This is what cull, fuse, order and the scheduler read; it costs 4 bytes a task and 4 an edge.
 */
export interface TaskTable {
  readonly layers: readonly Layer[];
  /** First row of each layer, and the number of rows at the end. */
  readonly bases: Uint32Array;
  readonly count: number;
  /** Row r reads the rows inputs[inputOffsets[r]] … inputs[inputOffsets[r + 1] - 1]. */
  readonly inputOffsets: Uint32Array;
  readonly inputs: Uint32Array;
  /** Rows that are wanted. */
  readonly wanted: Uint32Array;
}

/** Writes a graph out. O(tasks + edges). */
export function expandGraph(graph: Graph): TaskTable {
  const bases = new Uint32Array(graph.layers.length + 1);
  const baseOf = new Map<string, number>();
  graph.layers.forEach((layer, at) => {
    baseOf.set(layer.name, bases[at] as number);
    bases[at + 1] = (bases[at] as number) + taskCount(layer);
  });
  const count = bases[graph.layers.length] as number;
  const inputOffsets = new Uint32Array(count + 1);
  const inputs = new EdgeColumn(
    graph.layers.reduce((sum, layer) => sum + (layer.kind === "tasks" ? layer.inputIndex.length : 0), 0),
  );
  graph.layers.forEach((layer, at) => {
    const base = bases[at] as number;
    if (layer.kind === "blockwise") expandBlockwise(layer, base, baseOf, inputOffsets, inputs);
    else if (layer.kind === "tasks") expandTasks(layer, base, baseOf, inputOffsets, inputs);
    else inputOffsets.fill(inputs.length, base + 1, (bases[at + 1] as number) + 1);
  });
  return {
    layers: graph.layers,
    bases,
    count,
    inputOffsets,
    inputs: inputs.finish(),
    wanted: wantedRows(graph, baseOf),
  };
}

/** The position of the layer that a row belongs to. O(log layers). */
export function layerOfRow(table: { readonly bases: Uint32Array }, row: number): number {
  let low = 0;
  let high = table.bases.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((table.bases[middle] as number) <= row) low = middle;
    else high = middle - 1;
  }
  while ((table.bases[low + 1] as number) <= row) low += 1;
  return low;
}

/** The key of a row. */
export function keyOfRow(table: TaskTable, row: number): TaskKey {
  const at = layerOfRow(table, row);
  return taskKey(table.layers[at] as Layer, row - (table.bases[at] as number));
}

/** What a row's task goes by in displays. */
export function kindOfRow(table: TaskTable, row: number): string {
  const at = layerOfRow(table, row);
  return taskKind(table.layers[at] as Layer, row - (table.bases[at] as number));
}

function wantedRows(graph: Graph, baseOf: ReadonlyMap<string, number>): Uint32Array {
  const rows: number[] = [];
  for (const want of graph.wants) {
    const base = baseOf.get(want.layer.name) as number;
    if (want.indices === null) for (let i = 0, n = taskCount(want.layer); i < n; i++) rows.push(base + i);
    else for (const i of want.indices) rows.push(base + i);
  }
  return Uint32Array.from(rows);
}

function expandTasks(
  layer: TaskLayer,
  base: number,
  baseOf: ReadonlyMap<string, number>,
  inputOffsets: Uint32Array,
  inputs: EdgeColumn,
): void {
  const sourceBases = layer.sources.map((source) => baseOf.get(source.name) as number);
  const n = taskCount(layer);
  for (let i = 0; i < n; i++) {
    for (let e = layer.inputOffsets[i] as number; e < (layer.inputOffsets[i + 1] as number); e++) {
      const source = layer.inputSource === undefined ? 0 : (layer.inputSource[e] as number);
      inputs.push((source === SELF ? base : (sourceBases[source] as number)) + (layer.inputIndex[e] as number));
    }
    inputOffsets[base + i + 1] = inputs.length;
  }
}

function expandBlockwise(
  layer: BlockwiseLayer,
  base: number,
  baseOf: ReadonlyMap<string, number>,
  inputOffsets: Uint32Array,
  inputs: EdgeColumn,
): void {
  const n = taskCount(layer);
  const { grid, inputs: read } = layer;
  const sourceBases = read.map((one) => baseOf.get(one.source.name) as number);
  // The block index, counted up in place: a list for each of a million tasks would cost more than the edges.
  const index = new Array<number>(grid.length).fill(0);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < read.length; k++)
      pickAxis(read[k] as BlockInput, index, 0, 0, sourceBases[k] as number, inputs);
    inputOffsets[base + i + 1] = inputs.length;
    for (let axis = grid.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (grid[axis] as number)) break;
      index[axis] = 0;
    }
  }
}

/** Takes the rows of the blocks an input picks, from an axis of its source on. */
function pickAxis(
  one: BlockInput,
  index: readonly number[],
  axis: number,
  at: number,
  base: number,
  into: { push(row: number): void },
): void {
  const { grid } = one.source;
  if (axis === grid.length) {
    into.push(base + at);
    return;
  }
  const size = grid[axis] as number;
  const pick = one.axes[axis] as AxisPick;
  const from = pickFrom(pick, index);
  const to = pickTo(pick, from, size);
  for (let i = from; i < to; i++) pickAxis(one, index, axis + 1, at * size + i, base, into);
}

/** Calls `each` with the row-major position of every block an input picks for an output block, in order. */
export function pickBlocks(one: BlockInput, index: readonly number[], each: (at: number) => void): void {
  pickAxis(one, index, 0, 0, 0, { push: each });
}

/** How many blocks an input picks for an output block, or null when it picks one by nature and is no list. */
export function pickCount(one: BlockInput, index: readonly number[]): number | null {
  let count = 1;
  let isList = false;
  for (let axis = 0; axis < one.axes.length; axis++) {
    const pick = one.axes[axis] as AxisPick;
    if (pick.kind === "axis" || pick.kind === "at") continue;
    isList = true;
    const from = pickFrom(pick, index);
    count *= pickTo(pick, from, one.source.grid[axis] as number) - from;
  }
  return isList ? count : null;
}

function pickFrom(pick: AxisPick, index: readonly number[]): number {
  switch (pick.kind) {
    case "group":
      return (index[pick.axis] as number) * pick.size;
    case "all":
      return 0;
    default:
      return placeAt(pick, index);
  }
}

/** The end of a range that begins at `from`, on an axis of `size` blocks. */
function pickTo(pick: AxisPick, from: number, size: number): number {
  switch (pick.kind) {
    case "group":
      return Math.min(from + pick.size, size);
    case "all":
      return size;
    default:
      return from + 1;
  }
}

/** A Uint32 column that grows by doubling. */
class EdgeColumn {
  length = 0;
  private data: Uint32Array;

  /** @param expected edges that are known to come */
  constructor(expected: number) {
    this.data = new Uint32Array(expected);
  }

  push(row: number): void {
    if (this.length === this.data.length) {
      const grown = new Uint32Array(Math.max(64, this.data.length * 2));
      grown.set(this.data);
      this.data = grown;
    }
    this.data[this.length++] = row;
  }

  finish(): Uint32Array {
    return this.length === this.data.length ? this.data : this.data.slice(0, this.length);
  }
}
