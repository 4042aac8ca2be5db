import { shardStorage } from "../../actors/chunk/shard-storage.ts";
import { clientActor } from "../../actors/client/client.ts";
import { ClientSession } from "../../actors/client/client-session.ts";
import { coordinationActor } from "../../actors/coordination/coordination.ts";
import { SCHEDULER_HOST, workerHost } from "../../actors/coordination/worker-host.ts";
import { KeyHolds } from "../../actors/scheduler/key-holds.ts";
import { schedulerActor } from "../../actors/scheduler/scheduler.ts";
import type { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import { SchedulerPlugins } from "../../actors/scheduler/scheduler-plugins.ts";
import { SchedulerReporter } from "../../actors/scheduler/scheduler-reporter.ts";
import { InspectorSampler } from "../../actors/worker/stack-sampler.ts";
import { TaskStream } from "../../actors/worker/task-stream.ts";
import { workerActor } from "../../actors/worker/worker.ts";
import type { WorkerBrain } from "../../actors/worker/worker-brain.ts";
import { WorkerPlugins } from "../../actors/worker/worker-plugins.ts";
import { WorkerReporter } from "../../actors/worker/worker-reporter.ts";
import { workerChartFacts } from "../../actors/worker/worker-states.ts";
import { Doubts } from "../../runtime/actor/doubts.ts";
import { ActorSystem } from "../../runtime/actor/system.ts";
import { ActivityMeter } from "../../runtime/base/activity-meter.ts";
import { systemClock, wallTimeMs } from "../../runtime/base/clock.ts";
import { uniqueToken } from "../../runtime/base/random.ts";
import { systemSampler } from "../../runtime/base/system-sampler.ts";
import { VERSION } from "../../runtime/base/version.ts";
import { LocalBus } from "../../runtime/bus/local-bus.ts";
import { preload, preloadUrls } from "../../runtime/wire/preload.ts";
import { hasCallbacks, tellCallbacks } from "../core/callback.ts";
import { type CacheSetting, cacheLimits } from "./cache-options.ts";
import { type MemoryConfig, type MemorySettings, memoryConfig, openMemory } from "./memory-options.ts";
import { warn } from "./remote-print.ts";
import { SessionExecutor } from "./session-executor.ts";
import type { LocalOptions, OpenCluster } from "./spawner.ts";
import { serveModules } from "./upload-module.ts";

/** A scheduler, a worker and a client in this thread, on a bus of their own; nothing to set up, nothing to close. */
export interface InlineCluster {
  readonly session: ClientSession;
  readonly system: ActorSystem;
  readonly executor: SessionExecutor;
  readonly brain: SchedulerBrain;
  close(): void;
}

export const INLINE_HEARTBEAT_MS = 1000;
/** Asynchronous tasks that overlap in the one inline worker. */
const INLINE_SLOTS = 4;

const CLUSTER = "inline";
const WORKER = "inline";
const INCARNATION = 1;

export interface InlineOptions extends MemorySettings {
  readonly cache?: CacheSetting;
  readonly functions?: "any" | "named";
  readonly slots?: number;
  readonly tasksPerClientMax?: number;
}

/** Without a `memoryLimit` there is none: the process is the user's. */
export function startInlineCluster(options: InlineOptions = {}): InlineCluster {
  const bus = new LocalBus();
  const clock = systemClock;
  const system = new ActorSystem({ bus, clock });
  const functions = options.functions ?? "any";
  const { brain, reporter, plugins } = spawnScheduler(system, options);
  system.spawn(workerHost({ cluster: CLUSTER, id: SCHEDULER_HOST, functions, plugins }));
  const hosted = { cluster: CLUSTER, epoch: 1, reviewMs: INLINE_HEARTBEAT_MS };
  system.spawn(coordinationActor({ ...hosted, scheduler: new KeyHolds(brain) }));
  if (functions === "any") serveModules();
  const memory = memoryConfig({ memoryLimit: false, ...options }, 1, "results");
  const running = { functions, slots: options.slots ?? INLINE_SLOTS, memory };
  // The scheduler of the same thread knows what its rows are called.
  const { reporter: workerReporter, brain: workerBrain } = spawnWorker(system, running, (row) =>
    brain.state.slabOf(row).keyOf(row),
  );
  const workerPlugins = new WorkerPlugins(WORKER, () => workerBrain, warn);
  system.spawn(
    workerHost({ cluster: CLUSTER, id: WORKER, incarnation: INCARNATION, functions, plugins: workerPlugins }),
  );
  const session = new ClientSession({
    cluster: CLUSTER,
    id: `client-${uniqueToken().slice(0, 8)}`,
    version: VERSION,
    bus,
    clock,
    heartbeatMs: INLINE_HEARTBEAT_MS,
    functions,
  });
  system.spawn(clientActor(session));
  return {
    session,
    system,
    executor: new SessionExecutor(session, system),
    brain,
    close: () => {
      session.close();
      reporter.close();
      workerReporter.close();
      system.close();
      void bus.close();
    },
  };
}

interface SpawnedScheduler {
  readonly brain: SchedulerBrain;
  readonly reporter: SchedulerReporter;
  readonly plugins: SchedulerPlugins;
}

function spawnScheduler(system: ActorSystem, { tasksPerClientMax, cache }: InlineOptions): SpawnedScheduler {
  const { bus, clock } = system;
  let made: SpawnedScheduler | undefined;
  system.spawn(
    schedulerActor({
      cluster: CLUSTER,
      epoch: 1,
      version: VERSION,
      heartbeatMs: INLINE_HEARTBEAT_MS,
      allowedFailures: 3,
      prefillUs: 2000,
      tasksPerClientMax,
      cache: cache === undefined || cache === false ? undefined : cacheLimits(cache),
      // They share one thread: silence means that the thread is busy, never that one of them is gone.
      clientLeaseMs: Number.POSITIVE_INFINITY,
      workerLeaseMs: Number.POSITIVE_INFINITY,
      ...workerChartFacts,
      doubts: new Doubts(),
      onTurn: (tookMs) => {
        made?.reporter.noteTurn(tookMs);
        made?.plugins.endTurn();
      },
      onBrain: (brain) => {
        const told = { bus, clock, cluster: CLUSTER, version: VERSION, wallMs: wallTimeMs, system: systemSampler() };
        const plugins = new SchedulerPlugins(CLUSTER, brain.state);
        made = { brain, plugins, reporter: new SchedulerReporter(told, brain.state) };
      },
    }),
  );
  return made as unknown as SpawnedScheduler;
}

function spawnWorker(
  system: ActorSystem,
  { functions, slots, memory }: { functions: "any" | "named"; slots: number; memory: MemoryConfig },
  keyOf: (row: number) => string,
): { reporter: WorkerReporter; brain: WorkerBrain } {
  const { bus, clock } = system;
  const stream = new TaskStream();
  const meter = new ActivityMeter(() => clock.now());
  const told = { bus, clock, cluster: CLUSTER, id: WORKER, stream, wallMs: wallTimeMs, system: systemSampler() };
  let made: { reporter: WorkerReporter; brain: WorkerBrain } | undefined;
  system.spawn(
    workerActor({
      cluster: CLUSTER,
      id: WORKER,
      incarnation: INCARNATION,
      doubts: new Doubts(),
      slots,
      resources: {},
      version: VERSION,
      pid: process.pid,
      host: "local",
      bus,
      clock,
      heartbeatMs: INLINE_HEARTBEAT_MS,
      yieldMs: 10,
      functions,
      meter,
      memory: openMemory(memory, meter),
      ...shardStorage(memory),
      rssBytes: () => process.memoryUsage.rss(),
      yieldThen: (run) => setImmediate(run),
      stream,
      hooks: {
        begun: (row) => {
          if (hasCallbacks()) tellCallbacks("pretask", keyOf(row));
        },
        ended: (row, outcome, durationMs) => {
          if (hasCallbacks()) tellCallbacks("posttask", keyOf(row), outcome, durationMs);
        },
      },
      onBrain: (brain) => {
        const sampler = new InspectorSampler(() => clock.now());
        made = { brain, reporter: new WorkerReporter({ ...told, brain, sampler }) };
      },
    }),
  );
  return made as unknown as { reporter: WorkerReporter; brain: WorkerBrain };
}

/** The same, as clients take it. */
export async function openInline(options: LocalOptions): Promise<OpenCluster> {
  if (options.environment !== undefined)
    throw new TypeError(
      "Mode inline runs in this program: set its process.env, or take another mode for `environment`",
    );
  await preload(preloadUrls(options.preload ?? []), { worker: WORKER, cluster: CLUSTER });
  const inline = startInlineCluster(options);
  return {
    name: "inline",
    bus: inline.system.bus,
    system: inline.system,
    brain: inline.brain,
    pids: () => new Map([["inline", process.pid]]),
    close: async () => inline.close(),
  };
}
