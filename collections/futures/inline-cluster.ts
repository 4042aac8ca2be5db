import { clientActor } from "../../actors/client/client.ts";
import { ClientSession } from "../../actors/client/client-session.ts";
import { coordinationActor } from "../../actors/coordination/coordination.ts";
import { workerHost } from "../../actors/coordination/worker-host.ts";
import { KeyHolds } from "../../actors/scheduler/key-holds.ts";
import { schedulerActor } from "../../actors/scheduler/scheduler.ts";
import type { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import { workerActor } from "../../actors/worker/worker.ts";
import { WS } from "../../actors/worker/worker-states.ts";
import { ActorSystem } from "../../runtime/actor/system.ts";
import { systemClock } from "../../runtime/base/clock.ts";
import { uniqueToken } from "../../runtime/base/random.ts";
import { VERSION } from "../../runtime/base/version.ts";
import { LocalBus } from "../../runtime/bus/local-bus.ts";
import { SessionExecutor } from "./session-executor.ts";

/** A scheduler, a worker and a client in this thread, on a bus of their own; nothing to set up, nothing to close. */
export interface InlineCluster {
  readonly session: ClientSession;
  readonly system: ActorSystem;
  readonly executor: SessionExecutor;
  readonly brain: SchedulerBrain;
  close(): void;
}

export const INLINE_HEARTBEAT_MS = 1000;
/** Asynchronous tasks that overlap in the one inline worker. */
const INLINE_SLOTS = 4;

export function startInlineCluster(options: { functions?: "any" | "named" } = {}): InlineCluster {
  const bus = new LocalBus();
  const clock = systemClock;
  const cluster = "inline";
  const system = new ActorSystem({ bus, clock });
  let brain: SchedulerBrain | undefined;
  const hosted = { cluster, epoch: 1, reviewMs: INLINE_HEARTBEAT_MS };
  const functions = options.functions ?? "any";
  system.spawn(
    schedulerActor({
      cluster,
      epoch: 1,
      version: VERSION,
      heartbeatMs: INLINE_HEARTBEAT_MS,
      allowedFailures: 3,
      prefillUs: 2000,
      // They share one thread: silence means that the thread is busy, never that one of them is gone.
      clientLeaseMs: Number.POSITIVE_INFINITY,
      workerLeaseMs: Number.POSITIVE_INFINITY,
      isMemory: (state) => state === WS.memory,
      onBrain: (made) => {
        brain = made;
      },
    }),
  );
  system.spawn(coordinationActor({ ...hosted, scheduler: new KeyHolds(brain as unknown as SchedulerBrain) }));
  system.spawn(workerHost({ cluster, id: "inline", functions }));
  system.spawn(
    workerActor({
      cluster,
      id: "inline",
      incarnation: 1,
      slots: INLINE_SLOTS,
      resources: {},
      version: VERSION,
      pid: process.pid,
      host: "local",
      bus,
      clock,
      heartbeatMs: INLINE_HEARTBEAT_MS,
      yieldMs: 10,
      functions,
      rssBytes: () => process.memoryUsage.rss(),
      yieldThen: (run) => setImmediate(run),
    }),
  );
  const session = new ClientSession({
    cluster,
    id: `client-${uniqueToken().slice(0, 8)}`,
    version: VERSION,
    bus,
    clock,
    heartbeatMs: INLINE_HEARTBEAT_MS,
    functions,
  });
  system.spawn(clientActor(session));
  return {
    session,
    system,
    executor: new SessionExecutor(session),
    brain: brain as SchedulerBrain,
    close: () => {
      session.close();
      system.close();
      void bus.close();
    },
  };
}
