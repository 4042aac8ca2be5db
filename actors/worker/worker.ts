import type { Actor, ActorContext, ActorSpec, Envelope, Question } from "../../runtime/actor/actor.ts";
import type { BindChart } from "../../runtime/actor/bound-chart.ts";
import type { Doubts } from "../../runtime/actor/doubts.ts";
import { ActivityMeter } from "../../runtime/base/activity-meter.ts";
import type { Clock } from "../../runtime/base/clock.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import type { Bus } from "../../runtime/bus/bus.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import type { HeartbeatMessage, ToWorker } from "../../runtime/protocol/scheduler-worker.ts";
import { columnOf } from "../../runtime/protocol/value-column.ts";
import { encodeValue, flattenValue } from "../../runtime/wire/value.ts";
import { chunkPart, chunkReport } from "../chunk/chunk-report.ts";
import type { ChunkStore } from "../chunk/chunk-store.ts";
import { MemoryChunkStore } from "../chunk/memory-chunk-store.ts";
import { ShardKeeper } from "../chunk/shard-keeper.ts";
import type { SpillDisk } from "../chunk/spill-disk.ts";
import type { Windows } from "../chunk/windows.ts";
import type { ByteRange } from "../task/task-question.ts";
import { ChunkDoor } from "./chunk-door.ts";
import type { ConnectionLimits } from "./connection-limits.ts";
import { Execution } from "./execution.ts";
import { MEASURE_MS, MemoryWatch, unlimited, type WorkerMemory } from "./memory-watch.ts";
import { PeerSignals } from "./peer-signals.ts";
import { ReportPace } from "./report-pace.ts";
import { ShardDoor } from "./shard-door.ts";
import { StealDoor } from "./steal-door.ts";
import type { TaskHooks } from "./task-hooks.ts";
import type { TaskStream } from "./task-stream.ts";
import { WorkerBrain } from "./worker-brain.ts";
import type { WorkerEvent } from "./worker-event.ts";
import type { WorkerHits } from "./worker-states.ts";

/** What the scheduler hands on for whoever asks for a chunk. */
interface ChunkAsked {
  readonly type: string;
  readonly key: string;
  readonly row: number;
  readonly attempt: number;
  readonly range?: ByteRange;
}

/** How a scheduler sends a worker away: it will not have it, or it may go. */
export interface WorkerDismissal {
  readonly kind: "refused" | "dismissed";
  readonly reason: string;
}

export interface WorkerActorOptions {
  readonly cluster: string;
  readonly id: string;
  readonly incarnation: number;
  /** Tasks at a time: asynchronous ones overlap up to this. */
  readonly slots: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly version: string;
  readonly pid: number;
  readonly host: string;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly heartbeatMs: number;
  /** How long functions may run before the thread is given back to messages. */
  readonly yieldMs: number;
  readonly functions: "any" | "named";
  /** Where shards go that memory has no room for. */
  readonly shardDisk: SpillDisk;
  /** Bytes of shards in memory before the oldest go to disk. */
  readonly shardBytesMax: number;
  /** Memory shared with other processes of this host, if there is any. */
  readonly windows?: Windows | undefined;
  /** Where tasks and transfers are noted for whoever watches. */
  readonly stream?: TaskStream;
  /** Where time and bytes go; whoever opens its memory gives it the same. */
  readonly meter?: ActivityMeter;
  /** Told of its tasks, where it runs in the thread of whoever listens. */
  readonly hooks?: TaskHooks;
  readonly connections?: ConnectionLimits | undefined;
  /** What it may use of memory; default: all there is. */
  readonly memory?: WorkerMemory | undefined;
  /** Results smaller than this stay in memory; default 1 KiB. */
  readonly storedBytesMin?: number;
  rssBytes(): number;
  /** Has a function run after messages and I/O had their turn. */
  yieldThen(run: () => void): void;
  /** Counts the pairs of its charts that were walked. */
  readonly hits?: WorkerHits;
  /** How that chart is run; compiled, if nothing is said. */
  readonly bind?: BindChart;
  /** Where steps that must never happen are noted, so that the session begins anew; without it they throw. */
  readonly doubts?: Doubts;
  /** The scheduler wants it gone, or will not have it. */
  onEnd?(end: WorkerDismissal): void;
  onBrain?(brain: WorkerBrain): void;
  /** For those who look at the thread: what runs in it. */
  onExecution?(execution: Pick<Execution, "underWay">): void;
}

const TICK = { type: "tick" } as const;
const STEPPED = { type: "stepped" } as const;
const MEASURE = { type: "measure" } as const;

/**
 * A worker: an actor around its brain, wholly in one thread. Between turns it runs functions for a few milliseconds at a
 * time; what they gave is reported in one frame at the next turn's end.
 */
