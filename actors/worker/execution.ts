import type { ActivityMeter } from "../../runtime/base/activity-meter.ts";
import type { Clock } from "../../runtime/base/clock.ts";
import { TimeoutError } from "../../runtime/base/errors.ts";
import type { Bus } from "../../runtime/bus/bus.ts";
import { ShardSet, Shards, ShardsLostError } from "../../runtime/graph/shards.ts";
import type { ComputeBatch } from "../../runtime/protocol/scheduler-worker.ts";
import { EncodedItem } from "../../runtime/protocol/value-column.ts";
import type { LayerDefinition } from "../../runtime/protocol/wire-layer.ts";
import { errorToWire } from "../../runtime/wire/error-wire.ts";
import { encodeValue, flattenValue } from "../../runtime/wire/value.ts";
import { ChunkFault } from "../chunk/chunk-fault.ts";
import type { ShardKeeper } from "../chunk/shard-keeper.ts";
import { sizeOf } from "../chunk/sizeof.ts";
import { RunTallies } from "./run-tallies.ts";
import { RunningTask, type TaskHost } from "./running-task.ts";
import { Slots } from "./slots.ts";
import type { TaskHooks } from "./task-hooks.ts";
import { TaskRunner } from "./task-runner.ts";
import { withTaskScope } from "./task-scope.ts";
import { TaskSpans } from "./task-spans.ts";
import type { TaskStream } from "./task-stream.ts";
import type { WorkerBrain } from "./worker-brain.ts";

/** A result up to this size goes along with its completion when a client waits for it. */
const INLINE_RESULT_BYTES_MAX = 1024;
export interface ExecutionOptions {
  readonly id: string;
  readonly cluster: string;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly slots: number;
  readonly yieldMs: number;
  readonly functions: "any" | "named";
  /** Where tasks are noted for whoever watches. */
  readonly stream?: TaskStream;
  readonly hooks?: TaskHooks;
  /** Where it is told what tasks take. */
  readonly meter: ActivityMeter;
  yieldThen(run: () => void): void;
}

/** A task that has begun and not ended. */
export interface TaskUnderWay {
  readonly row: number;
  readonly attempt: number;
  /** Since it began. */
  readonly ms: number;
  /** Whether the thread is in its synchronous part. */
  readonly isCurrent: boolean;
}

/** Runs tasks for a worker: synchronous ones in short bursts, asynchronous ones side by side up to the slots. */
export class Execution implements TaskHost {
  private readonly options: ExecutionOptions;
  private readonly brain: WorkerBrain;
  private readonly runner: TaskRunner;
  private readonly shards: ShardKeeper;
  private readonly report: () => void;
  /** Asynchronous tasks under way. */
  private readonly running = new Map<number, RunningTask>();
  private readonly slots: Slots;
  private readonly tallies: RunTallies;
  /** Spans of running tasks, where they are traced. */
  private readonly spans: TaskSpans;
  private phase: "idle" | "scheduled" | "closed" = "idle";
  /** Whose synchronous part the thread is in. */
  private current: RunningTask | undefined;

  /** @param report called when there is something to report that no turn is about to take */
  constructor(options: ExecutionOptions, brain: WorkerBrain, shards: ShardKeeper, report: () => void) {
    this.options = options;
    this.brain = brain;
    this.shards = shards;
    this.spans = new TaskSpans(options);
    this.report = () => {
      this.spans.tell();
      report();
    };
    this.tallies = new RunTallies(options.meter);
    this.runner = new TaskRunner({
      functions: options.functions,
      meter: {
        now: () => options.clock.now(),
        prepared: (activity, layer, call, ms) => {
          this.tallies.of(activity, layer, call).add(ms);
          if (this.current !== undefined) this.current.asideMs += ms;
        },
      },
    });
    this.slots = new Slots(options.slots, (task, takes) => {
      if (task.isOrphan) return;
      brain.out.changeSlot(task.row, brain.rows.attempt(task.row), takes);
      report();
    });
  }

  get id(): string {
    return this.options.id;
  }

