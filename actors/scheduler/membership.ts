import { membershipChart, type SchedulerState } from "./scheduler-state.ts";
import type { WorkerRecord } from "./worker-record.ts";

const M = membershipChart.eventIds;

/** A worker's membership moves on. */
export function moveMember(
  state: SchedulerState,
  worker: WorkerRecord,
  event: "listed" | "again" | "retire" | "stay" | "leave",
): void {
  worker.membership = state.membership.step(worker.number, worker.membership, M[event] as number);
  state.replicas.nextMs = state.nowMs;
  if (event === "again" || event === "retire") worker.parked = -1;
  worker.status = membershipChart.states[worker.membership] as WorkerRecord["status"];
}

/** Whether it is to leave. */
export const isLeaving = ({ status }: WorkerRecord): boolean => status === "draining" || status === "rejoining";

/** Whether it has yet to say what it has: until then it is sent nothing. */
export const isUnheard = ({ status }: WorkerRecord): boolean => status === "joining" || status === "rejoining";
