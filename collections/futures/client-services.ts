import type { LoggedEvent } from "../../actors/coordination/event-log.ts";
import type { SpanFigures } from "../../actors/scheduler/work-spans.ts";
import type { TaskStory } from "../../actors/task/task-question.ts";
import type { ActivityFigures } from "../../runtime/base/activity-meter.ts";
import { wallTimeMs } from "../../runtime/base/clock.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { encodeValue, flattenValue } from "../../runtime/wire/value.ts";
import { type ActorProxy, runOnScheduler, runOnWorkers, startActor } from "./actor-handle.ts";
import { askScheduler } from "./ask-cluster.ts";
import { checkName } from "./check-given.ts";
import type { ClientReach } from "./client-reach.ts";
import { askCoordination } from "./coordination-link.ts";
import { fireAndForget } from "./fire-and-forget.ts";
import type { Future, WaitOptions } from "./future.ts";
import { hasWhat, processing, storyOf, whoHas } from "./inspect-cluster.ts";
import { Lock, MultiLock, Semaphore } from "./locks.ts";
import { type PlaceOptions, type ReplicateOptions, rebalance, replicate, retireWorkers } from "./place-results.ts";
import { readShelf, SharedEvent, SharedQueue, SharedVariable } from "./shared-state.ts";
import { futuresByKey, packShared, unpackPlain } from "./shared-value.ts";
import { Topic } from "./topic.ts";

/** What a client has to share with other clients and with tasks. */
export abstract class ClientServices {
  protected abstract readonly reach: ClientReach;

  /** One holder at a time, cluster-wide. @see {@link Lock} */
  lock(name: string): Lock {
    return new Lock(name, this.reach);
  }

  /** All of several locks at once, or any `count` of them. @see {@link MultiLock} */
  multiLock(names: readonly string[], count?: number): MultiLock {
    return new MultiLock(names, count, this.reach);
  }

  /** Up to `leases` holders at a time. @see {@link Semaphore} */
  semaphore(name: string, leases: number): Semaphore {
    return new Semaphore(name, leases, this.reach);
  }

  /** A flag that is waited for. @see {@link SharedEvent} */
  event(name: string): SharedEvent {
    return new SharedEvent(name, this.reach);
  }

  /** First in, first out, of values and futures. @see {@link SharedQueue} */
  queue<T>(name: string, options: { readonly maxSize?: number } = {}): SharedQueue<T> {
    return new SharedQueue<T>(name, options.maxSize ?? 0, this.reach);
  }

  /** One value or future that all see. @see {@link SharedVariable} */
  variable<T>(name: string): SharedVariable<T> {
    return new SharedVariable<T>(name, this.reach);
  }

  /** Publish and subscribe. @see {@link Topic} */
  topic<T>(name: string): Topic<T> {
    return new Topic<T>(name, this.reach);
  }

  /**
   * Gives a name to futures, or to any value with futures in it: they stay alive without any client until unpublished.
   * @throws ShoalError NAME_TAKEN unless `override`; NOT_SUPPORTED for collections other than futures
   * @see https://distributed.dask.org/en/stable/publish.html
   */
  async publishDataset(name: string, value: unknown, options: { readonly override?: boolean } = {}): Promise<void> {
    checkName(name, "a dataset");
    const item = await packShared(value);
    const isNew = options.override !== true;
    await askCoordination(this.reach, { op: "set", name: `dataset/${name}`, item, isNew });
  }

  /** A published value; its futures are this client's own from now on. @throws ShoalError UNKNOWN_KEY */
  async getDataset(name: string, options: WaitOptions = {}): Promise<unknown> {
    const found = await readShelf(this.reach, `dataset/${name}`, false, options);
    if (found === undefined)
      throw new ShoalError(`No dataset "${name}" is published`, { code: "UNKNOWN_KEY", details: { name } });
    return found.value;
  }

  async listDatasets(): Promise<string[]> {
    return (await askCoordination<string[]>(this.reach, { op: "names", prefix: "dataset/" })).value;
  }

  /** True if there was one. */
  async unpublishDataset(name: string): Promise<boolean> {
    return (await askCoordination<boolean>(this.reach, { op: "remove", name: `dataset/${name}` })).value;
  }

