import type { LackFigures } from "../../runtime/protocol/events.ts";
import { asksOf, noWorkersError } from "./failures.ts";
import { failRow } from "./needs.ts";
import type { Constraint, ReadyQueue } from "./ready-queue.ts";
import { mightRun } from "./room.ts";
import { S, type SchedulerState } from "./scheduler-state.ts";

type UnrunnableQueues = ReadonlyMap<ReadyQueue, readonly number[]>;

/** Where thousands of calls wait in queues of their own, they are reviewed this much more rarely for each. */
const PAUSE_MS_EACH = 0.25;
/** A worker that is started again, or is about to come, is waited for without a word. */
const SAID_AFTER_MS = 5000;
/** What more of them ask for is told together where it is told again and again. */
const TOLD_MAX = 20;

/**
 * Tasks that no worker may run wait for one, which is said once, and fail when none has come for `noWorkersTimeoutMs`.
 * @see https://distributed.dask.org/en/stable/configuration.html (no-workers-timeout)
 */
export function reviewUnrunnable(state: SchedulerState): void {
  const { noWorkersTimeoutMs = Number.POSITIVE_INFINITY } = state.options;
  // A review takes about a microsecond for each of them.
  if (state.nowMs - state.unrunnableMs < state.unrunnable.size * PAUSE_MS_EACH) return;
  state.unrunnableMs = state.nowMs;
  const waiting = new Map<ReadyQueue, number>();
  const queues = unrunnableQueues(state);
  for (const [queue, alone] of queues) {
    const sinceMs = state.unrunnable.get(queue) ?? state.nowMs;
    const waitedMs = state.nowMs - sinceMs;
    if (waitedMs < noWorkersTimeoutMs) waiting.set(queue, sinceMs);
    else failAll(state, queue, alone, waitedMs);
  }
  state.unrunnable = waiting;
  if (waiting.size > 0) say(state, lacksIn(state, queues));
  else if (state.lacksSaid.size > 0) state.lacksSaid.clear();
}

/** What is lacking, that which was lacking first to begin with; as of the last review. */
export const lacksOf = (state: SchedulerState): LackFigures[] =>
  state.unrunnable.size === 0 ? [] : lacksIn(state, unrunnableQueues(state));

function lacksIn(state: SchedulerState, queues: UnrunnableQueues): LackFigures[] {
  const lacks = new Map<string, { -readonly [K in keyof LackFigures]: LackFigures[K] }>();
  for (const [queue, alone] of queues) {
    const sinceMs = state.unrunnable.get(queue);
    if (sinceMs === undefined) continue;
    const asks = asksOf(queue.constraint);
    const waitedMs = state.nowMs - sinceMs;
    let lack = lacks.get(asks);
    if (lack === undefined) {
      const row = alone[0] ?? queue.first();
      lacks.set(asks, (lack = { asks, tasks: 0, waitedMs, example: state.slabOf(row).keyOf(row) }));
    }
    lack.tasks += queue.size + alone.length;
    lack.waitedMs = Math.max(lack.waitedMs, waitedMs);
  }
  return [...lacks.values()].sort((a, b) => b.waitedMs - a.waitedMs);
}

/** The same for those who watch, bounded: calls may ask for thousands of different things. */
export function lackFigures(state: SchedulerState): LackFigures[] {
  const all = lacksOf(state);
  if (all.length <= TOLD_MAX) return all;
  const rest = all.slice(TOLD_MAX - 1);
  const [{ waitedMs, example }] = rest as [LackFigures];
  const tasks = rest.reduce((sum, lack) => sum + lack.tasks, 0);
  return [...all.slice(0, TOLD_MAX - 1), { asks: `${rest.length} other things`, tasks, waitedMs, example }];
}

/** What a ready row asks for that no worker has; null where one might run it. */
export function lackOf(state: SchedulerState, row: number): string | null {
  const { constraint } = state.queueOf(row);
  return state.tasks.state[row] === S.ready && !isRunnable(state, constraint) ? asksOf(constraint) : null;
}

/** Queues whose rows no worker may run, and those of their rows that are to run alone. O(queues): there may be one for every call. */
function unrunnableQueues(state: SchedulerState): UnrunnableQueues {
  const queues = new Map<ReadyQueue, number[]>();
  for (const queue of state.queues.nonEmpty) if (!isRunnable(state, queue.constraint)) queues.set(queue, []);
  for (const row of state.quarantine) {
    const queue = state.queueOf(row);
    const alone = queues.get(queue);
    if (alone !== undefined) alone.push(row);
    else if (!isRunnable(state, queue.constraint)) queues.set(queue, [row]);
  }
  return queues;
}

function isRunnable(state: SchedulerState, constraint: Constraint | null): boolean {
  if (constraint === null) return state.workerByName.size > 0;
  const { workers, allowOtherWorkers } = constraint;
  if (workers === undefined || allowOtherWorkers) {
    for (const worker of state.workerByName.values()) if (mightRun(state, constraint, worker)) return true;
    return false;
  }
  for (const id of workers) {
    const worker = state.workerByName.get(id);
    if (worker !== undefined && mightRun(state, constraint, worker)) return true;
  }
  return false;
}

function failAll(state: SchedulerState, queue: ReadyQueue, alone: readonly number[], waitedMs: number): void {
  const fail = (row: number): void => {
    const error = noWorkersError(state.slabOf(row).keyOf(row), queue.constraint, waitedMs);
    failRow(state, row, { error, origin: row });
  };
  for (let row = queue.first(); row >= 0; row = queue.first()) fail(row);
  for (const row of alone) if (state.tasks.state[row] === S.ready) fail(row);
}

/** Once for all that ask for the same, and again only if there was such a worker meanwhile. */
function say(state: SchedulerState, lacks: readonly LackFigures[]): void {
  const isLacking = new Set(lacks.map(({ asks }) => asks));
  for (const asks of state.lacksSaid) if (!isLacking.has(asks)) state.lacksSaid.delete(asks);
  for (const { asks, tasks, waitedMs, example } of lacks) {
    if (waitedMs < SAID_AFTER_MS || state.lacksSaid.has(asks)) continue;
    state.lacksSaid.add(asks);
    const others = tasks === 1 ? "" : `, as ${tasks === 2 ? "does" : "do"} ${countOf(tasks - 1, "other task")}`;
    const text = `waits for ${asks}${others}, but there is none: start one, or ask for less`;
    state.log.note({ atMs: state.nowMs, level: "warn", about: "task", name: example, text });
  }
}

const countOf = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
