import { ClientSession } from "../actors/client/client-session.ts";
import { SchedulerBrain } from "../actors/scheduler/scheduler-brain.ts";
import { systemClock } from "../runtime/base/clock.ts";
import { LocalBus } from "../runtime/bus/local-bus.ts";
import { graphOf, wantAll } from "../runtime/graph/graph.ts";
import type { Layer } from "../runtime/graph/layer.ts";
import { actorCodec } from "../runtime/protocol/actor-codec.ts";
import type { FromClient } from "../runtime/protocol/client-scheduler.ts";

/** The submission of a graph as it arrives in bytes at a scheduler elsewhere. */
export function submissionBytes(layer: Layer): Uint8Array {
  const said: FromClient[] = [];
  const session = new ClientSession({
    cluster: "bench",
    id: "client",
    version: "0",
    bus: new LocalBus({ carries: "bytes" }),
    clock: systemClock,
    heartbeatMs: 1000,
    functions: "any",
  });
  session.attach({ tell: (message) => said.push(message), beginAnew: () => {}, now: () => 0 });
  session.take({ type: "clientWelcome", hello: 1, epoch: 1, version: "0", workers: [] }, false);
  said.length = 0;
  session.submit(graphOf([wantAll(layer)]), { priority: 0, retries: 0 });
  const frame = actorCodec.encode({ kind: "frame", from: "c", session: "s", sequence: 1, term: 0, messages: said });
  return frame instanceof Uint8Array ? frame : frame.bytes;
}

/** A scheduler without workers that knows one client. */
export function loneScheduler(): SchedulerBrain {
  const options = { allowedFailures: 3, prefillUs: 1000, clientLeaseMs: 1e12, workerLeaseMs: 1e12 };
  const brain = new SchedulerBrain(1, "0", options, { isMemory: () => false, isRunning: () => false });
  brain.step({ kind: "client", client: "c", message: { type: "hello", hello: 1, version: "0" } }, 0);
  endTurn(brain);
  return brain;
}

/** Turns go on until the last submission is all taken in. */
export function finishIntake(brain: SchedulerBrain): void {
  while (brain.hasMore) {
    brain.step({ kind: "more" }, 0);
    endTurn(brain);
  }
}

export function endTurn(brain: SchedulerBrain): void {
  brain.endTurn({ worker: () => {}, client: () => {}, watched: () => {}, expelled: () => {} });
}

/** A scheduler takes a submission in; every row of it is placed as far as that goes without workers. */
export function takeSubmission(brain: SchedulerBrain, bytes: Uint8Array): void {
  const frame = actorCodec.decode(bytes);
  if (frame.kind !== "frame") throw new Error("no frame");
  for (const message of frame.messages) brain.step({ kind: "client", client: "c", message: message as FromClient }, 0);
  endTurn(brain);
  finishIntake(brain);
}