  /** Small values by name, for anyone. @see https://distributed.dask.org/en/stable/api.html#distributed.Client.set_metadata */
  async setMetadata(name: string, value: unknown): Promise<void> {
    const item = await packShared(value);
    await askCoordination(this.reach, { op: "set", name: `metadata/${name}`, item, isNew: false });
  }

  /** What was set under a name, else `otherwise`. */
  async getMetadata(name: string, otherwise?: unknown): Promise<unknown> {
    const found = await readShelf(this.reach, `metadata/${name}`, false);
    return found === undefined ? otherwise : found.value;
  }

  /** Logs a message under a topic: kept (the last 1000), and published to the topic's subscribers. */
  async logEvent(topic: string, message: unknown): Promise<void> {
    const bytes = flattenValue(encodeValue(message, { shareMemory: false }));
    await askCoordination(this.reach, { op: "log", topic, at: wallTimeMs(), bytes });
    this.topic(topic).publish(message);
  }

  /** The last messages of a topic, oldest first. `at` is milliseconds since 1970. */
  async getEvents(topic: string): Promise<{ readonly at: number; readonly message: unknown }[]> {
    const { value } = await askCoordination<LoggedEvent[]>(this.reach, { op: "logged", topic });
    return Promise.all(value.map(async ({ at, bytes }) => ({ at, message: await unpackPlain(bytes) })));
  }

  /**
   * Starts an instance of a class on a worker; its state stays there. Methods give promises, in the order of the calls; fields are
   * read by awaiting them. With a `snapshot()` method and a static `restore(state)` it outlives its worker.
   * @throws ShoalError ACTOR_FAILED with the constructor's error as `cause`; NOT_PORTABLE
   * @see https://distributed.dask.org/en/stable/actors.html
   * @example
   * const counter = await client.actor(Counter, 0);
   * await counter.add(5);
   */
  actor<T extends object, A extends unknown[]>(made: new (...args: A) => T, ...args: A): Promise<ActorProxy<T>> {
    return startActor(this.reach, made as unknown as new (...args: never[]) => T, args);
  }

  /** Runs a function on every worker, outside of any task: its results by worker. */
  run<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Map<string, Awaited<R>>> {
    return runOnWorkers(this.reach, fn as unknown as (...args: never[]) => R, args);
  }

