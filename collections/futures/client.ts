import { clientActor } from "../../actors/client/client.ts";
import { ClientSession } from "../../actors/client/client-session.ts";
import { gather } from "../../actors/client/gather.ts";
import type { SchedulerSnapshot } from "../../actors/scheduler/snapshot.ts";
import { systemClock } from "../../runtime/base/clock.ts";
import { config } from "../../runtime/base/config.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { shown } from "../../runtime/base/known-options.ts";
import { plainToken } from "../../runtime/base/random.ts";
import { parseDurationMs } from "../../runtime/base/units.ts";
import { VERSION } from "../../runtime/base/version.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { type ComputeOptions, configured, pushExecutor } from "../../runtime/graph/executor.ts";
import type { WorkerSummary } from "../../runtime/protocol/client-scheduler.ts";
import type { AnyFunction } from "../../runtime/wire/function-spec.ts";
import type { Collection } from "../core/collection.ts";
import { type NotebookForms, notebookSymbol } from "../core/notebook-forms.ts";
import type { LazyArg, LazyArgs } from "../delayed/delayed-value.ts";
import { refuseMapMistakes, type SubmitOptions } from "./call-options.ts";
import { checkConnectOptions, checkConnectTarget, checkLocalOptions } from "./check-cluster-options.ts";
import { checkWait } from "./check-given.ts";
import { ClientOperations } from "./client-operations.ts";
import { type ClientReach, checkClientOpen, currentReach, failedAsk, keepReach, openReach } from "./client-reach.ts";
import type { Future, WaitOptions } from "./future.ts";
import { handlesOf, refuseReleased } from "./future-list.ts";
import { type MapStreamOptions, mapStream } from "./map-stream.ts";
import { clientForms } from "./notebook-reprs.ts";
import { type ScatterOptions, scatter } from "./scatter.ts";
import { limited, limitOf, SessionExecutor } from "./session-executor.ts";
import {
  type AdaptOptions,
  type ConnectOptions,
  type ConnectTarget,
  connectDefaults,
  currentSpawner,
  type LocalOptions,
  localDefaults,
  type OpenCluster,
  type OpenPage,
  type PagePlace,
  type WorkerScale,
} from "./spawner.ts";
import { Submitter } from "./submitter.ts";
import { whenReady } from "./when-ready.ts";

const HEARTBEAT_MS = 1000;
const OPEN_TIMEOUT_MS = 30_000;
const clients = new WeakMap<ClientReach, Client>();

/**
 * A session with a cluster: this process, threads, processes, or a cluster on NATS. While it is open, everything that is
 * computed runs there.
 * @see https://distributed.dask.org/en/stable/client.html
 * @example
 * await using client = await Client.local({ mode: "inline" });
 * const future = client.submit((n: number) => n * n, 12);
 * await future.result(); // 144
 */
export class Client extends ClientOperations {
  protected readonly reach: ClientReach;
  readonly executor: SessionExecutor;
  private readonly session: ClientSession;
  private readonly cluster: OpenCluster;
  private readonly submitter: Submitter;
  private readonly leaveStack: () => void;
  private closing: Promise<void> | undefined;
  private page: OpenPage | undefined;

  private constructor(cluster: OpenCluster, session: ClientSession, within?: ClientReach) {
    super();
    this.cluster = cluster;
    this.session = session;
    this.executor = within?.executor ?? new SessionExecutor(session, cluster.system);
    this.submitter = new Submitter(this.executor);
    this.reach = within ?? { executor: this.executor, cluster, worker: undefined };
    clients.set(this.reach, this);
    keepReach(this, this.reach);
    // A task's client serves those who ask for it, not everything its worker's thread computes.
    const leave = within === undefined ? [pushExecutor(this.executor), openReach(this.reach)] : [];
    this.leaveStack = () => {
      for (const one of leave) one();
    };
  }

