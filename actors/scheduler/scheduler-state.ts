import { type BindChart, type BoundChart, bindChart } from "../../runtime/actor/bound-chart.ts";
import { compileChart } from "../../runtime/actor/chart.ts";
import { InvariantError } from "../../runtime/base/errors.ts";
import { hungerMachine } from "../task/hunger-chart.ts";
import { schedulerTaskMachine } from "../task/scheduler-task-chart.ts";
import type { ClientRecord } from "./client-record.ts";
import { ClusterActivities } from "./cluster-activities.ts";
import { ClusterLog } from "./cluster-log.ts";
import { DepartureTable } from "./departure-table.ts";
import { Estimates } from "./estimates.ts";
import type { Happenings } from "./happenings.ts";
import { KeptCounts } from "./kept-counts.ts";
import { type Ledger, NO_LEDGER } from "./ledger.ts";
import { membershipMachine } from "./membership-chart.ts";
import { Outbox } from "./outbox.ts";
import { RaceTable } from "./race-table.ts";
import { Readers } from "./readers.ts";
import type { ReadyQueue } from "./ready-queue.ts";
import { ReadyQueues } from "./ready-queue.ts";
import { ReplicaTable } from "./replica-table.ts";
import { Rests } from "./rests.ts";
import { type CacheLimits, ResultCache } from "./result-cache.ts";
import type { Slab } from "./slab.ts";
import { StealFigures } from "./steal-figures.ts";
import { TaskColumns } from "./task-columns.ts";
import { TaskNotes } from "./task-notes.ts";
import { TransferRate } from "./transfer-rate.ts";
import { packStep, TransitionLog } from "./transition-log.ts";
import { TurnTotals } from "./turn-totals.ts";
import { WantList } from "./want-list.ts";
import { WorkSpans } from "./work-spans.ts";
import { WorkerLoads } from "./worker-loads.ts";
import type { WorkerRecord } from "./worker-record.ts";

export const schedulerTaskChart = compileChart(schedulerTaskMachine);
export const hungerChart = compileChart(hungerMachine);
export const membershipChart = compileChart(membershipMachine);
const chart = schedulerTaskChart;

/** Numbers of the chart's states. */
export const S = {
  released: chart.stateId("released"),
  waiting: chart.stateId("waiting"),
  ready: chart.stateId("ready"),
  assigned: chart.stateId("assigned"),
  processing: chart.stateId("processing"),
  racing: chart.stateId("racing"),
  resting: chart.stateId("resting"),
  memory: chart.stateId("memory"),
  erred: chart.stateId("erred"),
  forgotten: chart.stateId("forgotten"),
} as const;

/** Numbers of the chart's events. */
export const E = chart.eventIds;

/** Bits of the flags column. */
export const FLAG = {
  /** Someone watches it from outside: every change of state is told. */
  watched: 1,
  /** It was scattered, or has had its effect: it is not made again. */
  pure: 2,
  /** The result exists only on the worker that made it: others hold handles, which end with it. */
  located: 4,
  /** The cache keeps it in memory. */
  cached: 8,
} as const;

/** A task that a victim gave away, until the turn ends. */
export interface StealClaim {
  readonly row: number;
  /** The victim's. */
  readonly attempt: number;
  readonly victim: string;
  readonly thief: string;
  readonly incarnation: number;
}

/** A failure, shared by a task and all the tasks it takes with it. */
export interface TaskFailure {
  /** Encoded by the worker, or a live error within a process. */
  readonly error: unknown;
  /** The row that failed by itself. */
  readonly origin: number;
}

export interface SchedulerOptions {
  /** A worker may die this often while it runs a task before the task is given up. */
  readonly allowedFailures: number;
  /** Work a worker is sent ahead, in microseconds of estimated run time, beyond one task per slot. */
  readonly prefillUs: number;
  /** A client that is silent for longer loses its wants. */
  readonly clientLeaseMs: number;
  /** A worker that is silent for longer is taken for dead. */
  readonly workerLeaseMs: number;
  /** Whether a task that acts on nothing may run on two workers at a time where it takes too long; default: where it says so. */
  readonly speculate?: boolean | undefined;
  /** Rows of a submission that are taken in within a turn, or of a former client let go of; what is left is done in the next. */
  readonly intakeRows?: number | undefined;
  /** Tasks that no worker may run fail when they have waited so long for one; default: never. */
  readonly noWorkersTimeoutMs?: number | undefined;
  /** Tasks of one client that may be known at once; more are declined. Default: no limit. */
  readonly tasksPerClientMax?: number | undefined;
  /** Which results stay that nobody asks for any more; default: none. */
  readonly cache?: CacheLimits | undefined;
}

