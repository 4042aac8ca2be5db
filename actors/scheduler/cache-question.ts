import { changeCache } from "./cached-results.ts";
import { CACHE_OFF, type CacheFigures, type CacheQuestion } from "./result-cache.ts";
import type { SchedulerBrain } from "./scheduler-brain.ts";

/** Changes the cache as it is asked, and tells how it stands. What goes, goes at the end of the turn. */
export function askCache(brain: SchedulerBrain, question: CacheQuestion): CacheFigures {
  const { state } = brain;
  brain.recorder?.write({ kind: "cache", now: state.nowMs, question });
  changeCache(state, question);
  return state.cache?.figures() ?? CACHE_OFF;
}
