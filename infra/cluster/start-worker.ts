import { hostWindows } from "../../actors/chunk/host-windows.ts";
import { workerHost } from "../../actors/coordination/worker-host.ts";
import { InspectorSampler } from "../../actors/worker/stack-sampler.ts";
import { TaskStream } from "../../actors/worker/task-stream.ts";
import { showWhatRuns } from "../../actors/worker/what-runs.ts";
import { type WorkerDismissal, workerActor } from "../../actors/worker/worker.ts";
import type { WorkerBrain } from "../../actors/worker/worker-brain.ts";
import { WorkerPlugins } from "../../actors/worker/worker-plugins.ts";
import { WorkerReporter } from "../../actors/worker/worker-reporter.ts";
import { warn } from "../../collections/futures/remote-print.ts";
import { serveTasks } from "../../collections/futures/task-reach.ts";
import { serveModules } from "../../collections/futures/upload-module.ts";
import { ActorSystem } from "../../runtime/actor/system.ts";
import { systemClock, wallTimeMs } from "../../runtime/base/clock.ts";
import { systemSampler } from "../../runtime/base/system-sampler.ts";
import type { Bus } from "../../runtime/bus/bus.ts";
import { packItemsHere } from "../../runtime/graph/packed-items.ts";
import { actorCodec } from "../../runtime/protocol/actor-codec.ts";
import type { WorkerConfig } from "./worker-config.ts";
import { workerSurroundings } from "./worker-surroundings.ts";

/**
 * Runs one worker on a bus, wholly in this thread. `onEnd` hears why the scheduler sends it away.
 * @param openDirect opens a connection of this thread's own, for calls of users' actors
 */
export function startWorker(
  bus: Bus,
  config: WorkerConfig,
  onEnd: (end: WorkerDismissal) => void,
  openDirect?: () => Promise<Bus>,
): ActorSystem {
  const system = new ActorSystem({ bus, codec: actorCodec });
  const windows = bus.carries === "bytes" ? hostWindows() : undefined;
  const stream = new TaskStream();
  let brain: WorkerBrain | undefined;
  system.spawn(
    workerActor({
      ...workerSurroundings(bus, config),
      windows,
      stream,
      onBrain: (made) => {
        brain = made;
        reportWorker(bus, config, made, stream);
      },
      onExecution: (execution) => showWhatRuns(config.id, execution),
      onEnd,
    }),
  );
  const plugins = new WorkerPlugins(config.id, () => brain as WorkerBrain, warn);
  system.spawn(workerHost({ ...config, plugins, warn, ...(openDirect && { openDirect }) }));
  serveTasks(system, { ...config, windows });
  if (config.functions === "any") serveModules();
  packItemsHere();
  return system;
}

/** It tells as long as its bus carries: the worker has the thread, and its bus ends with it. */
function reportWorker(bus: Bus, { cluster, id }: WorkerConfig, brain: WorkerBrain, stream: TaskStream): void {
  const system = systemSampler();
  const sampler = new InspectorSampler(() => systemClock.now());
  new WorkerReporter({ bus, clock: systemClock, cluster, id, stream, brain, sampler, system, wallMs: wallTimeMs });
}