  /**
   * Starts a cluster of this machine's own: threads unless `mode` says otherwise.
   * @throws TypeError | RangeError naming an option that is unknown or means nothing
   * @example
   * const client = await Client.local({ mode: "inline" });
   * await client.close();
   */
  static async local(given: LocalOptions = {}): Promise<Client> {
    checkLocalOptions(given);
    const options = { ...localDefaults(), ...given };
    const mode = options.mode ?? "threads";
    const cluster =
      mode === "inline" ? await openInlineSoon(options) : await currentSpawner().openLocal({ ...options, mode });
    const client = await Client.over(cluster, options, mode === "inline" ? 1 : (options.workers ?? 1));
    return client.withPage(options.page);
  }

  /**
   * Joins a cluster on NATS by its name: `Client.connect("nats://host:4222", { cluster: "prod" })`, or over a connection of
   * your own, which stays yours: `Client.connect({ connection })`, or by the file that `shoal scheduler --scheduler-file` writes:
   * `Client.connect({ schedulerFile })`. Without an address: `SHOAL_NATS`, or this machine's.
   * @throws ShoalError CONNECT | NO_SCHEDULER | VERSION, each saying what to do
   */
  static async connect(target?: ConnectTarget, given: ConnectOptions = {}): Promise<Client> {
    checkConnectTarget(target);
    checkConnectOptions(given);
    const options = { ...connectDefaults(), ...given };
    const cluster = await currentSpawner().connect(target ?? config.get("connect.url"), options);
    const timeoutMs = parseDurationMs(options.timeout ?? "10s");
    const client = await Client.over(cluster, options, 0, timeoutMs);
    return client.withPage(options.page);
  }

  /**
   * A client of a cluster that was opened in another way than by `local` and `connect`; it is closed with the client.
   * @throws TypeError | RangeError naming an option that is unknown or means nothing
   */
  static on(cluster: OpenCluster, options: LocalOptions = {}): Promise<Client> {
    checkLocalOptions(options);
    return Client.over(cluster, options, options.workers ?? 1);
  }

