import { workerHost } from "../../actors/coordination/worker-host.ts";
import { workerActor } from "../../actors/worker/worker.ts";
import { memoryConfig } from "../../collections/futures/memory-options.ts";
import type { LocalOptions, OpenCluster } from "../../collections/futures/spawner.ts";
import { ActorSystem } from "../../runtime/actor/system.ts";
import { plainToken } from "../../runtime/base/random.ts";
import { actorCodec } from "../../runtime/protocol/actor-codec.ts";
import { LocalCluster } from "../cluster/local-cluster.ts";
import { SCHEDULER_DEFAULTS } from "../cluster/start-scheduler.ts";
import type { StartWorker, WorkerEnd } from "../cluster/worker-pool.ts";
import { workerSurroundings } from "../cluster/worker-surroundings.ts";
import type { TestNetwork } from "./test-network.ts";

/** Signs of life, so that what was lost is missed and said again before a test grows old. */
const HEARTBEAT_MS = 50;

/** A cluster whose scheduler and workers are all in this thread, and speak over a network that the test has its hands on. */
export async function openOnNetwork(network: TestNetwork, options: LocalOptions): Promise<OpenCluster> {
  const {
    workers = 2,
    slots = 1,
    resources = {},
    functions = "any",
    cluster: name = `test-${plainToken(8)}`,
  } = options;
  const cluster = new LocalCluster(network, startHere, {
    ...SCHEDULER_DEFAULTS,
    cluster: name,
    workers,
    slots,
    resources,
    functions,
    heartbeatMs: HEARTBEAT_MS,
    preload: [],
    environment: {},
    memory: memoryConfig({ memoryLimit: false, ...options }, workers, "results"),
    allowedFailures: options.allowedFailures ?? SCHEDULER_DEFAULTS.allowedFailures,
  });
  return {
    name,
    bus: network,
    system: cluster.system,
    brain: cluster.brain,
    workers: cluster,
    pids: () => cluster.pids,
    close: async () => {
      await cluster.close();
      await network.close();
    },
  };
}

const startHere: StartWorker = (bus, config) => {
  const system = new ActorSystem({ bus, codec: actorCodec });
  let phase: "running" | "ended" = "running";
  let tell: (end: WorkerEnd) => void = () => {};
  const end = (how?: WorkerEnd): void => {
    if (phase === "ended") return;
    phase = "ended";
    system.close();
    // The pool hears of it after what it is doing now.
    if (how !== undefined) queueMicrotask(() => tell(how));
  };
  system.spawn(
    workerActor({
      ...workerSurroundings(bus, config),
      onEnd: ({ kind, reason }) => queueMicrotask(() => end({ kind, reason })),
    }),
  );
  system.spawn(workerHost(config));
  return {
    pid: process.pid,
    onExit: (listener) => {
      tell = listener;
    },
    runs: () => phase === "running",
    kill: () => end({ kind: "died", reason: "it was ended" }),
    stop: async () => end(),
  };
};
