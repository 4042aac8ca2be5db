import { eachDependent } from "../../actors/scheduler/needs.ts";
import { mayBeCopied } from "../../actors/scheduler/race-table.ts";
import type { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import type { SchedulerState } from "../../actors/scheduler/scheduler-state.ts";
import type { Annotations } from "../../runtime/graph/layer.ts";

/** Which tasks ran on two workers at a time because the scheduler wished it, and where. */
export class RaceWatch {
  private readonly workers = new Map<string, Set<string>>();
  private readonly attempts = new Map<string, Set<number>>();

  /** Looks from now on that a race counts as won by a copy exactly if the copy was first. */
  watch(brain: SchedulerBrain, fail: (error: Error) => void): void {
    const { races, workerByName } = brain.state;
    const fromWorker = brain["fromWorker"].bind(brain);
    brain["fromWorker"] = (id, incarnation, message, now) => {
      const before = races.won;
      const worker = workerByName.get(id);
      const isHeard = message.type === "finished" && worker?.incarnation === incarnation;
      const isFirst = (row: number, i: number): boolean => {
        const copy = races.copies.get(row);
        return isHeard && copy?.worker === worker.number && copy.attempt === message.attempts[i];
      };
      const first = isHeard ? message.rows.filter(isFirst).length : 0;
      fromWorker(id, incarnation, message, now);
      if (message.type === "finished" && races.won !== before + first)
        fail(new Error(`${first} copies were first on ${id}, and ${races.won - before} count as that`));
    };
  }

  /** After a turn of the scheduler: a copy that it wished for has begun nowhere yet. */
  look(state: SchedulerState): void {
    for (const [row, copy] of state.races.copies) {
      const copied = taskOf(state, row);
      if (copied === undefined) continue;
      const first = state.workers[state.tasks.worker[row] as number]?.id ?? "";
      const where = entry(this.workers, copied.task);
      where.add(state.workers[copy.worker]?.id ?? "").add(first);
      const attempts = entry(this.attempts, copied.task);
      if (attempts.has(copy.attempt)) continue;
      attempts.add(copy.attempt);
      this.lookAhead(state, row, first);
    }
  }

  /** What was sent ahead of the first attempt, and allows copies too, may have begun there before it hears that it is made elsewhere. */
  private lookAhead(state: SchedulerState, row: number, first: string): void {
    eachDependent(state, row, (dependent) => {
      const found = taskOf(state, dependent);
      if (found === undefined || !mayBeCopied(found.annotations, state.options.speculate)) return;
      const where = entry(this.workers, found.task);
      if (where.has(first)) return;
      where.add(first);
      this.lookAhead(state, dependent, first);
    });
  }

  /** Whether a task may run, or may run on when it is unwanted, on a worker while others run it. */
  mayRun(task: string, worker: string): boolean {
    return this.workers.get(task)?.has(worker) === true;
  }

  /** How often a task was copied. */
  copiesOf(task: string): number {
    return this.attempts.get(task)?.size ?? 0;
  }

  get copies(): number {
    return [...this.attempts.values()].reduce((sum, one) => sum + one.size, 0);
  }
}

function taskOf(
  state: SchedulerState,
  row: number,
): { readonly task: string; readonly annotations: Annotations | undefined } | undefined {
  const slab = state.slabs.get(state.tasks.slab[row] as number);
  const at = slab?.layerAt(row) ?? 0;
  const layer = slab?.layers[at]?.layer;
  if (slab === undefined || layer === undefined) return undefined;
  return { task: `${layer.name}:${row - slab.base - (slab.bases[at] as number)}`, annotations: layer.annotations };
}

function entry<T>(sets: Map<string, Set<T>>, task: string): Set<T> {
  let set = sets.get(task);
  if (set === undefined) sets.set(task, (set = new Set()));
  return set;
}