  private static async over(
    cluster: OpenCluster,
    { functions = "any", share }: Pick<ConnectOptions, "functions" | "share">,
    workers: number,
    timeoutMs = OPEN_TIMEOUT_MS,
  ): Promise<Client> {
    const session = new ClientSession({
      cluster: cluster.name,
      id: `c-${plainToken(10)}`,
      version: VERSION,
      bus: cluster.bus,
      clock: systemClock,
      heartbeatMs: HEARTBEAT_MS,
      functions,
      share,
      windows: cluster.windows,
    });
    cluster.system.spawn(clientActor(session));
    const client = new Client(cluster, session);
    try {
      await whenReady(session, cluster, workers, timeoutMs);
      return client;
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  /** The task's client within a task, else the innermost that is open. @throws ShoalError CLOSED if there is none */
  static current(): Client {
    const reach = currentReach();
    const within = { ...reach.cluster, pids: () => new Map(), close: () => Promise.resolve() };
    return clients.get(reach) ?? new Client(within, reach.executor.session, reach);
  }

  /** Runs a function on a worker. Futures and collections among the arguments are waited for there. */
  submit<F extends AnyFunction>(fn: F, ...args: LazyArgs<Parameters<F>>): Future<Awaited<ReturnType<F>>>;
  submit<F extends AnyFunction>(
    fn: F,
    ...args: [...LazyArgs<Parameters<F>>, SubmitOptions]
  ): Future<Awaited<ReturnType<F>>>;
  submit(fn: AnyFunction, ...args: readonly unknown[]): Future<unknown> {
    return this.submitter.submit(fn, args);
  }

  /**
   * Runs a function on a worker for each item: one future each, in order.
   * @see https://distributed.dask.org/en/stable/api.html#distributed.Client.map
   */
  map<T, R>(fn: (item: T) => R, items: Iterable<LazyArg<T>>, options?: SubmitOptions): Future<Awaited<R>>[];
  /** Over a stream: futures as the items come, no faster than they are read. @see {@link mapStream} */
  map<T, R>(
    fn: (item: T) => R,
    items: AsyncIterable<T>,
    options?: SubmitOptions & MapStreamOptions,
  ): AsyncGenerator<Future<Awaited<R>>, void, undefined>;
  map(
    fn: (item: never) => unknown,
    items: Iterable<unknown> | AsyncIterable<unknown>,
    given: SubmitOptions & MapStreamOptions = {},
  ): Future<unknown>[] | AsyncGenerator<Future<unknown>, void, undefined> {
    refuseMapMistakes(fn, items, given);
    const { submitter } = this;
    const { inFlight, ...options } = given;
    if (!(Symbol.asyncIterator in items)) return submitter.map(fn as AnyFunction, items, options);
    const one = (item: unknown): Future<unknown> =>
      submitter.map(fn as AnyFunction, [item], options)[0] as Future<unknown>;
    return mapStream(one, items, inFlight === undefined ? {} : { inFlight });
  }

  /** The values of futures, straight from the workers that hold them. @throws the error of the first that failed */
  async gather<T>(futures: readonly Future<T>[], options: WaitOptions = {}): Promise<T[]> {
    this.submitter.flush();
    checkWait(options, "gather()");
    const handles = handlesOf(futures, "gather");
    refuseReleased(futures);
    const limit = limitOf(this.session, options);
    try {
      return (await limited(
        gather(this.session, handles, limit.signal === undefined ? {} : { signal: limit.signal }),
        limit.signal,
      )) as T[];
    } finally {
      limit.done();
      // Until now they were not to be let go of, though nobody else may refer to them.
      void futures.length;
    }
  }

  /**
   * Puts data on workers and gives futures for it: one for a value, a list for a list.
   * @see https://distributed.dask.org/en/stable/api.html#distributed.Client.scatter
   */
  scatter<T>(values: readonly T[], options?: ScatterOptions): Promise<Future<T>[]>;
  scatter<T>(value: T, options?: ScatterOptions): Promise<Future<T>>;
  async scatter(value: unknown, options: ScatterOptions = {}): Promise<unknown> {
    checkWait(options, "scatter()", ["workers", "broadcast", "hash"]);
    const isList = Array.isArray(value);
    const limit = limitOf(this.session, options);
    try {
      const futures = await limited(scatter(this.reach, isList ? value : [value], options), limit.signal);
      return isList ? futures : futures[0];
    } finally {
      limit.done();
    }
  }

  /** {@link scatter} of the values of an object, under the same names. */
  async scatterRecord<R extends object>(
    record: R,
    options: ScatterOptions = {},
  ): Promise<{ [K in keyof R]: Future<R[K]> }> {
    const futures = await this.scatter(Object.values(record), options);
    return Object.fromEntries(Object.keys(record).map((name, at) => [name, futures[at]])) as never;
  }

  /** Computes a collection here, whatever client is innermost. */
  async compute<T>(collection: Collection<T>, options?: ComputeOptions): Promise<T> {
    const [blocks] = await this.executor.compute([collection.wants()], configured(options));
    return collection.finish(blocks as unknown[]);
  }

  cancel(futures: readonly Future<unknown>[], reason = "cancelled by its client"): void {
    this.submitter.flush();
    this.session.cancel(handlesOf(futures, "cancel"), reason);
  }

  retry(futures: readonly Future<unknown>[]): void {
    this.session.retry(handlesOf(futures, "retry"));
  }

  /** The cluster's workers, as far as is known here. */
  get workers(): readonly WorkerSummary[] {
    return this.session.workers;
  }

  /** Process ids of workers this client started, by name. */
  get workerPids(): ReadonlyMap<string, number> {
    return this.cluster.pids();
  }

  /**
   * Starts workers, or lets some go in order (see {@link retireWorkers}), until there are so many; settles when they have gone, or been
   * started. Ends an `adapt`.
   * @throws ShoalError NOT_SUPPORTED if this client did not start the workers
   */
  async scale(workers: number): Promise<void> {
    if (!Number.isInteger(workers) || workers < 0)
      throw new RangeError(`A cluster has 0 workers or more, not ${workers}`);
    // The program does not end while it waits for this.
    const { done } = limitOf(this.session, {});
    try {
      await this.ownWorkers().scale(workers);
    } finally {
      done();
    }
  }

  /**
   * The number of workers follows the work from now on: it grows at once and shrinks with hesitation, and workers that leave leave in order.
   * @see https://distributed.dask.org/en/stable/api.html#distributed.Adaptive
   * @example
   * const own = await Client.local({ mode: "threads", workers: 1 });
   * own.adapt({ minimum: 1, maximum: 8 });
   * await own.close();
   */
  adapt(options: AdaptOptions = {}): { stop(): void } {
    return this.ownWorkers().adapt(options);
  }

  private ownWorkers(): WorkerScale {
    const { workers, name } = this.cluster;
    if (workers !== undefined) return workers;
    const how = "start and stop them where they run (shoal worker --adapt)";
    throw new ShoalError(`The workers of cluster "${name}" are not this client's: ${how}`, { code: "NOT_SUPPORTED" });
  }

  /** Where the live page of the cluster is, if this client serves one: `Client.local({ page: true })`. */
  get pageUrl(): string | undefined {
    return this.page?.url;
  }

  get clusterName(): string {
    return this.cluster.name;
  }

  /** Asks an actor of the cluster: `client.ask(client.taskAddress(key), { type: "state" })`. */
  async ask(address: string, message: unknown, options: WaitOptions = {}): Promise<unknown> {
    this.submitter.flush();
    checkClientOpen(this.reach);
    const { done } = limitOf(this.session, {});
    const signal = options.signal === undefined ? {} : { signal: options.signal };
    try {
      return await this.cluster.system.ask(address, message, {
        timeoutMs: parseDurationMs(options.timeout ?? "10s"),
        ...signal,
      });
    } catch (error) {
      throw failedAsk(this.reach, error);
    } finally {
      done();
    }
  }

  /** Where the actor of a task is reached. */
  taskAddress(key: string): string {
    return clusterSubjects(this.cluster.name).task(key);
  }

  /** Where the actor of a chunk is reached. */
  chunkAddress(key: string): string {
    return clusterSubjects(this.cluster.name).chunk(key);
  }

  /** Tasks finished so far in the whole cluster, and the processes of its workers. */
  async stats(): Promise<{ tasks: number; workerPids: readonly number[] }> {
    const { entered, workers } = (await this.status()) as SchedulerSnapshot;
    return { tasks: entered["memory"] ?? 0, workerPids: workers.map((worker) => worker.pid) };
  }

  /** The scheduler's figures. */
  status(): Promise<SchedulerSnapshot> {
    return this.ask(clusterSubjects(this.cluster.name).scheduler, { type: "status" }) as Promise<SchedulerSnapshot>;
  }

  /** Waits until so many workers have joined. @throws ShoalError TIMEOUT */
  async waitForWorkers(count: number, options: WaitOptions = {}): Promise<void> {
    if (!Number.isInteger(count) || count < 0)
      throw new TypeError(`waitForWorkers() takes a number of workers, not ${shown(count)}`);
    checkWait(options, "waitForWorkers()");
    await whenReady(this.session, this.cluster, count, parseDurationMs(options.timeout ?? "30s"));
  }

  /** Ends the session and, if this client started it, the cluster. A connection of yours stays open. */
  close(): Promise<void> {
    // The client of a worker's tasks is shared by them, and lives as long as the worker.
    if (this.reach.worker !== undefined) return Promise.resolve();
    this.closing ??= this.end();
    return this.closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  [notebookSymbol](): NotebookForms {
    return clientForms(this.cluster.name, this.workers, this.page);
  }

  private async withPage(page: boolean | PagePlace | undefined): Promise<this> {
    if (page === undefined || page === false) return this;
    try {
      this.page = await currentSpawner().openPage(this.cluster, page === true ? {} : page);
    } catch (error) {
      await this.close();
      throw error;
    }
    return this;
  }

  private async end(): Promise<void> {
    this.leaveStack();
    await this.page?.close();
    await this.leaveServices();
    this.session.close();
    await this.cluster.bus.flush().catch(() => {});
    await this.cluster.close();
  }
}

const openInlineSoon = async (options: LocalOptions): Promise<OpenCluster> =>
  (await import("./inline-cluster.ts")).openInline(options);
