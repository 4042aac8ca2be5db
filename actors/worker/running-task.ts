import type { TaskScope } from "./task-scope.ts";

/** Where tasks run: what they may ask for while they do. */
export interface TaskHost {
  readonly id: string;
  secede(task: RunningTask): void;
  rejoin(task: RunningTask): Promise<void>;
  note(task: RunningTask, note: { readonly progress?: number; readonly line?: string }): void;
  now(): number;
  /** Adds to an activity of a task's kind. */
  tally(task: RunningTask, activity: string, ms: number, bytes: number, count: number): void;
}

/** Activities that workers tell of themselves. */
const OWN: ReadonlySet<string> = new Set(["run", "fail", "load", "decode"]);

/** A task under way: its signal is made when somebody asks for it. */
export class RunningTask implements TaskScope {
  readonly row: number;
  readonly fence: number;
  readonly startedMs: number;
  /** Of its time, what went into activities that are told by themselves. */
  asideMs = 0;
  /** Its row belongs to another task now. */
  isOrphan = false;
  /** "waits": it gave its slot up, and wants one again; "abandoned": it has none, and goes on without. */
  slot: "has" | "gave" | "waits" | "abandoned" = "has";
  private readonly host: TaskHost;
  private controller: AbortController | undefined;
  private isAborted = false;

  constructor(host: TaskHost, row: number, fence: number, startedMs: number) {
    this.host = host;
    this.row = row;
    this.fence = fence;
    this.startedMs = startedMs;
  }

  get worker(): string {
    return this.host.id;
  }

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.isAborted) this.controller.abort();
    return this.controller.signal;
  }

  secede(): void {
    this.host.secede(this);
  }

  rejoin(): Promise<void> {
    return this.host.rejoin(this);
  }

  progress(share: number): void {
    if (!(share >= 0 && share <= 1)) throw new RangeError(`progress() takes a share from 0 to 1, not ${share}`);
    this.host.note(this, { progress: share });
  }

  log(line: string): void {
    this.host.note(this, { line: String(line) });
  }

  measure<T>(activity: string, work: () => T): T {
    checkActivity(activity);
    const [startMs, asideMs] = [this.host.now(), this.asideMs];
    const end = (): void => {
      // What is measured within it is told by its own name.
      const ms = Math.max(0, this.host.now() - startMs - (this.asideMs - asideMs));
      this.asideMs += ms;
      this.host.tally(this, activity, ms, 0, 1);
    };
    let given: T;
    try {
      given = work();
    } catch (error) {
      end();
      throw error;
    }
    if (given instanceof Promise) return given.finally(end) as T;
    end();
    return given;
  }

  tally(activity: string, { seconds = 0, bytes = 0, count = 0 }: Parameters<TaskScope["tally"]>[1]): void {
    checkActivity(activity);
    this.host.tally(this, activity, seconds * 1000, bytes, count);
  }

  abort(reason?: unknown): void {
    this.isAborted = true;
    this.controller?.abort(reason);
  }
}

function checkActivity(activity: string): void {
  if (typeof activity !== "string" || activity === "" || OWN.has(activity))
    throw new RangeError(
      `An activity needs a name, and not one of the worker's own (${[...OWN].join(", ")}): ${activity}`,
    );
}
