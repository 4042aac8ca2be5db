import { holdProcess, systemClock } from "../../runtime/base/clock.ts";
import { formatDuration } from "../../runtime/base/units.ts";
import { keyPrefix } from "../../runtime/graph/key.ts";
import type { Future } from "./future.ts";
import { type KindProgress, progressLines } from "./progress-text.ts";

/** Where a bar is drawn: `process.stderr`, or anything like it. */
export interface ProgressOut {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ProgressOptions {
  /** Default: the standard error stream. */
  readonly out?: ProgressOut;
  /** Milliseconds between pictures; default 100. */
  readonly intervalMs?: number;
}

/**
 * Shows how futures come along, a bar for each kind, until all of them are settled. In a terminal the bars move; in a pipe or
 * a file a line is written at each tenth. Failures are counted, not thrown: the futures have them.
 * @see https://distributed.dask.org/en/stable/api.html#distributed.progress
 * @example
 * const futures = client.map((n: number) => n * n, [1, 2, 3]);
 * await progress(futures, { out: { write: () => {} } });
 */
export async function progress(
  futures: Future<unknown> | readonly Future<unknown>[],
  options: ProgressOptions = {},
): Promise<void> {
  const list = Array.isArray(futures) ? (futures as readonly Future<unknown>[]) : [futures as Future<unknown>];
  const { out = process.stderr, intervalMs = 100 } = options;
  const startMs = systemClock.now();
  const picture = out.isTTY === true ? new MovingPicture(out) : new LinePicture(out);
  const show = (): boolean => {
    const kinds = countByKind(list);
    picture.draw(kinds, systemClock.now() - startMs);
    return kinds.every((one) => one.done + one.failed === one.total);
  };
  const letGo = holdProcess();
  try {
    while (!show()) await new Promise<void>((resolve) => systemClock.setTimer(intervalMs, resolve));
  } finally {
    letGo();
  }
}

function countByKind(futures: readonly Future<unknown>[]): KindProgress[] {
  const kinds = new Map<string, { name: string; total: number; done: number; failed: number }>();
  for (const future of futures) {
    // The call leaves now, if it has not.
    void future.handle;
    const name = keyPrefix(future.key);
    let kind = kinds.get(name);
    if (kind === undefined) kinds.set(name, (kind = { name, total: 0, done: 0, failed: 0 }));
    kind.total += 1;
    const { status } = future;
    if (status === "finished") kind.done += 1;
    else if (status !== "pending") kind.failed += 1;
  }
  return [...kinds.values()];
}

interface Picture {
  draw(kinds: readonly KindProgress[], elapsedMs: number): void;
}

const UP_AND_CLEAR = "\x1b[1A\x1b[2K";
const COLUMNS = 80;

/** Bars that are drawn over each other. */
class MovingPicture implements Picture {
  private readonly out: ProgressOut;
  private drawn = 0;

  constructor(out: ProgressOut) {
    this.out = out;
  }

  draw(kinds: readonly KindProgress[], elapsedMs: number): void {
    const lines = progressLines(kinds, this.out.columns ?? COLUMNS, elapsedMs);
    this.out.write(`${UP_AND_CLEAR.repeat(this.drawn)}${lines.join("\n")}\n`);
    this.drawn = lines.length;
  }
}

/** A line at each tenth. */
class LinePicture implements Picture {
  private readonly out: ProgressOut;
  private tenth = -1;

  constructor(out: ProgressOut) {
    this.out = out;
  }

  draw(kinds: readonly KindProgress[], elapsedMs: number): void {
    const sum = (of: (one: KindProgress) => number): number => kinds.reduce((total, one) => total + of(one), 0);
    const [total, failed] = [sum((one) => one.total), sum((one) => one.failed)];
    const settled = sum((one) => one.done) + failed;
    const tenth = total === 0 ? 10 : Math.floor((10 * settled) / total);
    if (tenth === this.tenth) return;
    this.tenth = tenth;
    const bad = failed === 0 ? "" : `, ${failed} failed`;
    this.out.write(`${settled} of ${total} tasks${bad}, ${formatDuration(elapsedMs)}\n`);
  }
}
