import { getPriority, setPriority } from "node:os";
import { config } from "../../runtime/base/config.ts";

/** How much nicer a thread that computes is than the process it belongs to, unless `worker.nice` says. */
const NICE = 10;
const NICEST = 19;

/**
 * Has this thread give way to those that carry messages, where they want the same core: schedulers, connections, the user's own program.
 * Threads that its libraries start after this are as nice. On Linux alone, where a thread has a niceness of its own.
 */
export function computeNicely(): void {
  const nicer = config.get("worker.nice") ?? NICE;
  if (nicer === 0 || process.platform !== "linux") return;
  // 0 is who asks: on Linux that is this thread, and not all of its process.
  setPriority(0, Math.min(NICEST, getPriority(0) + nicer));
}
