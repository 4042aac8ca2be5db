import { parentPort, workerData } from "node:worker_threads";
import { invariant, ShoalError } from "../../runtime/base/errors.ts";
import { PortBus } from "../../runtime/bus/port-bus.ts";
import { messagePortChannel } from "../../runtime/bus/port-channel.ts";
import { preload } from "../../runtime/wire/preload.ts";
import { computeNicely } from "./compute-nicely.ts";
import { startWorker } from "./start-worker.ts";
import { DISMISSED, REFUSED, type WorkerConfig } from "./worker-config.ts";
import "./native-text.ts";

/** The entry of a worker thread: its port to the thread that started it is its bus. */
invariant(parentPort !== null, "this module runs in a worker thread");
computeNicely();
const bus = await PortBus.open(messagePortChannel(parentPort));
const { config } = workerData as { config: WorkerConfig };
await preload(config.preload, { worker: config.id, cluster: config.cluster }).catch((error: Error) => {
  // Started again it would fail again.
  throw new ShoalError(error.message, { code: REFUSED, cause: error });
});
const system = startWorker(bus, config, ({ kind, reason }) => {
  system.close();
  void bus.close();
  // The one way for a thread to say why it ends: whoever started it sees the error's code.
  queueMicrotask(() => {
    throw new ShoalError(reason, { code: kind === "refused" ? REFUSED : DISMISSED });
  });
});
