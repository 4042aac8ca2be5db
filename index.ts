/**
 * Shoal: Dask for TypeScript, as actors over NATS. This file lists the public names of the `shoal` entry by hand;
 * `shoal/array`, `shoal/bag`, `shoal/dataframe` and `shoal/testing` are entries of their own.
 */

export { sizeOf } from "./actors/chunk/sizeof.ts";
export type { SpanFigures } from "./actors/scheduler/work-spans.ts";
export { Callback, type CallbackHooks } from "./collections/core/callback.ts";
export { Collection, isCollection } from "./collections/core/collection.ts";
export { compute, computeWith, optimize, persist, persistWith } from "./collections/core/compute.ts";
export { bind, type CloneOptions, clone } from "./collections/core/graph-manipulation.ts";
export { HighLevelGraph, type LayerInfo } from "./collections/core/high-level-graph.ts";
export { type PictureOptions, visualize } from "./collections/core/visualize.ts";
export { waitOn } from "./collections/core/wait-on.ts";
export { annotate } from "./collections/delayed/annotate.ts";
export { checkpoint } from "./collections/delayed/checkpoint.ts";
export { delayed, isDelayed } from "./collections/delayed/delayed.ts";
export type { Delayed } from "./collections/delayed/delayed-value.ts";
export type { DelayedOptions } from "./collections/delayed/lazy-call.ts";
export { span } from "./collections/delayed/span.ts";
export type { ActivityFigures } from "./runtime/base/activity-meter.ts";
export { Config, type ConfigGiven, config } from "./runtime/base/config.ts";
export type { ConfigName, ConfigValues } from "./runtime/base/config-options.ts";
export { CancelledError, OverloadedError, ShoalError, TaskError, TimeoutError } from "./runtime/base/errors.ts";
export { formatBytes, parseBytes, parseDurationMs } from "./runtime/base/units.ts";
export { registerValue, type ValueType } from "./runtime/base/value-type.ts";
export {
  call,
  type DictGraph,
  dependencies,
  dependents,
  get,
  isDag,
  order,
  quote,
  toposort,
} from "./runtime/graph/dict-graph.ts";
export { type ComputeOptions, currentExecutor, type Executor, pushExecutor } from "./runtime/graph/executor.ts";
export { cull, fuse, inline, inlineFunctions } from "./runtime/graph/inline.ts";
export { keyPrefix, keyPrefix as keySplit } from "./runtime/graph/key.ts";
export { syncExecutor } from "./runtime/graph/sync-executor.ts";
export { tokenize, tokenSymbol } from "./runtime/graph/tokenize.ts";
export { task } from "./runtime/wire/function-task.ts";

import "./collections/futures/fallback.ts";
import { setSpawner } from "./collections/futures/spawner.ts";
import { lazySpawner } from "./infra/cluster/lazy-spawner.ts";

export { secede, taskScope } from "./actors/worker/task-scope.ts";
export { type ActorProxy, stopActor } from "./collections/futures/actor-handle.ts";
export { AsCompleted, asCompleted, wait } from "./collections/futures/as-completed.ts";
export { environ, forwardOutput } from "./collections/futures/built-in-plugins.ts";
export type { RunningCall } from "./collections/futures/call-stack.ts";
export { Client } from "./collections/futures/client.ts";
export { Future } from "./collections/futures/future.ts";
export { getClient } from "./collections/futures/get-client.ts";
export { HeldLease, Lock, MultiLock, Semaphore } from "./collections/futures/locks.ts";
export { PoolExecutor } from "./collections/futures/pool-executor.ts";
export { type ProgressOptions, type ProgressOut, progress } from "./collections/futures/progress.ts";
export type {
  PluggedScheduler,
  PluginRegistration,
  SchedulerPlugin,
  WorkerPlugin,
  WorkerTask,
} from "./collections/futures/register-plugin.ts";
export { type LineSink, print, warn } from "./collections/futures/remote-print.ts";
export { SharedEvent, SharedQueue, SharedVariable } from "./collections/futures/shared-state.ts";
export { Topic } from "./collections/futures/topic.ts";
export { SshCluster, type SshClusterOptions } from "./infra/cluster/ssh-cluster.ts";
export { EventLoopWatch, type EventLoopWatchOptions } from "./infra/measure/event-loop-watch.ts";
export { type ProfiledTask, Profiler } from "./infra/measure/local-profiler.ts";
export { type MemorySample, type MemorySampleOptions, MemorySampler } from "./infra/measure/memory-sampler.ts";
export {
  ResourceProfiler,
  type ResourceProfilerOptions,
  type ResourceSample,
} from "./infra/measure/resource-profiler.ts";
export { getProfile, type ProfiledKind, TaskProfile } from "./infra/measure/task-profile.ts";
export { getTaskStream, type StreamedRun, TaskStream } from "./infra/measure/task-stream.ts";
export { performanceReport, type ReportOptions } from "./infra/report/performance-report.ts";
export { type OpenTelemetryApi, useOpenTelemetry } from "./infra/trace/open-telemetry.ts";

setSpawner(lazySpawner);
