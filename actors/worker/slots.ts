import type { RunningTask } from "./running-task.ts";

/** The slots of a worker: asynchronous tasks take one each, unless they gave it up; those that want one again go before new ones. */
export class Slots {
  private readonly count: number;
  private readonly waiting: { readonly task: RunningTask; readonly resume: () => void }[] = [];
  /** Told when a running task gives its slot up, or has one again. */
  private readonly changed: (task: RunningTask, takes: boolean) => void;
  private taken = 0;

  constructor(count: number, changed: (task: RunningTask, takes: boolean) => void) {
    this.count = count;
    this.changed = changed;
  }

  get isFull(): boolean {
    return this.taken >= this.count;
  }

  /** A task goes on asynchronously. */
  enter(task: RunningTask): void {
    if (task.slot === "has") this.taken += 1;
  }

  /** It has ended, whatever it has. */
  leave(task: RunningTask): void {
    if (task.slot === "has") this.taken -= 1;
    this.admit();
  }

  /** @param isInside whether it has entered: its synchronous part is over */
  secede(task: RunningTask, isInside: boolean): void {
    if (task.slot !== "has") return;
    task.slot = "gave";
    if (isInside) this.taken -= 1;
    this.changed(task, false);
  }

  /** Nobody wants what it gives: others run though it may never settle. The scheduler has forgotten it, and is told nothing. */
  abandon(task: RunningTask): void {
    if (task.slot === "has") this.taken -= 1;
    task.slot = "abandoned";
    const at = this.waiting.findIndex((one) => one.task === task);
    if (at >= 0) this.waiting.splice(at, 1)[0]?.resume();
    this.admit();
  }

  rejoin(task: RunningTask): Promise<void> {
    if (task.slot !== "gave") return Promise.resolve();
    task.slot = "waits";
    return new Promise((resume) => {
      this.waiting.push({ task, resume });
      this.admit();
    });
  }

  /** Those that want a slot again have it as far as there are any. */
  private admit(): void {
    for (let next = this.waiting[0]; next !== undefined && !this.isFull; next = this.waiting[0]) {
      this.waiting.shift();
      next.task.slot = "has";
      this.taken += 1;
      this.changed(next.task, true);
      next.resume();
    }
  }
}