export function workerActor(options: WorkerActorOptions): ActorSpec {
  return {
    address: clusterSubjects(options.cluster).worker(options.id),
    make: (context) => new Worker(options, context),
    mailbox: { capacity: 1 << 20 },
    supervision: { onCrash: "escalate" },
  };
}

class Worker implements Actor {
  private readonly options: WorkerActorOptions;
  private readonly context: ActorContext;
  private readonly brain: WorkerBrain;
  private readonly execution: Execution;
  private readonly door: ChunkDoor;
  private readonly memory: MemoryWatch;
  private readonly shards: ShardKeeper;
  private readonly meter: ActivityMeter;
  private readonly stealDoor: StealDoor;
  private readonly pace: ReportPace;
  private readonly scheduler: string;
  private session: { readonly state: "joining" | "joined"; readonly join: number; readonly sinceMs: number };

  constructor(options: WorkerActorOptions, context: ActorContext) {
    this.options = options;
    this.context = context;
    const subjects = clusterSubjects(options.cluster);
    this.scheduler = subjects.scheduler;
    const encodeSmall = (value: unknown): Uint8Array => flattenValue(encodeValue(value, { shareMemory: false }));
    const memory = options.memory ?? unlimited(new MemoryChunkStore());
    this.memory = new MemoryWatch(memory, options.clock, options.rssBytes);
    const { gauge } = this.memory;
    const { store } = memory;
    const bind = options.doubts?.bind ?? options.bind;
    const charts = bind === undefined ? {} : { bind };
    this.brain = new WorkerBrain(options.id, (items) => columnOf(items, encodeSmall), {
      ...options,
      ...charts,
      store,
      gauge,
    });
    const wake = (): void => context.tell(context.address, STEPPED);
    this.meter = options.meter ?? new ActivityMeter(() => context.now());
    const metered = { ...options, meter: this.meter };
    this.shards = new ShardKeeper({
      home: options.id,
      life: options.incarnation,
      disk: options.shardDisk,
      bytesMax: options.shardBytesMax,
      meter: this.meter,
    });
    this.execution = new Execution(metered, this.brain, this.shards, wake);
    // Within a process a frame costs nothing.
    this.pace = new ReportPace(options.bus.carries === "bytes" ? options.yieldMs : 0, {
      now: () => context.now(),
      wakeAfter: (delayMs) => void context.after(delayMs, STEPPED),
      afterDue: (run) =>
        options.yieldThen(() => {
          run();
          wake();
        }),
    });
    this.brain.stealing.self = options;
    this.stealDoor = new StealDoor(options, this.brain, wake);
    const peers = new PeerSignals();
    const shards = new ShardDoor(metered, this.shards, peers);
    this.door = new ChunkDoor(metered, { brain: this.brain, shards, peers, stealing: this.stealDoor }, wake);
    this.follow(store, wake);
    options.onBrain?.(this.brain);
    options.onExecution?.(this.execution);
    this.session = { state: "joining", join: 0, sinceMs: 0 };
    context.after(0, TICK);
    if (this.memory.measures) context.after(0, MEASURE);
  }

  receive(batch: readonly Envelope[]): void {
    for (const envelope of batch) this.take(envelope);
    // What it has is the truth about it; what it was told may not be.
    if ((this.options.doubts?.take().length ?? 0) > 0 && this.session.state === "joined") this.join();
    this.execution.abort(this.brain.out.aborts.splice(0));
    this.execution.orphan(this.brain.out.orphans.splice(0));
    this.execution.forgetLayers(this.brain.out.forgottenLayers.splice(0));
    this.brain.endTurn();
    if (this.shards.size > 0) this.shards.sweep((row) => this.brain.rows.value(row));
    for (const request of this.brain.out.fetches.splice(0)) this.door.fetch(request);
    this.stealDoor.send(this.brain.out);
    this.report();
    if (this.session.state === "joined" && (this.memory.hasNews || this.brain.parked.isAsked)) this.tellState();
    this.execution.wake();
  }

  private report(): void {
    const { out, queued, executing } = this.brain;
    if (this.pace.holds(out, queued, executing)) return;
    for (const report of out.takeReports()) this.context.tell(this.scheduler, report);
  }

  /** The link has a gap now; the scheduler will see it and ask for a fresh start. */
  undelivered(): void {}

  stopped(): void {
    this.execution.close();
    this.door.close();
    void this.shards.close();
    this.stealDoor.close();
    void this.brain.chunks.store.close();
  }

  /** What becomes of chunks on disk comes into the brain. */
  private follow(store: ChunkStore, wake: () => void): void {
    const tell = (event: WorkerEvent): void => {
      this.brain.step(event);
      wake();
    };
    store.onChange({
      returned: (row) => tell({ kind: "returned", row }),
      lost: (row) => tell({ kind: "lost", row }),
      relieved: wake,
    });
  }