  /** Tasks under way; first the one that the thread is in, if it is in one. */
  get underWay(): readonly TaskUnderWay[] {
    const { current, running } = this;
    const now = this.options.clock.now();
    const told = (task: RunningTask): TaskUnderWay => {
      return { row: task.row, attempt: task.fence, ms: now - task.startedMs, isCurrent: task === current };
    };
    return [...(current === undefined ? [] : [current]), ...running.values()].map(told);
  }

  secede(task: RunningTask): void {
    this.slots.secede(task, this.running.get(task.row) === task);
  }

  rejoin(task: RunningTask): Promise<void> {
    return this.slots.rejoin(task);
  }

  note(task: RunningTask, note: { readonly progress?: number; readonly line?: string }): void {
    if (task.isOrphan) return;
    this.brain.out.note(task.row, this.brain.rows.attempt(task.row), note);
    this.report();
  }

  now(): number {
    return this.options.clock.now();
  }

  tally(task: RunningTask, activity: string, ms: number, bytes: number, count: number): void {
    const layer = task.isOrphan ? undefined : this.brain.layers.get(this.brain.rows.batch(task.row)?.layer ?? -1);
    if (layer !== undefined) this.tallies.of(activity, layer, this.callOf(layer, task.row)).add(ms, bytes, count);
  }

  /** Has queued tasks run soon; nothing if none may. */
  wake(): void {
    if (this.phase !== "idle" || this.brain.queued === 0 || this.slots.isFull) return;
    this.phase = "scheduled";
    this.options.yieldThen(() => this.burst());
  }

  /** Tells running tasks to stop: their signal is aborted. A function that does not listen runs on, unheard and without a slot. */
  abort(rows: readonly number[]): void {
    for (const row of rows) {
      const task = this.running.get(row);
      if (task === undefined) continue;
      task.abort();
      this.slots.abandon(task);
    }
  }

  /** Lets go of running functions whose rows are given to other tasks. */
  orphan(rows: readonly number[]): void {
    for (const row of rows) {
      const task = this.running.get(row);
      if (task === undefined) continue;
      task.isOrphan = true;
      this.running.delete(row);
    }
  }

  forgetLayers(ids: readonly number[]): void {
    for (const id of ids) this.runner.forget(id);
  }

  close(): void {
    this.phase = "closed";
    for (const task of this.running.values()) task.abort();
  }

  private burst(): void {
    if (this.phase === "closed") return;
    this.phase = "idle";
    const { clock, yieldMs } = this.options;
    const { queued } = this.brain;
    let started = 0;
    let now = clock.now();
    const until = now + yieldMs;
    while (!this.slots.isFull && now < until) {
      const row = this.brain.takeRunnable();
      if (row < 0) break;
      now = this.start(row, now);
      started += 1;
    }
    // What waits for the disk, or for memory, is woken by these: asking again at once would keep the thread busy for nothing.
    if (started > 0 || this.brain.queued !== queued) this.report();
  }

  /** Runs a task, or its synchronous part; gives the time after it. */
  private start(row: number, startedMs: number): number {
    const { brain } = this;
    const batch = brain.rows.batch(row) as ComputeBatch;
    const at = brain.rows.batchAt(row);
    const inputs: unknown[] = [];
    for (let e = batch.inputOffsets[at] as number; e < (batch.inputOffsets[at + 1] as number); e++)
      inputs.push(brain.chunks.value(batch.inputs[e] as number));
    const task = new RunningTask(this, row, batch.attempts[at] as number, startedMs);
    const definition = brain.layers.get(batch.layer) as LayerDefinition;
    this.options.hooks?.begun(row);
    this.current = task;
    try {
      for (const input of inputs) if (input instanceof ChunkFault) throw input.error;
      const value = this.spans.run(row, definition.name, definition.trace, () =>
        withTaskScope(task, () => this.runner.run(definition, batch, at, inputs)),
      );
      this.current = undefined;
      const now = this.options.clock.now();
      if (value instanceof Promise) this.followUp(row, task, definition, value);
      else if (value instanceof Shards) this.followUp(row, task, definition, this.shards.keep(value));
      else this.finish(task, definition, value, now);
      return now;
    } catch (error) {
      this.current = undefined;
      const now = this.options.clock.now();
      this.fail(task, definition, error, now);
      return now;
    }
  }

