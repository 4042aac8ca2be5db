/** A task's name in the whole cluster: text of the user's, or a layer's name and a block index. */
export type TaskKey = string;

/** The key of one block: `sum-3fa9/0/4`; a layer without axes has one block and gives it its own name. */
export function blockKey(layerName: string, index: readonly number[]): TaskKey {
  return index.length === 0 ? layerName : `${layerName}/${index.join("/")}`;
}

/** Row-major position of a block index in a grid. */
export function linearIndex(grid: readonly number[], index: readonly number[]): number {
  let at = 0;
  for (let axis = 0; axis < grid.length; axis++) at = at * (grid[axis] as number) + (index[axis] as number);
  return at;
}

/** The block index at a row-major position of a grid. */
export function blockIndex(grid: readonly number[], at: number): number[] {
  const index = new Array<number>(grid.length);
  for (let axis = grid.length - 1; axis >= 0; axis--) {
    const size = grid[axis] as number;
    index[axis] = at % size;
    at = Math.floor(at / size);
  }
  return index;
}

/** How many blocks a grid has; a grid without axes has one. */
export function gridSize(grid: readonly number[]): number {
  let size = 1;
  for (const n of grid) size *= n;
  return size;
}

/**
 * What tasks of one kind share, for estimates and displays: `sum-3fa9/0/4` and `sum-77` both give `sum`.
 * @see https://docs.dask.org/en/stable/user-interfaces.html (key prefixes)
 */
export function keyPrefix(key: TaskKey): string {
  const slash = key.indexOf("/");
  // A step of a computation has the hash of the whole in its middle: `std-3f…a9-round-0` is a `std-round-0`.
  const stem = (slash < 0 ? key : key.slice(0, slash)).replace(HASH_WITHIN, "");
  const dash = stem.lastIndexOf("-");
  return dash > 0 && /^[0-9a-zA-Z_]{4,}$/.test(stem.slice(dash + 1)) ? stem.slice(0, dash) : stem;
}

const HASH_WITHIN = /-[0-9a-z]{24,}(?=-)/g;
