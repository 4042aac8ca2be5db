import type { ClientReach } from "./client-reach.ts";
import { askCoordination } from "./coordination-link.ts";
import type { Future } from "./future.ts";

/** Has the tasks of futures run to their end, whether their client stays or not. @throws ShoalError UNKNOWN_KEY */
export async function fireAndForget(reach: ClientReach, futures: readonly Future<unknown>[]): Promise<void> {
  // Calls that have not left leave now, before what is asked of their tasks.
  for (const future of futures) void future.handle;
  const keys = futures.map((future) => future.key);
  await askCoordination(reach, { op: "forget", keys });
}
