import assert from "node:assert/strict";
import { SENT_PER_WORKER_MAX, sentTo } from "../../actors/scheduler/room.ts";
import type { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import { S, type SchedulerState } from "../../actors/scheduler/scheduler-state.ts";
import { isBeyondCredit, isReadSource } from "../../actors/scheduler/source-credit.ts";
import { MEMORY_SHARES } from "../../actors/worker/memory-gauge.ts";
import type { WorkerBrain } from "../../actors/worker/worker-brain.ts";

export interface MemoryOfWorker {
  readonly brain: WorkerBrain;
  /** What it may use of memory, before a disk that takes all the rest; undefined where it is not short of it or the disk is unsound. */
  readonly soundLimitBytes: number | undefined;
}

/**
 * Invariant G13 (scheduling.md, 8.4): what is managed has a bound, and so has every queue. Between turns it is a matter of credit: nothing more is made
 * where more lies on the disk than in memory, as long as those get on that read it. Steals are left out: the thief has nothing to do, and the row's
 * turn came where it was.
 */

/** The end of a turn, with a look at whom it has sent what. @throws AssertionError if a source went where there is no credit */
export function withinCredit(brain: SchedulerBrain, endTurn: () => void): void {
  const { state } = brain;
  const beyond = [...state.workerByName.values()].filter((worker) => isBeyondCredit(state, worker));
  const stolen = new Set(state.claims.map(({ row }) => row));
  const before = state.attempts;
  endTurn();
  for (const worker of state.workerByName.values())
    assert.ok(
      sentTo(worker) <= SENT_PER_WORKER_MAX,
      `G13: ${sentTo(worker)} rows are with ${worker.id} that take a slot, or will`,
    );
  if (beyond.length === 0) return;
  const numbers = new Set(beyond.filter((worker) => isBeyondCredit(state, worker)).map(({ number }) => number));
  for (const row of newlySent(state, before)) {
    const { id } = state.worker(state.tasks.worker[row] as number);
    const isWithin =
      !numbers.has(state.tasks.worker[row] as number) ||
      stolen.has(row) ||
      // It runs alone, to find out who ends workers.
      state.tasks.kills[row] !== 0 ||
      !isReadSource(state, row);
    assert.ok(isWithin, `G13: the source ${row} was sent to ${id}, which has no credit left`);
  }
}

function* newlySent(state: SchedulerState, before: number): Generator<number> {
  const { tasks } = state;
  for (const slab of state.slabs.values())
    for (let row = slab.base; row < slab.base + slab.count; row++)
      if (tasks.state[row] === S.processing && (tasks.attempt[row] as number) > before) yield row;
}

/** At rest, results in memory are within the target wherever the disk takes them. @throws AssertionError */
export function checkManagedBytes(workers: ReadonlyMap<string, MemoryOfWorker>): void {
  const target = MEMORY_SHARES.target as number;
  for (const [id, { brain, soundLimitBytes }] of workers) {
    if (soundLimitBytes === undefined) continue;
    const { residentBytes } = brain.chunks.store;
    assert.ok(
      residentBytes <= target * soundLimitBytes,
      `G13: ${residentBytes} bytes of results are in the memory of ${id}, of ${soundLimitBytes} that it may use, though its disk takes them`,
    );
  }
}
