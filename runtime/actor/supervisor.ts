/** What becomes of an actor whose turn threw. */
export type Supervision =
  | {
      readonly onCrash: "restart";
      /** More crashes than this within the time, and `onTooMany` applies. */
      readonly restartsMax: number;
      readonly withinMs: number;
      readonly onTooMany: "stop" | "escalate";
    }
  | { readonly onCrash: "stop" }
  /** The crash becomes one of its parent; without a parent, a failure of the system. */
  | { readonly onCrash: "escalate" };

export type CrashDecision = "restart" | "stop" | "escalate";

export const defaultSupervision: Supervision = {
  onCrash: "restart",
  restartsMax: 3,
  withinMs: 5000,
  onTooMany: "escalate",
};

/** Decides about one actor's crashes: pure, time comes in. */
export class Supervisor {
  private readonly supervision: Supervision;
  private crashes: number[] = [];

  /** @throws RangeError for a negative or fractional `restartsMax`, or a time that is not positive */
  constructor(supervision: Supervision = defaultSupervision) {
    if (supervision.onCrash === "restart") {
      if (!Number.isInteger(supervision.restartsMax) || supervision.restartsMax < 0)
        throw new RangeError(`restartsMax is a whole number ≥ 0, got ${supervision.restartsMax}`);
      if (!(supervision.withinMs > 0)) throw new RangeError(`withinMs is a time > 0, got ${supervision.withinMs}`);
    }
    this.supervision = supervision;
  }

  /** @param now in milliseconds */
  decide(now: number): CrashDecision {
    const { supervision } = this;
    if (supervision.onCrash !== "restart") return supervision.onCrash;
    this.crashes = this.crashes.filter((at) => now - at < supervision.withinMs);
    this.crashes.push(now);
    return this.crashes.length > supervision.restartsMax ? supervision.onTooMany : "restart";
  }
}
