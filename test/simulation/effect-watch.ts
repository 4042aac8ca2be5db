import { FLAG, S, type SchedulerState } from "../../actors/scheduler/scheduler-state.ts";

/**
 * What tasks do that may act on the world but once: each attempt begins at most once, what is taken for done is the run with the
 * greatest token that began, and nothing is to run again after its effect was had.
 */
export class EffectWatch {
  private readonly begun = new Set<string>();
  /** The greatest token under which each task began. */
  private readonly greatest = new Map<string, number>();
  /** Tasks whose result a scheduler has had, by scheduler, slab and row. */
  private readonly had = new Set<string>();
  private readonly names: ReadonlySet<string>;

  /** @param names layers whose tasks are such */
  constructor(names: ReadonlySet<string>) {
    this.names = names;
  }

  /** A run begins, with a fencing token. @throws Error if a run with this token began before */
  begin(task: string, fence: number): void {
    if (!this.names.has(task.slice(0, task.lastIndexOf(":")))) return;
    const run = `${task} ${fence}`;
    if (this.begun.has(run)) throw new Error(`${task} acts twice under the token ${fence}`);
    this.begun.add(run);
    this.greatest.set(task, Math.max(fence, this.greatest.get(task) ?? 0));
  }

  /** After a turn of the scheduler. @throws Error if a task is to run, or runs, though its effect was had */
  look({ epoch, slabs, tasks, chart, attempts }: SchedulerState): void {
    if (this.names.size === 0) return;
    for (const slab of slabs.values())
      slab.layers.forEach(({ layer }, at) => {
        if (!this.names.has(layer.name)) return;
        for (
          let row = slab.base + (slab.bases[at] as number);
          row < slab.base + (slab.bases[at + 1] as number);
          row++
        ) {
          const now = tasks.state[row] as number;
          const life = `${epoch} ${slab.id} ${row}`;
          if (now === S.memory && !this.had.has(life)) {
            this.had.add(life);
            this.checkToken(
              `${layer.name}:${row - slab.base - (slab.bases[at] as number)}`,
              tasks.attempt[row] as number,
              attempts,
            );
          }
          // The flag is what a scheduler knows from the one before.
          const wasHad = this.had.has(life) || ((tasks.flags[row] as number) & FLAG.pure) !== 0;
          if (wasHad && RUNS_AGAIN.has(now))
            throw new Error(`row ${row} of ${layer.name} is ${chart.chart.states[now]} though its effect was had`);
        }
      });
  }

  /** A store that refuses what comes under a lesser token than it has seen must hold what the run wrote whose result is kept. */
  private checkToken(task: string, attempt: number, attempts: number): void {
    const greatest = this.greatest.get(task) ?? 0;
    // A worker that has the result is not to run it again: it says so, under the attempt that it was told.
    // Who has been deposed, and has not heard of it, does not know of later runs; nobody hears it either.
    if (attempt < greatest && greatest <= attempts)
      throw new Error(`${task} is done by ${attempt}, though a run began under ${greatest}`);
  }
}

const RUNS_AGAIN: ReadonlySet<number> = new Set([S.waiting, S.ready, S.assigned, S.processing, S.racing, S.resting]);
