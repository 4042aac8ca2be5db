import type { Actor, ActorContext, ActorSpec, Envelope } from "../../runtime/actor/actor.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";

/** A worker's thread or process ended without being asked to. */
export interface WorkerExited {
  readonly type: "exited";
  readonly worker: string;
  readonly reason: string;
}

/** Workers were stopped on purpose. Asked, so that the asker knows when it was passed on. */
export interface WorkersLeft {
  readonly type: "left";
  readonly workers: readonly string[];
}

export interface NannyOptions {
  readonly cluster: string;
  readonly id: string;
  /** A worker that died is started again so often within a minute; then it stays away. */
  readonly restartsMax: number;
  /** Grows with each failure in a row. */
  readonly restartDelayMs: number;
  /** Starts another worker in the place of one that died. */
  restart(worker: string): void;
  /** A worker died too often. */
  onGivenUp?(worker: string, reason: string): void;
}

const WINDOW_MS = 60_000;

/**
 * Looks after worker processes: tells the scheduler at once when one is gone, and starts another, within limits.
 * @see https://distributed.dask.org/en/stable/worker.html#nanny
 */
export function nannyActor(options: NannyOptions): ActorSpec {
  return {
    address: clusterSubjects(options.cluster).nanny(options.id),
    make: (context) => new Nanny(options, context),
  };
}

class Nanny implements Actor {
  private readonly options: NannyOptions;
  private readonly context: ActorContext;
  private deaths: number[] = [];

  constructor(options: NannyOptions, context: ActorContext) {
    this.options = options;
    this.context = context;
  }

  receive(batch: readonly Envelope[]): void {
    for (const { message, question } of batch) {
      const event = message as WorkerExited | { type: "restart"; worker: string } | WorkersLeft;
      if (event.type === "exited") this.exited(event);
      else if (event.type === "restart") this.options.restart(event.worker);
      else if (event.type === "left") {
        for (const worker of event.workers) this.tellGone(worker, "it was stopped", true);
        question?.answer({ left: event.workers.length });
      }
    }
  }

  private exited({ worker, reason }: WorkerExited): void {
    const { restartsMax, restartDelayMs } = this.options;
    this.tellGone(worker, reason, false);
    const now = this.context.now();
    this.deaths = this.deaths.filter((death) => now - death < WINDOW_MS);
    this.deaths.push(now);
    if (this.deaths.length > restartsMax) this.options.onGivenUp?.(worker, reason);
    else this.context.after(restartDelayMs * (this.deaths.length - 1), { type: "restart", worker });
  }

  private tellGone(worker: string, reason: string, isExpected: boolean): void {
    const { scheduler } = clusterSubjects(this.options.cluster);
    this.context.tell(scheduler, { type: "workerGone", worker, reason, isExpected });
  }
}
