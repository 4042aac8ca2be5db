import type { TaskRuns } from "../../runtime/protocol/events.ts";

/** A run as the page draws it: tuples, since there are many. */
export type DrawnRun = readonly [
  startMs: number,
  spanUs: number,
  worker: string,
  prefix: string,
  count: number,
  failed: number,
  row: number,
  attempt: number,
];

export interface KeptRun {
  readonly number: number;
  readonly worker: string;
  readonly prefix: string;
  readonly startMs: number;
  readonly spanUs: number;
  readonly count: number;
  readonly failed: number;
  readonly row: number;
  readonly attempt: number;
}

const RUNS_MAX = 20_000;

/** The last runs of all workers. */
export class RunLog {
  private runs: KeptRun[] = [];
  private last = 0;

  /** The number of the newest run. */
  get newest(): number {
    return this.last;
  }

  add(worker: string, runs: TaskRuns): void {
    for (let i = 0; i < runs.prefix.length; i++) {
      this.last += 1;
      this.runs.push({
        number: this.last,
        worker,
        prefix: runs.prefixes[runs.prefix[i] as number] ?? "",
        startMs: runs.startMs[i] as number,
        spanUs: runs.spanUs[i] as number,
        count: runs.count[i] as number,
        failed: runs.failed[i] as number,
        row: runs.row[i] as number,
        attempt: runs.attempt[i] as number,
      });
    }
    if (this.runs.length >= 2 * RUNS_MAX) this.runs = this.runs.slice(-RUNS_MAX);
  }

  /** Runs after a number, up to another, at most so many; more are drawn together by worker, kind and time. */
  drawn(after: number, most: number, last = this.last): DrawnRun[] {
    const first = this.runs.findIndex((run) => run.number > after);
    const end = this.runs.length - (this.last - last);
    const runs = first < 0 || end <= first ? [] : this.runs.slice(Math.max(first, end - RUNS_MAX), end);
    return (runs.length <= most ? runs : drawnTogether(runs, most)).map(drawnRun);
  }

  /** Runs of one worker, or all, that ended after a moment. */
  since(ms: number, worker?: string): readonly KeptRun[] {
    return this.runs.filter(
      (run) => run.startMs + run.spanUs / 1000 >= ms && (worker === undefined || run.worker === worker),
    );
  }
}

const drawnRun = ({ startMs, spanUs, worker, prefix, count, failed, row, attempt }: KeptRun): DrawnRun => [
  startMs,
  spanUs,
  worker,
  prefix,
  count,
  failed,
  row,
  attempt,
];

/** The time is cut so that about so many pieces result; in a piece, runs of one kind on one worker become one. */
function drawnTogether(runs: readonly KeptRun[], most: number): KeptRun[] {
  const start = runs.reduce((least, run) => Math.min(least, run.startMs), Number.POSITIVE_INFINITY);
  const end = runs.reduce((most, run) => Math.max(most, run.startMs), start);
  const lanes = new Set(runs.map((run) => `${run.worker}\n${run.prefix}`)).size;
  const pieceMs = Math.max(1, ((end - start) * lanes) / most);
  const together = new Map<string, KeptRun & { spanUs: number; count: number; failed: number }>();
  for (const run of runs) {
    const name = `${run.worker}\n${run.prefix}\n${Math.floor((run.startMs - start) / pieceMs)}`;
    const known = together.get(name);
    if (known === undefined) together.set(name, { ...run });
    else {
      known.spanUs = Math.max(known.spanUs, (run.startMs - known.startMs) * 1000 + run.spanUs);
      known.count += run.count;
      known.failed += run.failed;
    }
  }
  return [...together.values()];
}
