import type { TaskScope } from "./task-scope.ts";

/** Where tasks run: what they may ask for while they do. */
export interface TaskHost {
  readonly id: string;
  secede(task: RunningTask): void;
  rejoin(task: RunningTask): Promise<void>;
  note(task: RunningTask, note: { readonly progress?: number; readonly line?: string }): void;
}

/** A task under way: its signal is made when somebody asks for it. */
export class RunningTask implements TaskScope {
  readonly row: number;
  readonly fence: number;
  readonly startedMs: number;
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

  abort(reason?: unknown): void {
    this.isAborted = true;
    this.controller?.abort(reason);
  }
}
