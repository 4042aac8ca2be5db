import { hostname } from "node:os";
import { hostWindows } from "../../actors/chunk/host-windows.ts";
import { cacheLimits } from "../../collections/futures/cache-options.ts";
import { memoryConfig } from "../../collections/futures/memory-options.ts";
import type { LocalOptions, OpenCluster } from "../../collections/futures/spawner.ts";
import { ActorSystem } from "../../runtime/actor/system.ts";
import { config } from "../../runtime/base/config.ts";
import { envOf } from "../../runtime/base/config-sources.ts";
import { cpuCount } from "../../runtime/base/cpu-count.ts";
import { plainToken, uniqueToken } from "../../runtime/base/random.ts";
import { parseDurationMs } from "../../runtime/base/units.ts";
import { LocalBus } from "../../runtime/bus/local-bus.ts";
import type { NatsConnectOptions } from "../../runtime/bus/nats-connect.ts";
import { preloadUrls } from "../../runtime/wire/preload.ts";
import { NatsServer, SERVER_CONFIG } from "../nats/server.ts";
import { joinNats, natsOptionsOf } from "./join-nats.ts";
import { LocalCluster, type LocalClusterOptions } from "./local-cluster.ts";
import { startNatsWorker, startProcessWorker, startThreadWorker } from "./spawn-workers.ts";
import { announceScheduler, refuseSecondScheduler, SCHEDULER_DEFAULTS } from "./start-scheduler.ts";
import type { WorkerPoolOptions } from "./worker-pool.ts";
import "./native-text.ts";

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
  const { server, connect } =
    options.nats === undefined ? await ownServer() : { server: undefined, connect: natsOptionsOf(options.nats, {}) };
  const settings = clusterOptions(options, SCHEDULER_DEFAULTS.prefillUs);
  const release = async (): Promise<void> => {
    await server?.stop();
  };
  const bus = await joinNats(connect, settings.cluster, "scheduler").catch(async (error: unknown) => {
    await release();
    throw error;
  });
  try {
    if (options.cluster !== undefined) await refuseSecondScheduler(new ActorSystem({ bus }), settings.cluster);
    const cluster = new LocalCluster(bus, startNatsWorker(connect), settings);
    announceScheduler(cluster.system, settings.cluster, cluster.brain, hostname());
    return opened(cluster, async () => {
      await bus.close();
      await release();
    });
  } catch (error) {
    await bus.close();
    await release();
    throw error;
  }
}

/** Only this program and its workers know how to enter: whoever else is on the machine could run functions in its name. */
async function ownServer(): Promise<{ server: NatsServer; connect: NatsConnectOptions }> {
  const token = uniqueToken();
  const server = await NatsServer.start({ config: SERVER_CONFIG, token });
  return { server, connect: { servers: server.url, auth: { kind: "token", token } } };
}

function opened(cluster: LocalCluster, release: () => Promise<void>): OpenCluster {
  return {
    name: cluster.name,
    bus: cluster.bus,
    system: cluster.system,
    windows: cluster.bus.carries === "bytes" ? hostWindows() : undefined,
    brain: cluster.brain,
    workers: cluster,
    pids: () => cluster.pids,
    close: async () => {
      await cluster.close();
      await release();
    },
  };
}

/** Workers that started together leave one after the other. */
export function lifetimeOf({
  lifetime,
  lifetimeStagger,
}: Pick<LocalOptions, "lifetime" | "lifetimeStagger">): WorkerPoolOptions["lifetime"] {
  if (lifetime === undefined) return undefined;
  const afterMs = parseDurationMs(lifetime);
  return { afterMs, staggerMs: lifetimeStagger === undefined ? afterMs / 10 : parseDurationMs(lifetimeStagger) };
}

function clusterOptions(options: LocalOptions, prefillUs: number): LocalClusterOptions {
  const workers = options.workers ?? cpuCount();
  return {
    cluster: options.cluster ?? `local-${plainToken(8)}`,
    workers,
    slots: options.slots ?? 1,
    resources: options.resources ?? {},
    functions: options.functions ?? "any",
    preload: preloadUrls(options.preload ?? []),
    // Workers go by what this program was configured to.
    environment: { ...envOf(config.all()), ...options.environment },
    memory: memoryConfig(options, workers, options.mode === "threads" ? "results" : "process"),
    ...SCHEDULER_DEFAULTS,
    prefillUs,
    lifetime: lifetimeOf(options),
    noWorkersTimeoutMs: options.noWorkersTimeout === undefined ? undefined : parseDurationMs(options.noWorkersTimeout),
    speculate: options.speculate,
    cache: options.cache === undefined || options.cache === false ? undefined : cacheLimits(options.cache),
    tasksPerClientMax: options.tasksPerClientMax,
    allowedFailures: options.allowedFailures ?? SCHEDULER_DEFAULTS.allowedFailures,
  };
}
