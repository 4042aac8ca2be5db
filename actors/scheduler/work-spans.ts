/** What work under a span has done so far; the spans within it count too. */
export interface SpanFigures {
  /** The tags, outermost first, joined by "/". */
  readonly span: string;
  /** Tasks that were submitted, finished and failed; one that is made again, or tried again, counts again. */
  readonly tasks: number;
  readonly finished: number;
  readonly failed: number;
  /** Time that functions took. */
  readonly busyMs: number;
  /** Bytes of results. */
  readonly bytes: number;
  /** How long ago its first task was submitted, and its last one finished or failed. */
  readonly firstAgoMs: number;
  readonly lastAgoMs: number;
}

interface Tally {
  tasks: number;
  finished: number;
  failed: number;
  busyUs: number;
  bytes: number;
  readonly firstMs: number;
  lastMs: number;
}

const SPANS_MAX = 1000;

/** Figures of work by the spans it was made under: nothing is counted for work without. */
export class WorkSpans {
  private readonly tallies = new Map<string, Tally>();

  submitted(span: string, tasks: number, nowMs: number): void {
    const tally = this.tallies.get(span) ?? {
      tasks: 0,
      finished: 0,
      failed: 0,
      busyUs: 0,
      bytes: 0,
      firstMs: nowMs,
      lastMs: nowMs,
    };
    tally.tasks += tasks;
    // What was used last comes last: the one that nobody has used for longest makes room.
    this.tallies.delete(span);
    if (this.tallies.size >= SPANS_MAX) this.tallies.delete(this.tallies.keys().next().value as string);
    this.tallies.set(span, tally);
  }

  finished(span: string, durationUs: number, bytes: number, nowMs: number): void {
    const tally = this.tallies.get(span);
    if (tally === undefined) return;
    tally.finished += 1;
    tally.busyUs += durationUs;
    tally.bytes += Math.max(0, bytes);
    tally.lastMs = nowMs;
  }

  failed(span: string, nowMs: number): void {
    const tally = this.tallies.get(span);
    if (tally === undefined) return;
    tally.failed += 1;
    tally.lastMs = nowMs;
  }

  /** By name; an outer span has what those within it have. */
  told(nowMs: number): SpanFigures[] {
    const sums = new Map<string, Tally>();
    for (const [span, tally] of this.tallies) {
      const tags = span.split("/");
      for (let depth = 1; depth <= tags.length; depth++) {
        const outer = tags.slice(0, depth).join("/");
        sums.set(outer, summed(sums.get(outer), tally));
      }
    }
    return [...sums]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([span, { tasks, finished, failed, busyUs, bytes, firstMs, lastMs }]) => {
        const agoMs = { firstAgoMs: nowMs - firstMs, lastAgoMs: nowMs - lastMs };
        return { span, tasks, finished, failed, busyMs: busyUs / 1000, bytes, ...agoMs };
      });
  }
}

function summed(sum: Tally | undefined, tally: Tally): Tally {
  if (sum === undefined) return { ...tally };
  return {
    tasks: sum.tasks + tally.tasks,
    finished: sum.finished + tally.finished,
    failed: sum.failed + tally.failed,
    busyUs: sum.busyUs + tally.busyUs,
    bytes: sum.bytes + tally.bytes,
    firstMs: Math.min(sum.firstMs, tally.firstMs),
    lastMs: Math.max(sum.lastMs, tally.lastMs),
  };
}
