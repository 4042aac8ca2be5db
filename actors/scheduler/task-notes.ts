/** What a running task said of itself. */
export interface TaskNote {
  readonly worker: string;
  readonly atMs: number;
  readonly line: string;
}

/** How far a task is, as far as it said so, and its last lines. */
export interface TaskJournal {
  progress: number | null;
  readonly lines: TaskNote[];
}

const TASKS_MAX = 2000;
const LINES_MAX = 100;
const LINE_LENGTH_MAX = 2000;

/** Progress and lines of tasks, by key: they outlive the worker that ran them. The oldest give way. */
export class TaskNotes {
  private readonly byKey = new Map<string, TaskJournal>();

  add(key: string, worker: string, atMs: number, { progress, line }: { progress: number; line: string }): void {
    const journal = this.byKey.get(key) ?? { progress: null, lines: [] };
    // The newest stand at the end.
    this.byKey.delete(key);
    this.byKey.set(key, journal);
    if (progress >= 0) journal.progress = progress;
    if (line !== "") journal.lines.push({ worker, atMs, line: line.slice(0, LINE_LENGTH_MAX) });
    if (journal.lines.length > LINES_MAX) journal.lines.shift();
    if (this.byKey.size > TASKS_MAX) for (const oldest of this.byKey.keys()) return void this.byKey.delete(oldest);
  }

  of(key: string): Readonly<TaskJournal> {
    return this.byKey.get(key) ?? { progress: null, lines: [] };
  }
}
