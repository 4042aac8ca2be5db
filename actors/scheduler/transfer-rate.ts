import type { ToldActivity } from "../../runtime/base/activity-meter.ts";

/** What is thought as long as nothing was measured. */
const GUESS_BYTES_PER_US = 100;
/** Of smaller transfers most of the time is the way's, not the bytes'. */
const LARGE_BYTES = 1_000_000;
/** What a transfer weighs among all before it. */
const WEIGHT = 0.05;

/** What of a worker's totals is the bytes that it fetched, and how long that took. */
const isTransfer = ({ context, activity }: Pick<ToldActivity, "context" | "activity">): boolean =>
  context === "fetch" && activity === "transfer";

/**
 * How fast results move from worker to worker, learned from what workers tell of large transfers, the last ones most.
 * @see https://distributed.dask.org/en/stable/scheduling-policies.html (bandwidth)
 */
export class TransferRate {
  bytesPerUs = GUESS_BYTES_PER_US;

  /** @param before totals that the worker told last */
  learn(
    before: readonly Pick<ToldActivity, "context" | "activity" | "bytes" | "seconds" | "count">[],
    now: readonly ToldActivity[],
  ): void {
    const told = now.find(isTransfer);
    if (told === undefined) return;
    const last = before.find(isTransfer) ?? { bytes: 0, seconds: 0, count: 0 };
    const count = told.count - last.count;
    const bytes = told.bytes - last.bytes;
    if (count <= 0 || bytes < count * LARGE_BYTES) return;
    const measured = bytes / Math.max(1, (told.seconds - last.seconds) * 1e6);
    const kept = (1 - WEIGHT) ** count;
    this.bytesPerUs = kept * this.bytesPerUs + (1 - kept) * measured;
  }
}
