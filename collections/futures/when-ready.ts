import type { ClientSession } from "../../actors/client/client-session.ts";
import { ShoalError, TimeoutError } from "../../runtime/base/errors.ts";
import type { Bus } from "../../runtime/bus/bus.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { limited, limitOf } from "./session-executor.ts";
import type { OpenCluster } from "./spawner.ts";

/**
 * Settles when a session stands and its cluster has so many workers.
 * @throws ShoalError NO_SCHEDULER where none answers in time; DENIED where the login may not speak to it; NO_WORKERS where one that is waited for will never come;
 * TimeoutError where there are too few
 */
export async function whenReady(
  session: ClientSession,
  { name, bus, workers: pool }: OpenCluster,
  workers: number,
  timeoutMs: number,
): Promise<void> {
  const limit = limitOf(session, { timeout: timeoutMs });
  let tell = (): void => {};
  let lost: string | undefined;
  const stops = [
    session.onWorkers(() => tell()),
    pool?.onLost((reason) => {
      lost = reason;
      tell();
    }),
  ];
  const denied = deniedOn(bus, name);
  stops.push(denied.stop);
  try {
    await limited(Promise.race([session.whenOpen(), denied.promise]), limit.signal).catch((error: unknown) => {
      if ((error as { code?: string }).code !== "TIMEOUT") throw error;
      throw new ShoalError(
        `No scheduler of cluster "${name}" answered within ${timeoutMs} ms: start one with "npx shoal scheduler --cluster ${name}", or check the cluster's name`,
        { code: "NO_SCHEDULER", retryable: true, details: { cluster: name } },
      );
    });
    while (session.workers.length < workers) {
      const present = session.workers.length;
      if (lost !== undefined)
        throw new ShoalError(`Of ${workers} workers ${present} are there, and one will not come: ${lost}`, {
          code: "NO_WORKERS",
          details: { cluster: name },
        });
      const news = new Promise<void>((resolve) => {
        tell = resolve;
      });
      await limited(news, limit.signal).catch((error: unknown) => {
        throw error instanceof TimeoutError ? tooFew(name, workers, session.workers.length, timeoutMs) : error;
      });
    }
  } finally {
    for (const stop of stops) stop?.();
    limit.done();
  }
}

/** Fails once the server refuses to carry what is said to the scheduler. */
function deniedOn(bus: Bus, cluster: string): { readonly promise: Promise<never>; stop(): void } {
  const { scheduler } = clusterSubjects(cluster);
  let stop = (): void => {};
  const promise = new Promise<never>((_, reject) => {
    const status = bus.onStatus((told) => {
      if (told.kind !== "denied" || told.action !== "publish" || told.subject !== scheduler) return;
      const text = `This login may not speak to the scheduler of cluster "${cluster}": the server does not let it publish to ${scheduler}; connect with the login of a client`;
      reject(new ShoalError(text, { code: "DENIED", details: { cluster, subject: scheduler } }));
    });
    stop = () => status.unsubscribe();
  });
  // Where the session stands first, nobody waits for it.
  promise.catch(() => {});
  return { promise, stop };
}

function tooFew(cluster: string, workers: number, present: number, timeoutMs: number): TimeoutError {
  const are = present === 1 ? "1 is" : `${present} are`;
  return new TimeoutError(
    `Of ${workers} workers of cluster "${cluster}" ${are} there after ${timeoutMs} ms: start more, see what the others printed, or wait longer`,
    { cluster, workers, present, timeoutMs },
  );
}
