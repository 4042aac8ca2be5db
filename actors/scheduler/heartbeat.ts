import type { HeartbeatMessage } from "../../runtime/protocol/scheduler-worker.ts";
import type { SchedulerState } from "./scheduler-state.ts";
import { noteState, type WorkerRecord } from "./worker-record.ts";

/** A worker says how it stands, and what it did since. */
export function heartbeat(state: SchedulerState, worker: WorkerRecord, message: HeartbeatMessage): void {
  // With more room than before, it is looked at again.
  if (noteState(worker, message)) state.loads.eased(worker.number);
  const { activities = [] } = message;
  if (activities.length === 0) return;
  state.transferRate.learn(state.activities.of(worker.id, worker.incarnation, "fetch"), activities);
  state.activities.note(worker.id, worker.incarnation, activities);
}
