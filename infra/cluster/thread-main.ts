import { parentPort, workerData } from "node:worker_threads";
import type { WorkerDismissal } from "../../actors/worker/worker.ts";
import { invariant, ShoalError } from "../../runtime/base/errors.ts";
import type { Bus } from "../../runtime/bus/bus.ts";
import type { NatsConnectOptions } from "../../runtime/bus/nats-connect.ts";
import { PortBus } from "../../runtime/bus/port-bus.ts";
import { messagePortChannel } from "../../runtime/bus/port-channel.ts";
import { preload } from "../../runtime/wire/preload.ts";
import { computeNicely } from "./compute-nicely.ts";
import { startWorker } from "./start-worker.ts";
import { DISMISSED, REFUSED, type WorkerThreadData } from "./worker-config.ts";
import "./native-text.ts";

/** The entry of a worker thread: its port to the thread that started it is its bus. */
invariant(parentPort !== null, "this module runs in a worker thread");
computeNicely();
const bus = await PortBus.open(messagePortChannel(parentPort));
const { config, connect } = workerData as WorkerThreadData;
// The credentials are none of the tasks' business.
delete (workerData as Partial<WorkerThreadData>).connect;
await preload(config.preload, { worker: config.id, cluster: config.cluster }).catch((error: Error) => {
  // Started again it would fail again.
  throw new ShoalError(error.message, { code: REFUSED, cause: error });
});
// While modules were loaded the port may have been closed: whoever started the thread ends it.
if (bus.isOpen()) run(bus);

function run(bus: Bus): void {
  const end = ({ kind, reason }: WorkerDismissal): void => {
    system.close();
    void bus.close();
    // The one way for a thread to say why it ends: whoever started it sees the error's code.
    queueMicrotask(() => {
      throw new ShoalError(reason, { code: kind === "refused" ? REFUSED : DISMISSED });
    });
  };
  const openBus = async (options: NatsConnectOptions): Promise<Bus> => {
    const { joinNats } = await import("./join-nats.ts");
    return joinNats(options, config.cluster, "worker");
  };
  const system = startWorker(bus, config, end, connect && (() => openBus(connect)));
}
