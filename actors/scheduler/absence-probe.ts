import type { ActorContext } from "../../runtime/actor/actor.ts";
import { ShoalError } from "../../runtime/base/errors.ts";

/** To its actor: how a probe went. */
export interface Probed {
  readonly type: "probed";
  readonly worker: string;
  /** Nobody listens at its address. */
  readonly isAbsent: boolean;
}

/** In a row, a heartbeat apart: a worker whose connection has just broken comes back within that time. */
const ABSENT_TIMES = 3;

/** Tells workers that are gone from those that are slow: at the address of the former nobody listens, time after time. */
export class AbsenceProbe {
  private readonly context: ActorContext;
  private readonly addressOf: (worker: string) => string;
  private readonly misses = new Map<string, number>();

  constructor(context: ActorContext, addressOf: (worker: string) => string) {
    this.context = context;
    this.addressOf = addressOf;
  }

  /** Asks each for a sign of life, and to begin anew. */
  probe(workers: Iterable<string>, timeoutMs: number): void {
    const { context } = this;
    for (const worker of workers) {
      const address = this.addressOf(worker);
      context.tell(address, { type: "resync" });
      context.pipe(context.ask(address, { type: "state" }, { timeoutMs }), (outcome): Probed => {
        const error = outcome.status === "rejected" ? outcome.reason : undefined;
        return { type: "probed", worker, isAbsent: error instanceof ShoalError && error.code === "NO_RESPONDERS" };
      });
    }
  }

  /** True once a worker is known to be gone. */
  take({ worker, isAbsent }: Probed): boolean {
    const misses = isAbsent ? (this.misses.get(worker) ?? 0) + 1 : 0;
    this.misses.set(worker, misses);
    return misses >= ABSENT_TIMES;
  }
}
