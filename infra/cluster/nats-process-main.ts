import { systemClock } from "../../runtime/base/clock.ts";
import { FragmentBus } from "../../runtime/bus/fragment-bus.ts";
import { connectNatsBus, type NatsConnectOptions } from "../../runtime/bus/nats-connect.ts";
import { inboxPrefixOf } from "../../runtime/bus/subject.ts";
import type { WorkerConfig } from "./worker-config.ts";
import { WorkerThread } from "./worker-thread.ts";

/**
 * The entry of a worker process on NATS. This thread owns the connection and never computes; each worker runs in a thread of
 * its own behind it.
 */
const { connect, workers } = JSON.parse(process.env["SHOAL_NATS_WORKER"] as string) as {
  connect: NatsConnectOptions;
  workers: readonly WorkerConfig[];
};
const connection = await connectNatsBus({
  ...connect,
  inboxPrefix: inboxPrefixOf(workers[0]?.cluster ?? "default", "worker"),
});
const bus = new FragmentBus(connection, { clock: systemClock });
const threads = workers.map((config) => WorkerThread.start(bus, config));
const end = async (): Promise<void> => {
  await Promise.all(threads.map((thread) => thread.stop()));
  await bus.close();
  if (process.connected) process.disconnect();
};
// A parent that is gone takes its workers with it; one that has none (the command line) sends a signal.
process.on("disconnect", () => void end());
process.on("message", (message) => message === "stop" && void end());
for (const thread of threads) thread.onExit(() => void end());
process.send?.("ready");
