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

/** The same worker after a broken link: its inventory follows, and what others asked of it may have been lost. */
export function renewSession(state: SchedulerState, worker: WorkerRecord, nowMs: number): void {
  worker.lastSeenMs = nowMs;
  moveMember(state, worker, "again");
  worker.knownLayers.clear();
  for (const other of state.workerByName.values())
    if (other !== worker) state.out.toWorker(other.number).say({ type: "renewed", workers: [worker.id] });
}

/** Whether it is to leave. */
export const isLeaving = ({ status }: WorkerRecord): boolean => status === "draining" || status === "rejoining";

/** Whether it has yet to say what it has: until then it is sent nothing. */
export const isUnheard = ({ status }: WorkerRecord): boolean => status === "joining" || status === "rejoining";
