import type { CacheFigures } from "../../actors/scheduler/result-cache.ts";
import { graphOf } from "../../runtime/graph/graph.ts";
import { taskKey } from "../../runtime/graph/layer.ts";
import type { Collection } from "../core/collection.ts";
import { wantsOf } from "../core/compute.ts";
import type { CacheSetting } from "./cache-options.ts";
import type { SubmitOptions } from "./call-options.ts";
import type { RunningCall } from "./call-stack.ts";
import { ClientServices } from "./client-services.ts";
import type { ClusterLogEntry, DumpPart } from "./cluster-dump.ts";
import type { Future, WaitOptions } from "./future.ts";
import { type PoolCaller, PoolExecutor } from "./pool-executor.ts";
import type { PluginRegistration, SchedulerPlugin, WorkerPlugin } from "./register-plugin.ts";
import { forwardLines, type LineSink } from "./remote-print.ts";
import { futuresByKey } from "./shared-value.ts";
import type { ClusterVersions } from "./versions.ts";

/** What a client does with its cluster as a whole. What few programs ask for is read when it is: the package is to be there at once. */
export abstract class ClientOperations extends ClientServices {
  /**
   * Gives all workers a JavaScript module with what it imports by relative paths, for functions of it that travel by name
   * (`task(import.meta, "name", fn)`). Workers that are there take it at once, in place of what they had; those that come later find
   * it where the file is not on their machine. Packages it imports are to be installed there.
   * @returns URLs of the files that were uploaded
   * @throws ShoalError MISSING_MODULE for a file that cannot be read; NOT_SUPPORTED where workers run named functions alone; SyntaxError
   * @see https://distributed.dask.org/en/stable/api.html#distributed.Client.upload_file
   * @example
   * await client.uploadModule(new URL("./scoring.mjs", import.meta.url));
   */
  async uploadModule(module: string | URL): Promise<string[]> {
    const { uploadModule } = await import("./upload-module.ts");
    return uploadModule(this.reach, module);
  }

  /**
   * Lets go of all this client's futures, ends all workers as they are, and waits until others have come in their places. Actors without a
   * snapshot are lost. In mode "inline" there is no worker to end.
   * @throws ShoalError NOT_SUPPORTED for a worker without a nanny; TimeoutError after `timeout`, default "60s"
   * @see https://distributed.dask.org/en/stable/api.html#distributed.Client.restart
   */
  async restart(options: WaitOptions = {}): Promise<void> {
    const { session } = this.reach.executor;
    session.releaseAll();
    if (this.reach.cluster.name === "inline") return;
    const { restartWorkers } = await import("./restart.ts");
    await restartWorkers(
      this.reach,
      session.workers.map(({ id }) => id),
      options,
    );
  }

  /**
   * Ends workers as they are, and waits until others have come in their places. What they ran or held is made again if it is wanted.
   * @throws ShoalError UNKNOWN_KEY; NOT_SUPPORTED for a worker without a nanny; TimeoutError after `timeout`, default "60s"
   * @see https://distributed.dask.org/en/stable/api.html#distributed.Client.restart_workers
   */
  async restartWorkers(workers: readonly string[], options: WaitOptions = {}): Promise<void> {
    const { restartWorkers } = await import("./restart.ts");
    return restartWorkers(this.reach, workers, options);
  }

  /**
   * What client, scheduler and workers run on.
   * @throws ShoalError VERSION with `check`, where Shoal's or Node's versions differ
   * @see https://distributed.dask.org/en/stable/api.html#distributed.Client.get_versions
   */
  async getVersions(options: { readonly check?: boolean } = {}): Promise<ClusterVersions> {
    const { clusterVersions } = await import("./versions.ts");
    return clusterVersions(this.reach, options.check ?? false);
  }

  /**
   * What happened in the cluster, oldest first: who came and went, what failed, what was refused. The scheduler keeps the last thousand
   * entries. @param options `after` the number of an entry that is known
   * @see https://distributed.dask.org/en/stable/api.html#distributed.Client.get_scheduler_logs
   */
  async getLogs(options: { readonly after?: number } = {}): Promise<ClusterLogEntry[]> {
    const { clusterLog } = await import("./cluster-dump.ts");
    return clusterLog(this.reach, options.after ?? 0);
  }

  /**
   * All that scheduler and workers tell of themselves, as plain data; written to `path` as JSON if one is given, compressed where it ends
   * with ".gz".
   * @see https://distributed.dask.org/en/stable/api.html#distributed.Client.dump_cluster_state
   */
  async dumpClusterState(
    path?: string,
    options: { readonly exclude?: readonly DumpPart[] } = {},
  ): Promise<Record<string, unknown>> {
    const { clusterState, writeState } = await import("./cluster-dump.ts");
    const state = await clusterState(this.reach, options.exclude ?? []);
    if (path !== undefined) await writeState(path, state);
    return state;
  }

  /**
   * Passes on what tasks print with `print` and `warn` from now on, until the result is called or the client is closed.
   * @see https://distributed.dask.org/en/stable/api.html#distributed.Client.forward_logging
   */
  forwardLogging(to: LineSink = console): Promise<() => void> {
    return forwardLines(this.reach, to);
  }

