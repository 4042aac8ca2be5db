import type { ClientSession } from "../../actors/client/client-session.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { limited, limitOf } from "./session-executor.ts";
import type { OpenCluster } from "./spawner.ts";

/**
 * Settles when a session stands and its cluster has so many workers.
 * @throws ShoalError NO_SCHEDULER where none answers in time; NO_WORKERS where one that is waited for will never come;
 * TimeoutError where there are too few
 */
export async function whenReady(
  session: ClientSession,
  { name, workers: pool }: OpenCluster,
  workers: number,
  timeoutMs: number,
): Promise<void> {
  const limit = limitOf(session, { timeout: timeoutMs });
  try {
    await limited(session.whenOpen(), limit.signal).catch((error: unknown) => {
      if ((error as { code?: string }).code !== "TIMEOUT") throw error;
      throw new ShoalError(
        `No scheduler of cluster "${name}" answered within ${timeoutMs} ms: start one with "npx shoal scheduler --cluster ${name}", or check the cluster's name`,
        { code: "NO_SCHEDULER", retryable: true, details: { cluster: name } },
      );
    });
    while (session.workers.length < workers) {
      const news = pool === undefined ? [nextWorkers(session)] : [nextWorkers(session), pool.lost];
      const lost = await limited(Promise.race<string | undefined>(news), limit.signal);
      if (lost === undefined) continue;
      throw new ShoalError(
        `Of ${workers} workers ${session.workers.length} are there, and one will not come: ${lost}`,
        {
          code: "NO_WORKERS",
          details: { cluster: name },
        },
      );
    }
  } finally {
    limit.done();
  }
}

function nextWorkers(session: ClientSession): Promise<undefined> {
  return new Promise((resolve) => {
    const stop = session.onWorkers(() => {
      stop();
      resolve(undefined);
    });
  });
}
