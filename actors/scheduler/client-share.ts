import type { ClientShare } from "../../runtime/protocol/client-scheduler.ts";
import type { ClientRecord } from "./client-record.ts";
import type { SchedulerState } from "./scheduler-state.ts";

/** A client is to have so much of the cluster from now on. */
export function giveShare(state: SchedulerState, client: ClientRecord, share: ClientShare): void {
  const { weight = 1, atOnceMax = Number.POSITIVE_INFINITY } = share;
  client.share = share;
  client.weight = weight > 0 ? weight : 1;
  client.atOnceMax = Math.max(1, atOnceMax);
  if (atOnceMax !== Number.POSITIVE_INFINITY) state.queues.isShared = true;
}
