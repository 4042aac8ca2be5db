import type { Constraint } from "./ready-queue.ts";
import { hasRoom, mayMake, mayRun, refreshLoad } from "./room.ts";
import type { SchedulerState } from "./scheduler-state.ts";
import { isBeyondCredit } from "./source-credit.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** A row that has inputs; or a source, and whether other rows are to read what it makes. */
export type Makes = "reader" | "read" | "unread";

/** Of more workers than this only so many are compared, others the next time. */
const COMPARED = 12;

/** The workers with room for more, during one placement. */
export class OpenWorkers {
  private readonly state: SchedulerState;
  private readonly list: WorkerRecord[] = [];
  private readonly places = new Map<number, number>();

  constructor(state: SchedulerState) {
    this.state = state;
    const full: number[] = [];
    for (const number of state.loads.roomy) {
      const worker = state.workers[number];
      if (worker?.status !== "running") continue;
      refreshLoad(state, worker);
      if (!hasRoom(state, worker)) full.push(number);
      else this.places.set(number, this.list.push(worker) - 1);
    }
    // They are looked at again when something of theirs has ended.
    for (const number of full) state.loads.roomy.delete(number);
  }

  get size(): number {
    return this.list.length;
  }

  find(holds: (worker: WorkerRecord) => boolean): WorkerRecord | undefined {
    return this.list.find(holds);
  }

  /** It gets no more in this placement. */
  close(worker: WorkerRecord): void {
    const at = this.places.get(worker.number);
    if (at === undefined) return;
    this.places.delete(worker.number);
    const last = this.list.pop() as WorkerRecord;
    if (last === worker) return;
    this.list[at] = last;
    this.places.set(last.number, at);
  }

  /** Closes the one with the least to do, of those that something holds of. */
  closeLeastSent(holds: (worker: WorkerRecord) => boolean): void {
    let least: WorkerRecord | undefined;
    for (const one of this.list)
      if ((least === undefined || one.processing < least.processing) && holds(one)) least = one;
    if (least !== undefined) this.close(least);
  }

  /** The one with the shortest queue that may run what a constraint says; of many, the best of a few. */
  leastBusy(constraint: Constraint | null, makes: Makes): WorkerRecord | undefined {
    const { list, state } = this;
    if (list.length <= COMPARED) return this.best(0, list.length, constraint, makes);
    const from = state.placements++ % list.length;
    // Who is left out of a small sample may be the only one that may run it.
    return (
      this.best(from, COMPARED, constraint, makes) ??
      (constraint === null && makes === "reader" ? undefined : this.best(0, list.length, constraint, makes))
    );
  }

  private best(from: number, count: number, constraint: Constraint | null, makes: Makes): WorkerRecord | undefined {
    const { list } = this;
    let best: WorkerRecord | undefined;
    for (let i = 0; i < count; i++) {
      const one = list[(from + i) % list.length] as WorkerRecord;
      if (best !== undefined && one.queueUs / one.slots >= best.queueUs / best.slots) continue;
      if (makes !== "reader" && !mayMake(one)) continue;
      if (makes === "read" && isBeyondCredit(this.state, one)) continue;
      if (constraint === null || mayRun(this.state, constraint, one)) best = one;
    }
    return best;
  }
}
