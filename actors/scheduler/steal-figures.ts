/** What stealing did since the scheduler began. */
export interface ToldSteals {
  readonly hints: number;
  readonly tasksMoved: number;
  /** Given away, and placed anew or taken back meanwhile. */
  readonly tasksReturned: number;
  readonly workers: Readonly<Record<string, { readonly given: number; readonly taken: number }>>;
}

const WORKERS_MAX = 1000;

/** Counts what is stolen, by worker: a few additions for each task that moves. */
export class StealFigures {
  hints = 0;
  private moved = 0;
  private returned = 0;
  private readonly byWorker = new Map<string, { given: number; taken: number }>();

  noteMoved(victim: string, thief: string): void {
    this.moved += 1;
    this.of(victim).given += 1;
    this.of(thief).taken += 1;
  }

  noteReturned(): void {
    this.returned += 1;
  }

  told(): ToldSteals {
    const { hints, moved: tasksMoved, returned: tasksReturned } = this;
    return { hints, tasksMoved, tasksReturned, workers: Object.fromEntries(this.byWorker) };
  }

  private of(worker: string): { given: number; taken: number } {
    let counts = this.byWorker.get(worker);
    if (counts === undefined) {
      // Workers come and go: those that came first are the first to be forgotten.
      if (this.byWorker.size >= WORKERS_MAX) this.byWorker.delete(this.byWorker.keys().next().value as string);
      this.byWorker.set(worker, (counts = { given: 0, taken: 0 }));
    }
    return counts;
  }
}
