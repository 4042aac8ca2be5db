import { ActorSystem } from "../../runtime/actor/system.ts";
import { VERSION } from "../../runtime/base/version.ts";
import type { NatsConnectOptions } from "../../runtime/bus/nats-connect.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { serveMonitoring } from "../nats/services.ts";
import { joinNats } from "./join-nats.ts";
import { stackActor } from "./stack-actor.ts";
import { whatThreadRuns } from "./thread-stack.ts";
import { DISMISSED_EXIT_CODE, REFUSED_EXIT_CODE, type WorkerConfig } from "./worker-config.ts";
import { WorkerThread } from "./worker-thread.ts";

/**
 * The entry of a worker process on NATS. This thread owns the connection and never computes; the worker runs in a thread of
 * its own behind it.
 */
const { connect, worker } = JSON.parse(process.env["SHOAL_NATS_WORKER"] as string) as {
  connect: NatsConnectOptions;
  worker: WorkerConfig;
};
// Tasks see this process's environment; the credentials are none of their business.
delete process.env["SHOAL_NATS_WORKER"];
const { cluster, id } = worker;
process.title = `shoal worker ${id}`;
const bus = await joinNats(connect, cluster, "worker");
const thread = WorkerThread.start(bus, { config: worker, connect });
new ActorSystem({ bus }).spawn(stackActor(cluster, id, () => whatThreadRuns(id)));
const EXIT_CODES = { refused: REFUSED_EXIT_CODE, dismissed: DISMISSED_EXIT_CODE, died: 1 } as const;
let phase: "running" | "ending" = "running";
const end = async (code: number): Promise<void> => {
  if (phase === "ending") return;
  phase = "ending";
  process.exitCode = code;
  await thread.stop();
  await bus.close();
  if (process.connected) process.disconnect();
};
// A parent that is gone takes its workers with it.
process.on("disconnect", () => void end(0));
// An interrupt from the keyboard reaches the whole group: the parent decides what becomes of its workers.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => void end(0));
thread.onExit(({ kind, reason }) => {
  if (kind !== "dismissed") process.stderr.write(`${reason}\n`);
  void end(EXIT_CODES[kind]);
});
serveMonitoring(bus, {
  name: "shoal-worker",
  id,
  version: VERSION,
  description: `A worker of Shoal cluster ${cluster}`,
  metadata: { cluster, worker: id, pid: String(process.pid), slots: String(worker.slots) },
  endpoints: [
    { name: "worker", subject: clusterSubjects(cluster).worker(id) },
    { name: "chunks", subject: clusterSubjects(cluster).workerPeer(id) },
  ],
});
process.send?.("ready");
