import type { FromClient } from "../../runtime/protocol/client-scheduler.ts";
import type { FromWorker } from "../../runtime/protocol/scheduler-worker.ts";

/** What a client may say to the scheduler. */
export const CLIENT_WORDS: ReadonlySet<string> = new Set<FromClient["type"]>([
  "hello",
  "submit",
  "release",
  "resume",
  "scattered",
  "retry",
  "cancel",
  "clientHeartbeat",
  "goodbye",
]);
/** What a worker may. */
export const WORKER_WORDS: ReadonlySet<string> = new Set<FromWorker["type"]>([
  "join",
  "inventory",
  "finished",
  "failed",
  "missing",
  "relinquish",
  "slots",
  "notes",
  "holds",
  "heartbeat",
  "leaving",
]);
