import type { Demand } from "../../actors/scheduler/demand.ts";

/** How a cluster follows its work. */
export interface AdaptLimits {
  readonly minimum: number;
  readonly maximum: number;
  /** Fewer workers have to be enough so many times in a row before any leaves. */
  readonly waitCount: number;
}

export type AdaptStep =
  | { readonly kind: "stay" }
  | { readonly kind: "grow"; readonly by: number }
  | { readonly kind: "shrink"; readonly workers: readonly string[] };

const STAY: AdaptStep = { kind: "stay" };

/**
 * Decides how many workers there are to be. It grows at once and shrinks with hesitation, to the most that was wanted meanwhile: work comes
 * in bursts, and a worker that left has to start anew.
 * @see https://distributed.dask.org/en/stable/api.html#distributed.Adaptive
 */
export class AdaptBrain {
  private readonly limits: AdaptLimits;
  /** What was wanted the last times, while it was less than there is. */
  private lean: number[] = [];

  constructor(limits: AdaptLimits) {
    this.limits = limits;
  }

  /** @param planned workers that run or are starting, but for those that leave */
  step({ wanted, spare }: Demand, planned: number): AdaptStep {
    const { minimum, maximum, waitCount } = this.limits;
    const target = Math.min(maximum, Math.max(minimum, wanted));
    if (target >= planned) {
      this.lean = [];
      return target > planned ? { kind: "grow", by: target - planned } : STAY;
    }
    this.lean.push(target);
    if (this.lean.length < waitCount) return STAY;
    const most = Math.max(...this.lean);
    this.lean = [];
    // Who has yet to join is none of those that could go.
    const workers = spare.slice(0, Math.max(0, Math.min(planned, spare.length) - most));
    return workers.length === 0 ? STAY : { kind: "shrink", workers };
  }
}
