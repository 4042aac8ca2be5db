import type { Worker } from "node:worker_threads";
import type { Clock } from "../../runtime/base/clock.ts";

/** A thread that has not ended by then is in code that nothing can interrupt. */
const GRACE_MS = 5000;

/**
 * Ends a thread, whatever it is doing. JavaScript can be interrupted, a call of native code cannot: such a thread is left to itself after five
 * seconds, with a warning.
 * @param name of its worker
 */
export async function endThread(thread: Worker, name: string, clock: Clock): Promise<void> {
  // It keeps the process alive until it has ended.
  thread.ref();
  let timer: unknown;
  const late = new Promise<"late">((resolve) => {
    timer = clock.setTimer(GRACE_MS, () => resolve("late"));
  });
  const outcome = await Promise.race([thread.terminate(), late]);
  clock.clearTimer(timer);
  if (outcome !== "late") return;
  thread.unref();
  process.emitWarning(
    `The thread of worker ${name} did not end within ${GRACE_MS} ms: its task is in native code, which only the end of its process interrupts; ` +
      'it is left to itself, and this process exits when that call returns (mode "processes" ends such tasks)',
    { type: "Shoal", code: "THREAD_STAYS" },
  );
}
