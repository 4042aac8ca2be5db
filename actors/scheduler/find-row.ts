import { keyToken } from "../../runtime/bus/subject.ts";
import type { SchedulerState } from "./scheduler-state.ts";

/** The row of a key, or -1: a user's key by name, a block's by its layer and index. */
export function findRow(state: SchedulerState, key: string): number {
  const named = state.keyRows.get(key);
  if (named !== undefined) return named;
  const single = state.layers.get(key);
  if (single !== undefined && single.count === 1) return single.base;
  for (let slash = key.indexOf("/"); slash >= 0; slash = key.indexOf("/", slash + 1)) {
    const layer = state.layers.get(key.slice(0, slash));
    if (layer === undefined) continue;
    const row = rowAt(state, layer, key.slice(slash + 1));
    if (row >= 0) return row;
  }
  return -1;
}

function rowAt(state: SchedulerState, at: { slab: number; base: number; count: number }, rest: string): number {
  const slab = state.slabs.get(at.slab);
  const grid = slab?.layers[slab.layerAt(at.base)]?.layer.grid;
  const index = rest.split("/");
  if (grid === undefined || index.length !== grid.length) return -1;
  let linear = 0;
  for (let axis = 0; axis < grid.length; axis++) {
    const text = index[axis] as string;
    const position = Number(text);
    if (!/^\d+$/.test(text) || position >= (grid[axis] as number)) return -1;
    linear = linear * (grid[axis] as number) + position;
  }
  return at.base + linear;
}

/** The row of a token that holds only the hash of a long key. O(keys): such keys are rare, and asked for by hand. */
export function findRowOfToken(state: SchedulerState, token: string): number {
  for (const [key, row] of state.keyRows) if (keyToken(key) === token) return row;
  return -1;
}
