import type { SchedulerState } from "../../actors/scheduler/scheduler-state.ts";

/** Which tasks ran on two workers at a time because the scheduler wished it, and where. */
export class RaceWatch {
  private readonly workers = new Map<string, Set<string>>();
  private readonly attempts = new Map<string, Set<number>>();

  /** After a turn of the scheduler: a copy that it wished for has begun nowhere yet. */
  look({ races, tasks, slabs, workers }: SchedulerState): void {
    for (const [row, copy] of races.copies) {
      const slab = slabs.get(tasks.slab[row] as number);
      const layer = slab?.layers[slab.layerAt(row)];
      if (slab === undefined || layer === undefined) continue;
      const task = `${layer.layer.name}:${row - slab.base - (slab.bases[slab.layerAt(row)] as number)}`;
      const where = entry(this.workers, task);
      for (const number of [copy.worker, tasks.worker[row] as number]) where.add(workers[number]?.id ?? "");
      entry(this.attempts, task).add(copy.attempt);
    }
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

function entry<T>(sets: Map<string, Set<T>>, task: string): Set<T> {
  let set = sets.get(task);
  if (set === undefined) sets.set(task, (set = new Set()));
  return set;
}
