import type { Clock, TimerHandle } from "../base/clock.ts";
import { ShoalError } from "../base/errors.ts";
import { pause } from "../base/pause.ts";
import type { Lease, LeaseHolder } from "./lease.ts";

/** Renewals in the time of the lease. */
const RENEWALS = 3;
/** The last part of the lease's time is not relied upon: clocks differ, and so do the moments at which things take effect. */
const MARGIN = 0.2;
const TRIES_PER_LEASE = 12;
/** However long a lease is, one that is given back is not to lie there for long. */
const TRY_MS_MAX = 1000;

/** What a try to renew came to: the new revision, or whether another one has the lease, or that this cannot be told yet. */
type RenewalOutcome = number | "lost" | "unclear";

export interface LeadershipOptions {
  readonly lease: Lease;
  readonly clock: Clock;
  /** How this one writes itself down. */
  readonly holder: string;
  /** Another one leads: this one must fall silent. */
  onLost(): void;
  /** The server has not said for longer than the lease lasts that it is held, for a reason; or says it again. */
  onDoubt?: ((reason: string | undefined) => void) | undefined;
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
  /** The revisions under which renewals were not answered: of each, one may have taken effect since; with several servers more, see {@link retake}. */
  private readonly unansweredUnder = new Set<number>();
  /** As many may have taken it anew. */
  private unansweredTakings = 0;
  /** Another's entry that was older than one's own, when it was last read. */
  private former: LeaseHolder | undefined;
  /** Sure until then, by the clock. */
  private sureUntilMs: number;
  private timer: TimerHandle;
  /** Whether an entry of its own may be one that it took anew, where the answer to that was lost. */
  private mayBeRetaken = false;
  /** The last one, answered or not; never fails. */
  private renewal: Promise<void> = Promise.resolve();
  private phase: "held" | "over" = "held";
  private doubt: "none" | "told" = "none";
  private readonly waiters: (() => void)[] = [];

  private constructor(options: LeadershipOptions, revision: number, askedMs: number) {
    this.options = options;
    this.revision = revision;
    this.sureUntilMs = this.sureFrom(askedMs);
    this.arm(RENEWALS);
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
    const found = this.unanswered > 0 ? await lease.find().catch(() => undefined) : undefined;
    const own = found?.holder === holder ? found.revision : 0;
    await lease.release(Math.max(own, this.revision));
  }

  /** Renews no more; the lease runs out. */
  end(): void {
    this.phase = "over";
    this.options.clock.clearTimer(this.timer);
    this.waiters.length = 0;
  }

  /** Writes that may have taken effect unheard. */
  private get unanswered(): number {
    return this.unansweredUnder.size + this.unansweredTakings;
  }

  private get isOver(): boolean {
    return this.phase === "over";
  }

  private sureFrom(askedMs: number): number {
    return askedMs + this.options.lease.ttlMs * (1 - MARGIN);
  }

  private arm(timesPerLease: number): void {
    const { clock, lease } = this.options;
    this.timer = clock.setTimer(lease.ttlMs / timesPerLease, () => {
      this.renewal = this.renew().catch((error: unknown) => this.askAgain(String(error)));
    });
  }

  private async renew(): Promise<void> {
    const { clock } = this.options;
    const askedMs = clock.now();
    let outcome: RenewalOutcome = (await this.renewFrom(this.revision)) ?? "unclear";
    // An entry that ran out while the server was away may be taken anew: whether somebody led meanwhile, the journal knows.
    if (outcome === "unclear" && !this.isOver) outcome = await this.retake();
    if (this.isOver) {
      // Whoever gives it back does so under this revision.
      if (typeof outcome === "number") this.revision = outcome;
    } else if (outcome === "unclear") this.askAgain("what the server tells of it and what it takes differ");
    else if (outcome === "lost") {
      this.end();
      this.options.onLost();
    } else {
      this.revision = outcome;
      this.unansweredUnder.clear();
      this.unansweredTakings = 0;
      this.former = undefined;
      this.sureUntilMs = this.sureFrom(askedMs);
      this.arm(RENEWALS);
      if (this.isSure) this.becomeSure();
    }
  }

  private becomeSure(): void {
    for (const resolve of this.waiters.splice(0)) resolve();
    if (this.doubt === "none") return;
    this.doubt = "none";
    this.options.onDoubt?.(undefined);
  }

  /** Not answered: it may be held or not. It is asked again, soon, as it may be about to run out; and meanwhile it is not sure. */
  private askAgain(reason: string): void {
    if (this.phase === "over") return;
    this.arm(TRIES_PER_LEASE);
    const { clock, lease, onDoubt } = this.options;
    if (this.doubt === "told" || clock.now() < this.sureUntilMs + lease.ttlMs) return;
    this.doubt = "told";
    onDoubt?.(reason);
  }

  private async renewFrom(revision: number): Promise<number | undefined> {
    try {
      return await this.options.lease.renew(this.options.holder, revision);
    } catch (error) {
      this.unansweredUnder.add(revision);
      throw error;
    }
  }

  private async takeAnew(): Promise<number | undefined> {
    try {
      return await this.options.lease.acquire(this.options.holder);
    } catch (error) {
      this.unansweredTakings += 1;
      throw error;
    }
  }

  /**
   * A question whose answer was lost has left an entry of one's own under another revision: it was renewed, or taken anew. What is
   * read may be older than what is there, of a server that is behind or an entry that runs out: only what can be written is so.
   */
  private async retake(): Promise<RenewalOutcome> {
    const { lease, holder } = this.options;
    const found = await lease.find();
    if (this.isOver) return "unclear";
    if (found !== undefined && found.holder !== holder) return this.isLostTo(found) ? "lost" : "unclear";
    this.mayBeRetaken ||= found === undefined;
    const revision = await (found === undefined ? this.takeAnew() : this.renewFrom(found.revision));
    if (revision === undefined) return "unclear";
    // Each of its own renewals follows another of its own: nobody was between them, however many of those under one revision a
    // cluster of servers let take effect.
    const isUnbroken = found !== undefined && this.unansweredTakings === 0;
    if (!isUnbroken && !this.mayFollow(revision - 1)) {
      // Another one led and is gone. A journal whose machine failed may not know of it; those whom it spoke to do.
      await lease.release(revision).catch(() => {});
      return "lost";
    }
    if (this.mayBeRetaken) {
      this.mayBeRetaken = false;
      this.options.onRetaken?.();
    }
    return revision;
  }

  /** Whether an entry can be one's own last; a bucket that was made anew counts from the beginning. */
  private mayFollow(former: number): boolean {
    return former >= this.revision && former <= this.revision + this.unanswered;
  }

  /** An entry of another that is older than one's own is a former leader's, unless it is renewed: the bucket was made anew then. */
  private isLostTo(found: LeaseHolder): boolean {
    const { former } = this;
    this.former = found;
    return found.revision > this.revision || (found.holder === former?.holder && found.revision > former.revision);
  }
}

/** Waits until the lease may be tried again, or the signal says not to. */
export const waitToTry = (
  { clock, lease }: Pick<LeadershipOptions, "clock" | "lease">,
  signal: AbortSignal,
): Promise<boolean> => pause(clock, Math.min(lease.ttlMs / TRIES_PER_LEASE, TRY_MS_MAX), signal);
