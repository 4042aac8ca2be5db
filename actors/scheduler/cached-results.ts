import { uncache } from "./cache-hold.ts";
import { isLeaving } from "./membership.ts";
import { releaseIfUnneeded } from "./needs.ts";
import { type CacheQuestion, ResultCache } from "./result-cache.ts";
import { FLAG, type SchedulerState } from "./scheduler-state.ts";

/**
 * Results that stay in memory for the sake of the cache. Such a row has a flag, and is needed as one that a client wants, with three
 * differences: nobody is told of it, it is not made again when it is lost, and it goes where memory is short.
 */

/** A worker whose memory is short gives up half of what is cached there, so often. */
const RELIEF_MS = 500;

/** A task has finished: its result stays if that is worth it. To be called before it would be let go of. */
export function mayCache(state: SchedulerState, row: number, tookUs: number, bytes: number): void {
  const { cache } = state;
  if (cache === undefined) return;
  const slab = state.slabOf(row);
  const at = row - slab.base;
  const inputs = slab.inputs.subarray(slab.inputOffsets[at], slab.inputOffsets[at + 1]);
  const isWorthIt = cache.made(row, tookUs, inputs, bytes);
  const { cache: isAllowed = true, effectful } = slab.layers[slab.layerAt(row)]?.layer.annotations ?? {};
  // What exists only where it was made is a handle: it weighs little and stands for much.
  const isLocated = ((state.tasks.flags[row] as number) & FLAG.located) !== 0;
  if (!isWorthIt || !isAllowed || effectful || isLocated) return;
  state.tasks.flags[row] = (state.tasks.flags[row] as number) | FLAG.cached;
  cache.keep(row, bytes, state.nowMs);
}

/** Once a turn: what is too much goes, what lies where memory is short, and what would keep a worker from leaving. */
export function reviewCache(state: SchedulerState): void {
  const { cache } = state;
  if (cache === undefined) return;
  letGo(state, cache.surplus());
  for (const worker of state.workerByName.values()) {
    const { number, pressure } = worker;
    const isTight = pressure !== "none" && state.nowMs - (cache.relievedMs.get(number) ?? 0) >= RELIEF_MS;
    if (!isTight && !isLeaving(worker)) continue;
    const here = [...cache.rows()].filter((row) => state.tasks.worker[row] === number);
    const bytes = here.reduce((sum, row) => sum + (state.tasks.bytes[row] as number), 0);
    letGo(state, cache.worst(here, isLeaving(worker) ? Number.POSITIVE_INFINITY : bytes / 2));
    cache.relievedMs.set(number, state.nowMs);
  }
}

/** Turns the cache on, limits it, empties it or turns it off. */
export function changeCache(state: SchedulerState, { limits, clear }: CacheQuestion): void {
  if (clear || limits?.bytesMax === 0) emptyCache(state);
  if (limits === undefined) return;
  if (limits.bytesMax === 0) state.cache = undefined;
  else if (state.cache === undefined) state.cache = new ResultCache(limits);
  else state.cache.limit(limits, state.nowMs);
}

/** All that is there for the sake of the cache alone goes. */
export function emptyCache(state: SchedulerState): void {
  letGo(state, [...(state.cache?.rows() ?? [])]);
}

function letGo(state: SchedulerState, rows: readonly number[]): void {
  for (const row of rows) {
    uncache(state, row);
    releaseIfUnneeded(state, row);
  }
}