  /** Runs a function beside the scheduler, on its thread: keep it short. @see https://distributed.dask.org/en/stable/api.html#distributed.Client.run_on_scheduler */
  runOnScheduler<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
    return runOnScheduler(this.reach, fn as unknown as (...args: never[]) => R, args);
  }

  /**
   * Has tasks run to their end, whoever wants them, this client gone or not; their results are let go of then.
   * @throws ShoalError UNKNOWN_KEY if the scheduler has forgotten one
   * @see https://distributed.dask.org/en/stable/api.html#distributed.fire_and_forget
   */
  fireAndForget(...futures: readonly Future<unknown>[]): Promise<void> {
    return fireAndForget(this.reach, futures);
  }

  /** Futures for tasks by their keys, whoever submitted them; undefined where the scheduler knows none. */
  futuresByKey(keys: readonly string[]): Promise<(Future<unknown> | undefined)[]> {
    return futuresByKey(this.reach, keys);
  }

  /**
   * Runs the task of a future once more, in this process, with its real inputs: for a debugger.
   * @see https://distributed.dask.org/en/stable/api.html#distributed.Client.recreate_task_locally
   */
  async recreateTaskLocally<T>(future: Future<T>): Promise<T> {
    await future.exception();
    const { replayTask } = await import("./task-replay.ts");
    return (await replayTask(this.reach, future.key)) as T;
  }

  /**
   * Runs the task that made a future fail (its own, or one it depends on) once more, in this process, with its real inputs: it throws here
   * what it threw there. @throws TypeError if the future did not fail
   * @see https://distributed.dask.org/en/stable/api.html#distributed.Client.recreate_error_locally
   */
  async recreateErrorLocally(future: Future<unknown>): Promise<unknown> {
    const { failedKey, replayTask } = await import("./task-replay.ts");
    return replayTask(this.reach, await failedKey(future));
  }

  /** Keys of the results that lie on each worker. @see https://distributed.dask.org/en/stable/api.html#distributed.Client.has_what */
  hasWhat(options: { readonly mostEach?: number } = {}): Promise<Map<string, readonly string[]>> {
    return hasWhat(this.reach, options.mostEach ?? 1000);
  }

  /**
   * How a task stands, what it reads and who reads it. Its `steps` are those of the time in which somebody watched the cluster: the live page, or
   * another observer; without one there are none.
   * @see https://distributed.dask.org/en/stable/api.html#distributed.Client.story
   */
  story(task: Future<unknown> | string): Promise<TaskStory> {
    return storyOf(this.reach, typeof task === "string" ? task : task.key);
  }

  /** The workers that hold each future's result, by key. @see https://distributed.dask.org/en/stable/api.html#distributed.Client.who_has */
  whoHas(futures: readonly Future<unknown>[]): Promise<Map<string, string[]>> {
    return whoHas(this.reach, futures);
  }

  /**
   * Has results lie on several workers: on all of them, or as many as `copies` says, among `workers`. A copy that is lost is made up
   * for, until the futures are released or fewer are asked for. Settles when all copies are there.
   * @throws ShoalError UNKNOWN_KEY; TimeoutError; a future's own error
   * @see https://distributed.dask.org/en/stable/api.html#distributed.Client.replicate
   * @example
   * await client.replicate([model], { copies: 2 });
   */
  replicate(futures: readonly Future<unknown>[], options: ReplicateOptions = {}): Promise<void> {
    return replicate(this.reach, futures, options);
  }

  /**
   * Moves results from workers that hold much to those that hold little, until no worker has more than a tenth beyond the mean or no
   * move would help. Without futures: all results of the cluster.
   * @see https://distributed.dask.org/en/stable/api.html#distributed.Client.rebalance
   */
  rebalance(futures?: readonly Future<unknown>[], options: PlaceOptions = {}): Promise<void> {
    return rebalance(this.reach, futures, options);
  }

  /**
   * Has workers leave in order: they take nothing new, give back what they have not begun, end what they run, and what only they hold
   * is moved to others first, so nothing is computed twice. Settles when they are gone; none comes in their place.
   * @param workers names, see {@link Client.workers}
   * @throws ShoalError UNKNOWN_KEY for a name that is none; DENIED if nobody is left to take over, and they stay
   * @see https://distributed.dask.org/en/stable/api.html#distributed.Client.retire_workers
   */
  retireWorkers(workers: readonly string[], options: WaitOptions = {}): Promise<void> {
    return retireWorkers(this.reach, workers, options);
  }

  /**
   * What work under each span has done so far, by its tags: "etl", "etl/clean". The scheduler keeps the thousand that were used last.
   * @see {@link span}, https://distributed.dask.org/en/stable/spans.html
   */
  async getSpans(): Promise<readonly SpanFigures[]> {
    return ((await askScheduler(this.reach, { type: "spans" })) as { spans: SpanFigures[] }).spans;
  }

  /**
   * Where the workers' time and bytes went, by worker, activity and kind of task, as workers last told: at most a heartbeat ago. Contexts:
   * `execute` (activities `run`, `fail`, `decode` of arguments, `load` of functions, and those of `taskScope().measure()`; by kind of task and span), `fetch` (`transfer`, `decode`),
   * `give` (`encode`), `spill` (`encode`, `write`, `let go` of what lies in a file already), `restore` (`found` in memory still, `read`, `read again`, `decode`), `exchange` (`encode`, `write`, `read`,
   * `decode`). What overlaps counts in full, so that seconds may be more than have passed. Workers that are gone are told together, without a name.
   * @see https://distributed.dask.org/en/stable/fine-performance-metrics.html
   * @example
   * const spilled = (await client.getActivities()).filter((one) => one.context === "spill" && one.activity === "write");
   */
  async getActivities(): Promise<readonly ActivityFigures[]> {
    return ((await askScheduler(this.reach, { type: "activities" })) as { activities: ActivityFigures[] }).activities;
  }

  /** How many tasks each worker was sent and has not finished. */
  processing(): Promise<Map<string, number>> {
    return processing(this.reach);
  }

  /** Tasks that each worker runs at a time. */
  ncores(): Map<string, number> {
    return new Map(this.reach.executor.session.workers.map(({ id, slots }) => [id, slots]));
  }

  /** What this client holds is free from now on. */
  protected async leaveServices(): Promise<void> {
    if (!this.reach.executor.session.isOpen) return;
    await askCoordination(this.reach, { op: "leave" }, { timeout: LEAVE_TIMEOUT_MS }).catch(() => {});
  }
}

const LEAVE_TIMEOUT_MS = 1000;
