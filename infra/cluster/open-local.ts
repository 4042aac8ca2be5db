import { availableParallelism } from "node:os";
import type { LocalOptions, OpenCluster } from "../../collections/futures/spawner.ts";
import { systemClock } from "../../runtime/base/clock.ts";
import { uniqueToken } from "../../runtime/base/random.ts";
import { FragmentBus } from "../../runtime/bus/fragment-bus.ts";
import { LocalBus } from "../../runtime/bus/local-bus.ts";
import { connectNatsBus } from "../../runtime/bus/nats-connect.ts";
import { inboxPrefixOf } from "../../runtime/bus/subject.ts";
import { NatsServer } from "../nats/server.ts";
import { LocalCluster, type LocalClusterOptions } from "./local-cluster.ts";
import { startNatsWorker, startProcessWorker, startThreadWorker } from "./spawn-workers.ts";

const HEARTBEAT_MS = 1000;
const WORKER_LEASE_MS = 30_000;
const CLIENT_LEASE_MS = 60_000;

/** Starts a scheduler and workers on this machine: threads, processes, or processes on NATS. */
export async function openLocal(options: LocalOptions): Promise<OpenCluster> {
  if (options.mode === "nats") return openOnNats(options);
  const isThreads = options.mode === "threads";
  // Frames only: ports pass them on without decoding, and shared memory crosses to threads by reference.
  const bus = new LocalBus({ carries: isThreads ? "shared" : "bytes" });
  const cluster = new LocalCluster(
    bus,
    isThreads ? startThreadWorker : startProcessWorker,
    clusterOptions(options, 1000),
  );
  return opened(cluster, async () => {
    await bus.close();
  });
}

async function openOnNats(options: LocalOptions): Promise<OpenCluster> {
  const server = options.nats === undefined ? await NatsServer.start({ config: LOCAL_SERVER_CONFIG }) : undefined;
  const connect = { servers: options.nats ?? (server as NatsServer).url };
  const settings = clusterOptions(options, 4000);
  const connection = await connectNatsBus({ ...connect, inboxPrefix: inboxPrefixOf(settings.cluster, "scheduler") });
  const bus = new FragmentBus(connection, { clock: systemClock });
  const cluster = new LocalCluster(bus, startNatsWorker(connect), settings);
  return opened(cluster, async () => {
    await bus.close();
    await server?.stop();
  });
}

/** Bursts of large results must not be taken for a consumer that is too slow. */
const LOCAL_SERVER_CONFIG = 'max_pending: 256MB\nmax_payload: 8MB\nwrite_deadline: "30s"\n';

function opened(cluster: LocalCluster, release: () => Promise<void>): OpenCluster {
  return {
    name: cluster.name,
    bus: cluster.bus,
    system: cluster.system,
    brain: cluster.brain,
    pids: () => cluster.pids,
    close: async () => {
      await cluster.close();
      await release();
    },
  };
}

function clusterOptions(options: LocalOptions, prefillUs: number): LocalClusterOptions {
  return {
    cluster:
      options.cluster ??
      `local-${uniqueToken()
        .replace(/[^0-9A-Za-z]/g, "")
        .slice(0, 8)}`,
    workers: options.workers ?? availableParallelism(),
    slots: options.slots ?? 1,
    resources: options.resources ?? {},
    functions: options.functions ?? "any",
    heartbeatMs: HEARTBEAT_MS,
    workerLeaseMs: WORKER_LEASE_MS,
    clientLeaseMs: CLIENT_LEASE_MS,
    prefillUs,
    allowedFailures: options.allowedFailures ?? 3,
  };
}
