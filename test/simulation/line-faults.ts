import { ShoalError } from "../../runtime/base/errors.ts";
import { Random } from "../../runtime/base/random.ts";
import type { SimNode } from "./world.ts";

/** What a scheduler's process may meet with in one life of it, as far as the journal goes. */
export interface LineFate {
  /** Questions that are answered by a server that has not got the newest records yet, and how many it lacks. */
  questionsBehind: number;
  readonly recordsBehind: number;
  /** It stands still at its next record, after it was sure to lead, for so many times as long as the lease lasts. */
  stallLeases: number;
  /** The server takes so many records of it, and refuses all others for good. */
  recordsTaken: number;
  /** The server does not let it have the lease, and says so. */
  readonly isBarred: boolean;
  /** It is of another version, and may not go on with what this one wrote. */
  readonly isOther: boolean;
}

/** Of lives that meet with nothing. */
export const noFate = (): LineFate => ({
  questionsBehind: 0,
  recordsBehind: 0,
  stallLeases: 0,
  recordsTaken: Number.POSITIVE_INFINITY,
  isBarred: false,
  isOther: false,
});

/** Of lives that meet with something. */
const RATE = 0.25;
/** Of lives that begin when somebody has led. */
const OTHER_RATE = 0.3;
const BARRED_RATE = 0.1;
/** Of questions to the lease and about the journal's end, and of their answers. */
const LOSS = 0.05;
/** Of questions who has the lease. */
const STALE_RATE = 0.3;

/** Draws what lives of schedulers meet with: by a chance of its own, so that all else of a seed is what it was. */
export class LineFaults {
  private readonly random: Random;
  private readonly losses: Random;
  private readonly versions: Random;
  private readonly stale: Random;
  /** Whether a server that has not got the newest entry of the lease has none of who has it now. */
  readonly isFarBehind: boolean;
  /** Lives that cannot lead, and end by saying why. */
  private readonly doomed = new Map<SimNode, string>();

  constructor(seed: number) {
    this.isFarBehind = seed % 2 === 1;
    this.random = new Random(seed ^ 0xbe41d);
    this.losses = new Random(seed ^ 0x1ea5e);
    this.versions = new Random(seed ^ 0x0e45);
    this.stale = new Random(seed ^ 0x57a1e);
  }

  /** Whether who has the lease is told by a server that has not got the newest entry yet. */
  isStale(): boolean {
    return this.stale.chance(STALE_RATE);
  }

  /** What of a question is lost. */
  loss(): "question" | "answer" | "nothing" {
    if (this.losses.chance(LOSS)) return "question";
    return this.losses.chance(LOSS) ? "answer" : "nothing";
  }

  /** What a life meets with that begins now. @param isWritten whether the journal has words of others, and keeps them */
  fateOf(node: SimNode, isWritten: boolean): LineFate {
    const { random } = this;
    if (isWritten && this.versions.chance(OTHER_RATE)) {
      this.doomed.set(node, "VERSION");
      return { ...noFate(), isOther: true };
    }
    if (this.versions.chance(BARRED_RATE)) {
      this.doomed.set(node, "DENIED");
      return { ...noFate(), isBarred: true };
    }
    if (!random.chance(RATE)) return noFate();
    switch (random.pick(["behind", "behind", "stalls", "stalls", "refused"] as const)) {
      case "behind": {
        const questionsBehind = random.pick([1, 3, Number.POSITIVE_INFINITY]);
        if (questionsBehind === Number.POSITIVE_INFINITY) this.doomed.set(node, "LOST_DATA");
        return { ...noFate(), questionsBehind, recordsBehind: random.pick([1, 2, Number.POSITIVE_INFINITY]) };
      }
      case "stalls":
        return { ...noFate(), stallLeases: random.pick([1.5, 4]) };
      case "refused":
        this.doomed.set(node, "OVERSIZE");
        return { ...noFate(), recordsTaken: random.below(6) };
    }
  }

  /** Whether a life is of another version, and never to lead. */
  isOther(node: SimNode): boolean {
    return this.doomed.get(node) === "VERSION";
  }

  /** Whether a life was to end in this way. */
  isDoomed(node: SimNode, error: unknown): boolean {
    return error instanceof ShoalError && this.doomed.get(node) === error.code;
  }
}

export const lostAnswer = (): ShoalError => new ShoalError("The answer was lost", { code: "TIMEOUT", retryable: true });

export const denial = (): ShoalError => new ShoalError("The lease is not for this one", { code: "DENIED" });

export const refusal = (): ShoalError =>
  new ShoalError("The server takes no record of this size", { code: "OVERSIZE" });
