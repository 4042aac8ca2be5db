import { ShoalError } from "../../runtime/base/errors.ts";
import { askScheduler } from "./ask-cluster.ts";
import type { ClientReach } from "./client-reach.ts";
import type { WaitOptions } from "./future.ts";
import { limited, limitOf } from "./session-executor.ts";

const WAIT = "60s";

/**
 * Ends workers as they are, and waits until others have come in their places. What they ran or held is computed again if it is wanted.
 * @throws ShoalError UNKNOWN_KEY; NOT_SUPPORTED for a worker without a nanny; TimeoutError
 */
export async function restartWorkers(
  reach: ClientReach,
  names: readonly string[],
  { timeout = WAIT, ...options }: WaitOptions = {},
): Promise<void> {
  const { session } = reach.executor;
  const limit = limitOf(session, { timeout, ...options });
  const others = session.workers.length - names.length;
  const ended = new Set(names);
  const isDone = (): boolean =>
    session.workers.filter(({ id }) => !ended.has(id)).length >= others + names.length &&
    !session.workers.some(({ id }) => ended.has(id));
  let stop = (): void => {};
  try {
    await limited(askRestart(reach, names), limit.signal);
    const done = new Promise<void>((resolve) => {
      const look = (): void => void (isDone() && resolve());
      stop = session.onWorkers(look);
      look();
    });
    await limited(done, limit.signal);
  } finally {
    stop();
    limit.done();
  }
}

/** A nanny tells of its workers once a second: a worker that has just come seems to have none until then. */
const HEARD_WITHIN_MS = 5000;
const ASK_AGAIN_MS = 100;

async function askRestart(reach: ClientReach, workers: readonly string[]): Promise<void> {
  const { clock } = reach.executor.session.options;
  const untilMs = clock.now() + HEARD_WITHIN_MS;
  for (;;) {
    try {
      await askScheduler(reach, { type: "restart", workers });
      return;
    } catch (error) {
      const isEarly = error instanceof ShoalError && error.code === "NOT_SUPPORTED" && clock.now() < untilMs;
      if (!isEarly) throw error;
    }
    await new Promise<void>((resolve) => void clock.setTimer(ASK_AGAIN_MS, resolve));
  }
}
