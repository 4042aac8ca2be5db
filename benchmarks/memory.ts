import { ClientSession } from "../actors/client/client-session.ts";
import { SchedulerBrain } from "../actors/scheduler/scheduler-brain.ts";
import { systemClock } from "../runtime/base/clock.ts";
import { LocalBus } from "../runtime/bus/local-bus.ts";
import { own } from "../runtime/graph/call.ts";
import { graphOf, wantAll } from "../runtime/graph/graph.ts";
import type { TaskLayer } from "../runtime/graph/layer.ts";
import { actorCodec } from "../runtime/protocol/actor-codec.ts";
import type { FromClient } from "../runtime/protocol/client-scheduler.ts";
import { liveFunction } from "../runtime/wire/function-spec.ts";
import type { BenchCase, Run } from "./bench-case.ts";

/** What a task costs the scheduler while it lives. */

const inc = (x: number): number => x + 1;

/** The submission of a graph as it arrives in bytes at a scheduler elsewhere. */
export function submissionBytes(layer: TaskLayer | Parameters<typeof wantAll>[0]): Uint8Array {
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
  const frame = actorCodec.encode({ kind: "frame", from: "c", session: "s", sequence: 1, messages: said });
  return frame instanceof Uint8Array ? frame : frame.bytes;
}

/** A scheduler without workers that knows one client. */
export function loneScheduler(): SchedulerBrain {
  const options = { allowedFailures: 3, prefillUs: 1000, clientLeaseMs: 1e12, workerLeaseMs: 1e12 };
  const brain = new SchedulerBrain(1, "0", options, { isMemory: () => false });
  brain.step({ kind: "client", client: "c", message: { type: "hello", hello: 1, version: "0" } }, 0);
  endTurn(brain);
  return brain;
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
}

function leaves(n: number, keys: "layer" | "user"): TaskLayer {
  return {
    kind: "tasks",
    name: "inc-0123456789abcdef",
    grid: [n],
    ...(keys === "user"
      ? { keys: Array.from({ length: n }, (_, i) => `user-key-${i.toString().padStart(8, "0")}`) }
      : {}),
    calls: [{ fn: liveFunction(inc), args: [own(0)] }],
    sources: [],
    inputOffsets: new Uint32Array(n + 1),
    inputIndex: new Uint32Array(0),
    own: { kind: "numbers", data: Float64Array.from({ length: n }, (_, i) => i) },
  };
}

function memoryUsed(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const liveTask = (n: number, keys: "layer" | "user"): BenchCase => ({
  name: "memory/live-task",
  params: { n, keys },
  runs: 5,
  run: async (): Promise<Run> => {
    if (globalThis.gc === undefined) throw new Error("the process needs --expose-gc");
    const bytes = submissionBytes(leaves(n, keys));
    const before = memoryUsed();
    const brain = loneScheduler();
    const start = performance.now();
    takeSubmission(brain, bytes);
    const seconds = (performance.now() - start) / 1000;
    const used = memoryUsed() - before;
    if (brain.state.queues.size !== n) throw new Error(`${brain.state.queues.size} tasks are ready, not ${n}`);
    // The columns of a submission are views on its bytes, which live on with it.
    return { seconds, more: { bytesPerTask: (used + bytes.byteLength) / n, sentPerTask: bytes.byteLength / n } };
  },
});

export const cases: readonly BenchCase[] = [liveTask(1e6, "layer"), liveTask(1e6, "user")];