/** An epoch is a time in milliseconds: as long as a scheduler assigns fewer tasks a millisecond, attempts of two never meet. */
const ATTEMPTS_PER_EPOCH = 1024;

/** Those that a scheduler assigns are greater, those of all before it are not. */
export const firstAttemptOf = (epoch: number): number => epoch * ATTEMPTS_PER_EPOCH;

/** Counts of the pairs of its charts that a scheduler walked. */
export interface SchedulerHits {
  readonly task: Uint32Array;
  readonly hunger: Uint32Array;
  readonly membership: Uint32Array;
}

/** All that the scheduler knows. One owner: the brain; changed in place. */
export class SchedulerState {
  readonly epoch: number;
  /** The epoch of the first scheduler of the line: row numbers are its. Another one only where a journal was taken over. */
  lineage: number;
  readonly options: SchedulerOptions;
  /** What is written down for the next of the line. */
  ledger: Ledger = NO_LEDGER;
  /** "recovering": a journal was read and workers have yet to say what they have: nothing is needed until then. */
  phase: "leading" | "recovering" = "leading";
  readonly tasks = new TaskColumns();
  readonly slabs = new Map<number, Slab>();
  readonly wants = new WantList();
  readonly queues = new ReadyQueues();
  readonly estimates = new Estimates();
  readonly workers: (WorkerRecord | undefined)[] = [];
  readonly loads = new WorkerLoads();
  readonly workerByName = new Map<string, WorkerRecord>();
  readonly clients = new Map<string, ClientRecord>();
  /** Clients whose submissions are being taken in, the one that has waited longest first. */
  readonly intakes = new Set<ClientRecord>();
  /** Clients that are gone, and whose wants are being let go of. */
  readonly departures = new DepartureTable();
  readonly clientByNumber: (ClientRecord | undefined)[] = [];
  /** Layers by name, for work that is submitted twice: where its rows begin. */
  readonly layers = new Map<string, { readonly slab: number; readonly base: number; readonly count: number }>();
  /** Rows of tasks with keys of the user's. */
  readonly keyRows = new Map<string, number>();
  /** Further holders of results beyond the one in the worker column. */
  readonly moreHolders = new Map<number, number[]>();
  /** Dependents in later slabs. */
  readonly laterDependents = new Map<number, number[]>();
  readonly failures = new Map<number, TaskFailure>();
  /** Tickets of scattered rows whose holder has not said that it adopted them. */
  readonly tickets = new Map<number, string>();
  readonly out = new Outbox();
  /** Assigned so far: the next attempt is one more. */
  attempts: number;
  generations = 0;
  /** What the client that was served last had been served by then. */
  servedUs = 0;
  /** Choices among many workers so far: each looks at others. */
  placements = 0;
  nextSlab = 1;
  nextLayer = 1;
  /** Transitions so far, by target state: the figures of progress. */
  readonly entered = new Float64Array(chart.states.length);
  readonly chart: BoundChart;
  /** The shell's clock at the last step. */
  nowMs = 0;
  readonly log = new ClusterLog();
  readonly steals = new StealFigures();
  readonly spans = new WorkSpans();
  readonly activities = new ClusterActivities();
  readonly transferRate = new TransferRate();
  /** Tasks that were given away in this turn. */
  readonly claims: StealClaim[] = [];
  /** Spans of submissions that are traced, by slab. */
  readonly traces = new Map<number, string>();
  readonly turns = new TurnTotals();
  /** Kept while somebody watches; see {@link watchTransitions}. */
  transitions: TransitionLog | undefined;
  /** Rows by state, of each layer; likewise. */
  layerCounts: KeptCounts | undefined;
  /** Noted while there are plugins, which hear of it after the turn. */
  happenings: Happenings | undefined;
  readonly hunger: BoundChart;
  readonly membership: BoundChart;
  /** Rows whose dependents might be sent ahead, by worker. */
  readonly lookahead = new Map<number, number[]>();
  /** Running rows that gave their slot up. */
  readonly seceded = new Set<number>();
  readonly notes = new TaskNotes();
  readonly rests = new Rests();
  readonly races = new RaceTable();
  /** How those get on that read results. */
  readonly readers = new Readers();
  /** Queues whose rows no worker may run, and since when. */
  unrunnable = new Map<ReadyQueue, number>();
  /** When that was found out. */
  unrunnableMs = Number.NEGATIVE_INFINITY;
  /** What was said to be lacking, and still is. */
  readonly lacksSaid = new Set<string>();
  /** What is to change about where results lie, and who leaves. */
  readonly replicas = new ReplicaTable();
  /** What stays of results that nobody asks for any more; undefined while nothing does. */
  cache: ResultCache | undefined;
  /** Ready rows that were on a worker when it died: each runs alone, so that the next death has one suspect. */
  readonly quarantine = new Set<number>();
  /** Rows whose priority was changed one by one. */
  readonly movedQueues = new Map<number, ReadyQueue>();
  /** Slabs that fell idle in this turn. */
  readonly idleSlabs: number[] = [];

