import type { TaskEdges } from "./dependencies.ts";
import type { TaskTable } from "./task-table.ts";

/**
 * Which rows are needed for what is wanted: 1 for each that is. O(tasks + edges), without recursion.
 * @param isHeld rows whose result is there already; what only they need is not
 */
export function neededRows(edges: TaskEdges, wanted: Iterable<number>, isHeld?: (row: number) => boolean): Uint8Array {
  const needed = new Uint8Array(edges.count);
  const stack: number[] = [];
  const need = (row: number): void => {
    if (needed[row] === 1) return;
    needed[row] = 1;
    if (isHeld?.(row) !== true) stack.push(row);
  };
  for (const row of wanted) need(row);
  for (let row = stack.pop(); row !== undefined; row = stack.pop())
    for (let e = edges.inputOffsets[row] as number; e < (edges.inputOffsets[row + 1] as number); e++)
      need(edges.inputs[e] as number);
  return needed;
}

/** A table without the rows that nothing wanted needs, and which row of the whole each of its rows was. */
export interface CulledEdges extends TaskEdges {
  readonly rowOf: Uint32Array;
  readonly wanted: Uint32Array;
}

/**
 * Drops what nothing wanted needs; rows keep their order.
 * @see https://docs.dask.org/en/stable/optimize.html#dask.optimization.cull
 */
export function cullTable(
  table: TaskEdges & Pick<TaskTable, "wanted">,
  isHeld?: (row: number) => boolean,
): CulledEdges {
  const needed = neededRows(table, table.wanted, isHeld);
  const renumbered = new Uint32Array(table.count);
  let count = 0;
  let edges = 0;
  for (let row = 0; row < table.count; row++) {
    if (needed[row] === 0) continue;
    renumbered[row] = count++;
    if (isHeld?.(row) !== true) edges += (table.inputOffsets[row + 1] as number) - (table.inputOffsets[row] as number);
  }
  const rowOf = new Uint32Array(count);
  const inputOffsets = new Uint32Array(count + 1);
  const inputs = new Uint32Array(edges);
  let filled = 0;
  for (let row = 0, at = 0; row < table.count; row++) {
    if (needed[row] === 0) continue;
    rowOf[at] = row;
    if (isHeld?.(row) !== true)
      for (let e = table.inputOffsets[row] as number; e < (table.inputOffsets[row + 1] as number); e++)
        inputs[filled++] = renumbered[table.inputs[e] as number] as number;
    inputOffsets[++at] = filled;
  }
  return { count, rowOf, inputOffsets, inputs, wanted: table.wanted.map((row) => renumbered[row] as number) };
}
