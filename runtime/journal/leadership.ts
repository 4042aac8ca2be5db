import type { Clock, TimerHandle } from "../base/clock.ts";
import { ShoalError } from "../base/errors.ts";
import type { Lease } from "./lease.ts";

/** Renewals in the time of the lease. */
const RENEWALS = 3;
/** The last part of the lease's time is not relied upon: clocks differ, and so do the moments at which things take effect. */
const MARGIN = 0.2;
const TRIES_PER_LEASE = 12;

export interface LeadershipOptions {
  readonly lease: Lease;
  readonly clock: Clock;
  /** How this one writes itself down. */
  readonly holder: string;
  /** Another one leads: this one must fall silent. */
  onLost(): void;
  /** It had run out and was taken anew: another one may have led meanwhile, and the journal has to be asked. */
  onRetaken?(): void;
}

/**
 * The hold on a lease, renewed in time. While it is not sure that the lease is still held, because the server does not answer or
 * this process stood still, it says so, and whoever depends on it waits.
 */
export class Leadership {
  private readonly options: LeadershipOptions;
  private revision: number;
  /** Renewals that may have taken effect since. */
  private unanswered = 0;
  /** Sure until then, by the clock. */
  private sureUntilMs: number;
  private timer: TimerHandle;
  /** Whether an entry of its own may be one that it took anew, where the answer to that was lost. */
  private mayBeRetaken = false;
  /** The last one, answered or not; never fails. */
  private renewal: Promise<void> = Promise.resolve();
  private phase: "held" | "over" = "held";
  private readonly waiters: (() => void)[] = [];

  private constructor(options: LeadershipOptions, revision: number, askedMs: number) {
    this.options = options;
    this.revision = revision;
    this.sureUntilMs = this.sureFrom(askedMs);
    this.arm();
  }

  /** Takes the lease; undefined while somebody holds it. */
  static async tryTake(options: LeadershipOptions): Promise<Leadership | undefined> {
    const askedMs = options.clock.now();
    const revision = await options.lease.acquire(options.holder);
    return revision === undefined ? undefined : new Leadership(options, revision, askedMs);
  }

  /** Waits for the lease to be free, and takes it; undefined when the signal says to wait no longer. */
  static async take(options: LeadershipOptions, signal: AbortSignal): Promise<Leadership | undefined> {
    while (!signal.aborted) {
      const taken = await Leadership.tryTake(options).catch((error: unknown) => {
        // A server that is away comes back; what it refuses for good is told.
        if (error instanceof ShoalError && error.retryable) return undefined;
        throw error;
      });
      if (taken !== undefined) return taken;
      await waitToTry(options, signal);
    }
    return undefined;
  }

  /** Whether nobody else can lead at this moment, as far as clocks tell. */
  get isSure(): boolean {
    return this.phase === "held" && this.options.clock.now() < this.sureUntilMs;
  }

  /** Resolves when it is sure; never, if it is over. */
  whenSure(): Promise<void> {
    if (this.isSure) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push(resolve));
  }

  /** Gives the lease back at once, so that another may take it without waiting; a renewal on its way could take it anew, and is waited for. */
  async release(): Promise<void> {
    this.end();
    await this.renewal;
    const { lease, holder } = this.options;
    // A question whose answer was lost may have left the entry under another revision.
    const found = this.unanswered > 0 ? await lease.find() : undefined;
    const own = found?.holder === holder ? found.revision : 0;
    await lease.release(Math.max(own, this.revision));
  }

  /** Renews no more; the lease runs out. */
  end(): void {
    this.phase = "over";
    this.options.clock.clearTimer(this.timer);
    this.waiters.length = 0;
  }

  private get isOver(): boolean {
    return this.phase === "over";
  }

  private sureFrom(askedMs: number): number {
    return askedMs + this.options.lease.ttlMs * (1 - MARGIN);
  }

  private arm(): void {
    const { clock, lease } = this.options;
    this.timer = clock.setTimer(lease.ttlMs / RENEWALS, () => {
      this.renewal = this.renew().catch(() => {
        // Not answered: it may be held or not. It is asked again, and meanwhile it is not sure.
        this.unanswered += 1;
        if (this.phase === "held") this.arm();
      });
    });
  }

  private async renew(): Promise<void> {
    const { clock, lease, holder } = this.options;
    const askedMs = clock.now();
    let revision = await lease.renew(holder, this.revision);
    // An entry that ran out while the server was away may be taken anew: whether somebody led meanwhile, the journal knows.
    if (!this.isOver) revision ??= await this.retake();
    if (this.isOver) {
      // Whoever gives it back does so under this revision.
      if (revision !== undefined) this.revision = revision;
      return;
    }
    if (revision === undefined) {
      this.end();
      this.options.onLost();
      return;
    }
    this.revision = revision;
    this.unanswered = 0;
    this.sureUntilMs = this.sureFrom(askedMs);
    this.arm();
    if (this.isSure) for (const resolve of this.waiters.splice(0)) resolve();
  }

  /** A question whose answer was lost has left an entry of one's own under another revision: it was renewed, or taken anew. */
  private async retake(): Promise<number | undefined> {
    const { lease, holder } = this.options;
    const found = await lease.find();
    if (this.isOver || (found !== undefined && found.holder !== holder)) return undefined;
    this.mayBeRetaken ||= found === undefined;
    const revision = found?.revision ?? (await lease.acquire(holder));
    if (revision === undefined) return undefined;
    // A bucket that was made anew counts from the beginning.
    if (revision < this.revision || revision > this.revision + this.unanswered + (found === undefined ? 1 : 0)) {
      // Another one led and is gone. A journal whose machine failed may not know of it; those whom it spoke to do.
      await lease.release(revision).catch(() => {});
      return undefined;
    }
    const renewed = found === undefined ? revision : await lease.renew(holder, revision);
    if (renewed !== undefined && this.mayBeRetaken) {
      this.mayBeRetaken = false;
      this.options.onRetaken?.();
    }
    return renewed;
  }
}

/** Waits until the lease may be tried again, or the signal says not to. */
export const waitToTry = (
  { clock, lease }: Pick<LeadershipOptions, "clock" | "lease">,
  signal: AbortSignal,
): Promise<void> => pause(clock, lease.ttlMs / TRIES_PER_LEASE, signal);

/** Waits for a time, or until the signal says not to. */
function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clock.clearTimer(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = clock.setTimer(delayMs, end);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
