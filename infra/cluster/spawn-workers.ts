import { systemClock } from "../../runtime/base/clock.ts";
import type { NatsConnectOptions } from "../../runtime/bus/nats-connect.ts";
import { ipcChannel } from "../../runtime/bus/port-channel.ts";
import { attachPort } from "../../runtime/bus/port-hub.ts";
import type { WorkerDeath } from "../../runtime/protocol/nanny-scheduler.ts";
import { isStopped, MEMORY_EVERY_MS } from "./process-memory.ts";
import { whatThreadRuns } from "./thread-stack.ts";
import { DISMISSED_EXIT_CODE, REFUSED_EXIT_CODE, type WorkerConfig } from "./worker-config.ts";
import type { StartWorker, WorkerEnd } from "./worker-pool.ts";
import { type ProcessExit, WorkerProcess } from "./worker-process.ts";
import { WorkerThread } from "./worker-thread.ts";

const STOP_GRACE_MS = 3000;

/** A worker in a thread of this process. */
export const startThreadWorker: StartWorker = (bus, config) => {
  const thread = WorkerThread.start(bus, { config });
  return {
    pid: thread.pid,
    onExit: (listener) => thread.onExit(listener),
    runs: () => true,
    kill: () => thread.kill(),
    stop: () => thread.stop(),
    whatRuns: () => whatThreadRuns(config.id),
  };
};

/** A worker in a child process whose bus is the channel to this one. */
export const startProcessWorker: StartWorker = (bus, config) => {
  const worker = new WorkerProcess({
    entry: "process-main",
    env: { ...config.environment, SHOAL_WORKER: JSON.stringify(config) },
    clock: systemClock,
    stopGraceMs: STOP_GRACE_MS,
    memoryBytesMax: bytesMaxOf(config),
  });
  const port = attachPort(bus, ipcChannel(worker.child));
  return {
    pid: worker.pid,
    onExit: (listener) => worker.onExit((exit) => listener(describeExit(exit, config))),
    runs: () => !isStopped(worker.pid),
    kill: () => worker.kill(),
    stop: async () => {
      port.detach();
      await worker.stop();
    },
    whatRuns: () => worker.whatRuns(),
  };
};

/** A worker in a child process with a NATS connection of its own. */
export function startNatsWorker(connect: NatsConnectOptions): StartWorker {
  return (_bus, config) => {
    const worker = new WorkerProcess({
      entry: "nats-process-main",
      env: { ...config.environment, SHOAL_NATS_WORKER: JSON.stringify({ connect, worker: config }) },
      clock: systemClock,
      stopGraceMs: STOP_GRACE_MS,
      memoryBytesMax: bytesMaxOf(config),
    });
    return {
      pid: worker.pid,
      onExit: (listener) => worker.onExit((exit) => listener(describeExit(exit, config))),
      runs: () => !isStopped(worker.pid),
      kill: () => worker.kill(),
      stop: () => worker.stop(),
    };
  };
}

function bytesMaxOf({ memory: { limitBytes, shares } }: WorkerConfig): number {
  return limitBytes === undefined || shares.terminate === false
    ? Number.POSITIVE_INFINITY
    : limitBytes * shares.terminate;
}

const LOG_LINES_MAX = 20;
const MEMORY_ENDS = { limit: "it took more memory than it may", system: "the system ended it, as memory had run out" };

function describeExit(exit: ProcessExit, { memory }: WorkerConfig): WorkerEnd {
  const { code, signal, memoryEnd, memoryBytes } = exit;
  const log = exit.log.trim().split("\n").slice(-LOG_LINES_MAX);
  const said = log.slice(-3).join(" | ");
  if (code === REFUSED_EXIT_CODE) return { kind: "refused", reason: said };
  if (code === DISMISSED_EXIT_CODE) return { kind: "dismissed", reason: "it was let go" };
  const death: WorkerDeath = {
    ...(code === null ? {} : { exitCode: code }),
    ...(signal === null ? {} : { signal }),
    outOfMemory: memoryEnd !== undefined || exit.log.includes("JavaScript heap out of memory"),
    ...(memoryEnd === "limit" && memory.limitBytes !== undefined ? { memoryLimitBytes: memory.limitBytes } : {}),
    memory: { everyMs: MEMORY_EVERY_MS, bytes: memoryBytes },
    log,
  };
  const how = memoryEnd === undefined ? endOf(exit) : MEMORY_ENDS[memoryEnd];
  return { kind: "died", reason: said === "" ? how : `${how}: ${said}`, death };
}

const endOf = ({ code, signal }: ProcessExit): string => (signal === null ? `exit code ${code}` : `signal ${signal}`);
