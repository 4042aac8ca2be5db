import { isMainThread } from "node:worker_threads";
import { config } from "../../../../runtime/base/config.ts";
import { cpuCount } from "../../../../runtime/base/cpu-count.ts";

/** More would wait for memory, and for the main thread to take what they made. */
const SPARES_MAX = 7;

/**
 * How many threads help the main thread with loops over large blocks: one for each further processor. Worker threads and
 * processes have none, as their fellows keep the processors busy.
 */
export function spareCount(): number {
  if (!isMainThread || process.send !== undefined) return 0;
  return Math.min(SPARES_MAX, config.get("array.spare-threads") ?? cpuCount() - 1);
}