  /**
   * Puts a plugin in force on all workers, and on those that come later as long as this client is open: an object of functions, or a class
   * with arguments for its constructor, an instance of which each worker has. A later worker that cannot be set up is warned of.
   * @throws ShoalError ACTOR_FAILED with the error of `setup` as `cause`; NOT_PORTABLE
   * @see https://distributed.dask.org/en/stable/plugins.html#worker-plugins
   * @example
   * await client.registerPlugin({ setup: (worker) => { (globalThis as { seed?: string }).seed = worker; } });
   */
  async registerPlugin(plugin: WorkerPlugin): Promise<PluginRegistration>;
  async registerPlugin<A extends readonly unknown[]>(
    plugin: new (...args: A) => WorkerPlugin,
    ...args: A
  ): Promise<PluginRegistration>;
  async registerPlugin(plugin: never, ...args: readonly unknown[]): Promise<PluginRegistration> {
    const { registerPlugin } = await import("./register-plugin.ts");
    return registerPlugin(this.reach, { plugin, args }, (worker, error) =>
      process.emitWarning(`A plugin could not be set up on worker ${worker}: ${String(error)}`, { type: "Shoal" }),
    );
  }

  /**
   * Has a plugin hear what happens at the scheduler: clients, workers and graphs that come and go, every step of every task. It stays when
   * this client goes, until it is taken off or that scheduler ends. An object of functions, or a class with arguments for its constructor.
   * @throws ShoalError ACTOR_FAILED with the error of `start` as `cause`; NOT_PORTABLE
   * @see https://distributed.dask.org/en/stable/plugins.html#scheduler-plugins
   * @example
   * const plugin = await client.registerSchedulerPlugin({
   *   removeWorker: (worker, reason) => console.warn(`${worker} left: ${reason}`),
   * });
   * await plugin.unregister();
   */
  async registerSchedulerPlugin(plugin: SchedulerPlugin): Promise<PluginRegistration>;
  async registerSchedulerPlugin<A extends readonly unknown[]>(
    plugin: new (...args: A) => SchedulerPlugin,
    ...args: A
  ): Promise<PluginRegistration>;
  async registerSchedulerPlugin(plugin: never, ...args: readonly unknown[]): Promise<PluginRegistration> {
    const { registerSchedulerPlugin } = await import("./register-plugin.ts");
    return registerSchedulerPlugin(this.reach, { plugin, args });
  }

  /**
   * What each worker is running now, by worker: tasks with their call stacks, told in the midst of it. Of `futures`, if they are given,
   * or of all.
   * @throws ShoalError NOT_SUPPORTED in mode "inline", where nothing else can run while it is asked
   * @see https://distributed.dask.org/en/stable/api.html#distributed.Client.call_stack
   * @example
   * for (const [worker, calls] of await client.callStack())
   *   for (const { key, ms, stack } of calls) console.log(worker, key, ms, stack.join(" > "));
   */
  async callStack(futures?: readonly Future<unknown>[]): Promise<Map<string, RunningCall[]>> {
    const { callStack } = await import("./call-stack.ts");
    return callStack(this.reach, futures);
  }

  /**
   * Has the cluster keep results that nobody asks for any more, up to a limit: a computation that shares parts with earlier ones finds them
   * and does not run them again. What took long to make and is small stays longest, and what is found again; where a worker's memory is
   * short, it goes. `false` turns it off, nothing only tells how it stands. It is the whole cluster's, and off at first.
   * @throws RangeError | SyntaxError | TypeError for what is no amount of memory
   * @see https://docs.dask.org/en/stable/caching.html
   * @example
   * await client.cache("2 GB");
   * await client.cache({ limit: "2 GB", least: "100ms", halfLife: "1h" });
   * const { hits, bytes } = await client.cache();
   */
  async cache(setting?: CacheSetting): Promise<CacheFigures> {
    const { setCache } = await import("./cluster-cache.ts");
    return setCache(this.reach, setting);
  }

  /** Lets go of all that the cluster's cache keeps; it stays on. */
  async clearCache(): Promise<CacheFigures> {
    const { clearCache } = await import("./cluster-cache.ts");
    return clearCache(this.reach);
  }

  /** A pool of calls that give promises. @see {@link PoolExecutor} */
  getExecutor(options: SubmitOptions = {}): PoolExecutor {
    return new PoolExecutor(this as unknown as PoolCaller, options);
  }

  /**
   * Futures for the results that collections stand on: those of `persist()`, one for each block that is held.
   * @see https://distributed.dask.org/en/stable/api.html#distributed.futures_of
   */
  async futuresOf(...collections: readonly Collection<unknown>[]): Promise<Future<unknown>[]> {
    const { layers } = graphOf(wantsOf(collections));
    const keys = layers.flatMap((layer) =>
      layer.kind !== "held"
        ? []
        : Array.from((layer.lease as { handles: Uint32Array }).handles, (handle, at) =>
            handle === 0 ? [] : [taskKey(layer, at)],
          ).flat(),
    );
    const found = await futuresByKey(this.reach, [...new Set(keys)]);
    return found.filter((future) => future !== undefined);
  }
}
