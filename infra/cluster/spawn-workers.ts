import { systemClock } from "../../runtime/base/clock.ts";
import type { NatsConnectOptions } from "../../runtime/bus/nats-connect.ts";
import { ipcChannel } from "../../runtime/bus/port-channel.ts";
import { attachPort } from "../../runtime/bus/port-hub.ts";
import { REFUSED_EXIT_CODE } from "./worker-config.ts";
import type { StartWorker, WorkerEnd } from "./worker-pool.ts";
import { type ProcessExit, WorkerProcess } from "./worker-process.ts";
import { WorkerThread } from "./worker-thread.ts";

const STOP_GRACE_MS = 3000;

/** A worker in a thread of this process. */
export const startThreadWorker: StartWorker = (bus, config) => {
  const thread = WorkerThread.start(bus, config);
  return {
    pid: thread.pid,
    onExit: (listener) => thread.onExit(listener),
    stop: () => thread.stop(),
  };
};

/** A worker in a child process whose bus is the channel to this one. */
export const startProcessWorker: StartWorker = (bus, config) => {
  const worker = new WorkerProcess({
    entry: "process-main",
    env: { SHOAL_WORKER: JSON.stringify(config) },
    clock: systemClock,
    stopGraceMs: STOP_GRACE_MS,
  });
  const port = attachPort(bus, ipcChannel(worker.child));
  return {
    pid: worker.pid,
    onExit: (listener) => worker.onExit((exit) => listener(describeExit(exit))),
    stop: async () => {
      port.detach();
      await worker.stop();
    },
  };
};

/** A worker in a child process with a NATS connection of its own. */
export function startNatsWorker(connect: NatsConnectOptions): StartWorker {
  return (_bus, config) => {
    const worker = new WorkerProcess({
      entry: "nats-process-main",
      env: { SHOAL_NATS_WORKER: JSON.stringify({ connect, worker: config }) },
      clock: systemClock,
      stopGraceMs: STOP_GRACE_MS,
    });
    return {
      pid: worker.pid,
      onExit: (listener) => worker.onExit((exit) => listener(describeExit(exit))),
      stop: () => worker.stop(),
    };
  };
}

function describeExit({ code, signal, log }: ProcessExit): WorkerEnd {
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  const said = log.trim().split("\n").slice(-3).join(" | ");
  if (code === REFUSED_EXIT_CODE) return { kind: "refused", reason: said };
  return { kind: "died", reason: said === "" ? how : `${how}: ${said}` };
}