  private take({ message, from, link, question }: Envelope): void {
    if (question !== undefined) {
      this.answer(question, message as { type?: string; key?: string; row?: number; attempt?: number });
      return;
    }
    const { type } = message as { type: string };
    if (type === "tick") return this.tick();
    if (type === "measure") {
      this.shards.press(this.memory.measure());
      this.context.after(MEASURE_MS, MEASURE);
      return;
    }
    if (type === "stepped") return;
    if (from !== this.scheduler) return;
    // A link that begins without the welcome is another scheduler's, or a former one's whose word came late.
    if ((link === "gap" || link === "begun") && this.session.state === "joined") this.join();
    this.fromScheduler(message as ToWorker);
  }

  private answer(question: Question, asked: Partial<ChunkAsked>): void {
    const { rows, layers } = this.brain;
    const known = { worker: this.options.id, rows: rows.size, layers: layers.size };
    if (asked.type === "state") return question.answer({ ...known, ...this.state() });
    if (asked.type !== "chunk")
      return question.fail(
        new ShoalError(`A worker does not answer "${String(asked.type)}"; ask state`, { code: "NOT_SUPPORTED" }),
      );
    const { key = "", row = -1, attempt = -1, range } = asked;
    if (this.brain.holds(row, attempt)) void this.answerChunk(question, key, row, range);
    else question.fail(this.hasLeft(key));
  }

  private async answerChunk(question: Question, key: string, row: number, range?: ByteRange): Promise<void> {
    try {
      const value = await this.brain.chunks.load(row);
      question.answer(range === undefined ? chunkReport(key, value) : chunkPart(key, value, range));
    } catch {
      question.fail(this.hasLeft(key));
    }
  }

  private hasLeft(key: string): ShoalError {
    return new ShoalError(`The chunk of ${key} has just left ${this.options.id}; ask again`, {
      code: "UNKNOWN_KEY",
      retryable: true,
    });
  }

  private fromScheduler(message: ToWorker): void {
    if (message.type === "refused" || message.type === "shutdown") {
      const kind = message.type === "refused" ? "refused" : "dismissed";
      this.options.onEnd?.({ kind, reason: message.reason });
      return;
    }
    if (message.type === "gone") {
      for (const peer of message.workers) this.door.abandon(peer);
      return;
    }
    if (message.type === "resync") {
      if (this.session.state === "joined") this.join();
      return;
    }
    if (message.type === "welcome") {
      if (message.join !== this.session.join || message.incarnation !== this.options.incarnation) return;
      this.session = { ...this.session, state: "joined" };
    }
    // Between a broken link and the welcome, what arrives speaks of a state that is about to be reconciled.
    if (this.session.state === "joined") this.brain.step({ kind: "message", message });
  }

  /** Begins a fresh session: who it is, and all it has. */
  private join(): void {
    const { id, incarnation, slots, resources, version, pid, host } = this.options;
    const join = this.session.join + 1;
    this.meter.tellAnew();
    this.session = { state: "joining", join, sinceMs: this.context.now() };
    this.context.beginAnew(this.scheduler);
    this.context.tell(this.scheduler, {
      type: "join",
      join,
      worker: id,
      incarnation,
      slots,
      resources,
      version,
      pid,
      host,
    });
    this.context.tell(this.scheduler, this.brain.inventory());
  }

  private tick(): void {
    const { heartbeatMs } = this.options;
    this.context.after(heartbeatMs, TICK);
    this.brain.parked.beat();
    this.brain.step({ kind: "steal", event: { type: "beat" } });
    if (this.session.state === "joining") {
      if (this.session.join === 0 || this.context.now() - this.session.sinceMs >= heartbeatMs) this.join();
      return;
    }
    this.tellState();
  }

  private tellState(): void {
    this.memory.noteTold();
    this.context.tell(this.scheduler, { type: "heartbeat", ...this.state(), activities: this.meter.news() });
  }

  private state(): Omit<HeartbeatMessage, "type" | "activities"> {
    const { executing, queued, chunks, gauge } = this.brain;
    const parked = this.brain.parked.tell();
    // Shards are results too, though no row has them.
    const { memoryBytes, storedBytes } = this.shards.ledger;
    const managedBytes = this.brain.managedBytes + memoryBytes + storedBytes;
    const spilledBytes = chunks.store.spilledBytes + storedBytes;
    const { diskError } = chunks.store.stats();
    const rssBytes = this.options.rssBytes();
    return { managedBytes, spilledBytes, rssBytes, pressure: gauge.pressure, diskError, executing, queued, parked };
  }
}