  private lastSlab: Slab | undefined;

  constructor(epoch: number, options: SchedulerOptions, hits?: SchedulerHits, bind: BindChart = bindChart) {
    this.epoch = epoch;
    this.lineage = epoch;
    this.options = options;
    this.attempts = firstAttemptOf(epoch);
    this.cache = options.cache && new ResultCache(options.cache);
    this.chart = bind(chart, {
      actions: {
        enqueue: (row) => (this.tasks.kills[row] === 0 ? this.queueOf(row).add(row) : this.quarantine.add(row)),
        dequeue: (row) => (this.tasks.kills[row] === 0 ? this.queueOf(row).remove(row) : this.quarantine.delete(row)),
      },
      hits: hits?.task,
    });
    this.hunger = bind(hungerChart, { hits: hits?.hunger });
    this.membership = bind(membershipChart, { hits: hits?.membership });
  }

  /** Walks the chart for a row. */
  move(row: number, event: number): number {
    const before = this.tasks.state[row] as number;
    const after = this.chart.advance(this.tasks.state, row, event);
    if (after !== before) {
      this.entered[after] = (this.entered[after] as number) + 1;
      if (after === S.erred || before === S.erred) this.ledger.failureChanged(row);
      if (((this.tasks.flags[row] as number) & FLAG.watched) !== 0) this.out.watched.push(row, after);
      if (this.transitions !== undefined) {
        this.transitions.note(row, packStep(before, event, after), this.tasks.worker[row] as number, this.nowMs);
        this.layerCounts?.touch(row);
      }
      if (this.happenings?.withTransitions === true) this.noteTransition(row, before, after);
    }
    return after;
  }

  private noteTransition(row: number, before: number, after: number): void {
    const slab = this.slabs.get(this.tasks.slab[row] as number);
    if (slab === undefined) return;
    const { states } = this.chart.chart;
    const worker = this.workers[this.tasks.worker[row] as number]?.id;
    this.happenings?.events.push({
      kind: "transition",
      key: slab.keyOf(row),
      from: states[before] as string,
      to: states[after] as string,
      worker,
    });
  }

  /** Whether transitions are kept, for the stories of tasks, and counts, for the figures of all. */
  watchTransitions(isWatched: boolean): void {
    if (!isWatched) this.transitions = this.layerCounts = undefined;
    else {
      this.transitions ??= new TransitionLog();
      this.layerCounts ??= new KeptCounts();
    }
  }

  /** At the end of a turn: what will be full soon grows a little. */
  growAhead(): void {
    this.tasks.growAhead();
    this.wants.growAhead();
  }

  slabOf(row: number): Slab {
    const id = this.tasks.slab[row] as number;
    // Neighbours are asked for one after another.
    if (this.lastSlab?.id === id) return this.lastSlab;
    const slab = this.slabs.get(id);
    if (slab === undefined) throw new InvariantError(`row ${row} belongs to no slab`);
    this.lastSlab = slab;
    return slab;
  }

  forgetSlab(id: number): void {
    this.slabs.delete(id);
    this.traces.delete(id);
    if (this.lastSlab?.id === id) this.lastSlab = undefined;
  }

  queueOf(row: number): ReadyQueue {
    const moved = this.movedQueues.size === 0 ? undefined : this.movedQueues.get(row);
    if (moved !== undefined) return moved;
    const slab = this.slabOf(row);
    return slab.queues.length === 1
      ? (slab.queues[0] as ReadyQueue)
      : (slab.queues[slab.queueOfLayer[slab.layerAt(row)] as number] as ReadyQueue);
  }

  worker(number: number): WorkerRecord {
    const worker = this.workers[number];
    if (worker === undefined) throw new InvariantError(`worker number ${number} is not known`);
    return worker;
  }

  /** A number never given before, by this scheduler or an earlier one. */
  nextAttempt(): number {
    this.attempts += 1;
    return this.attempts;
  }

  /** Every worker that holds a row's result. */
  holdersOf(row: number): number[] {
    if (this.tasks.state[row] !== S.memory) return [];
    return [this.tasks.worker[row] as number, ...(this.moreHolders.get(row) ?? [])];
  }
}
