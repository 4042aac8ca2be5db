import type { ClientSession } from "../../actors/client/client-session.ts";
import type { WorkerSummary } from "../../runtime/protocol/client-scheduler.ts";

/** The workers of a cluster. A task's client, opened by the call that asks, has not heard of them yet: its scheduler is waited for. */
export async function knownWorkers(session: ClientSession): Promise<readonly WorkerSummary[]> {
  if (session.workers.length === 0) await session.whenOpen();
  return session.workers;
}