  private followUp(row: number, task: RunningTask, definition: LayerDefinition, promise: Promise<unknown>): void {
    const { clock } = this.options;
    this.running.set(row, task);
    this.slots.enter(task);
    const timeoutMs = definition.annotations?.timeoutMs;
    const timer =
      timeoutMs === undefined
        ? undefined
        : clock.setTimer(timeoutMs, () => settle(() => this.overrun(task, definition, timeoutMs)));
    let isSettled = false;
    const settle = (outcome: () => void): void => {
      if (isSettled || this.phase === "closed") return;
      isSettled = true;
      if (timer !== undefined) clock.clearTimer(timer);
      this.slots.leave(task);
      if (task.isOrphan) this.brain.orphanEnded();
      else {
        this.running.delete(row);
        outcome();
      }
      this.report();
    };
    const finish = (value: unknown): void => {
      if (value instanceof Shards) this.shards.keep(value).then(finish, fail);
      else settle(() => this.finish(task, definition, value, clock.now()));
      if (value instanceof ShardSet) this.shards.watch(value, row);
    };
    const fail = (error: unknown): void => settle(() => this.fail(task, definition, error, clock.now()));
    promise.then(finish, fail);
  }

  private overrun(task: RunningTask, definition: LayerDefinition, timeoutMs: number): void {
    const details = { taskTimeoutMs: timeoutMs };
    const error = new TimeoutError(`The task took longer than the ${timeoutMs} ms it was given`, details);
    task.abort(error);
    this.fail(task, definition, error, this.options.clock.now());
  }

  private fail(task: RunningTask, definition: LayerDefinition, error: unknown, endMs: number): void {
    const { row, startedMs: startMs } = task;
    this.tallies.failed(definition, this.callOf(definition, row), endMs - startMs - task.asideMs);
    const { stream, hooks } = this.options;
    this.spans.end(row, error);
    hooks?.ended(row, { error }, endMs - startMs);
    if (stream?.isWatched === true) {
      const { rows } = this.brain;
      const [attempt, call] = [rows.attempt(row), rows.callOf(row)];
      stream.note(definition, { row, attempt, call, startMs, endMs, bytes: 0, failed: true });
    }
    if (error instanceof ShardsLostError) this.brain.inputGone(row, error.lost, this.wireError(error));
    else this.brain.failed(row, this.wireError(error));
  }

  private finish(task: RunningTask, definition: LayerDefinition, value: unknown, endMs: number): void {
    const { row, startedMs: startMs } = task;
    const bytes = sizeOf(value);
    this.tallies.ran(definition, this.callOf(definition, row), endMs - startMs - task.asideMs, bytes);
    const durationUs = (endMs - startMs) * 1000;
    this.spans.end(row);
    const { stream, hooks } = this.options;
    hooks?.ended(row, { value }, endMs - startMs);
    if (stream?.isWatched === true) {
      const { rows } = this.brain;
      // One literal: an object spread into another takes longer than a short task.
      const ran = { row, attempt: rows.attempt(row), call: rows.callOf(row), startMs, endMs, bytes, failed: false };
      stream.note(definition, ran);
    }
    try {
      this.brain.finished(
        row,
        value,
        bytes,
        durationUs,
        this.brain.rows.isWanted(row) ? this.smallResult(value, bytes) : undefined,
      );
    } catch (error) {
      this.brain.failed(row, this.wireError(error));
    }
  }

  /** Which of its layer's calls a task makes, where that says of which kind it is. */
  private callOf({ kinds }: LayerDefinition, row: number): number {
    return kinds === undefined ? 0 : this.brain.rows.callOf(row);
  }

  /** What goes along with the completion: numbers as they are, other small values in the form the bus carries. */
  private smallResult(value: unknown, bytes: number): { value: unknown } | undefined {
    if (this.options.bus.carries === "reference" || typeof value === "number") return { value };
    if (bytes > INLINE_RESULT_BYTES_MAX) return undefined;
    const encoded = flattenValue(encodeValue(value, { shareMemory: false }));
    return encoded.byteLength > INLINE_RESULT_BYTES_MAX ? undefined : { value: new EncodedItem(encoded) };
  }

  private wireError(error: unknown): unknown {
    return this.options.bus.carries === "reference" ? { thrown: error } : errorToWire(error);
  }
}
