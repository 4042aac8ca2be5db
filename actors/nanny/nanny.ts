import type { Actor, ActorContext, ActorSpec, Envelope } from "../../runtime/actor/actor.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import type { EndWorker, WorkerDeath } from "../../runtime/protocol/nanny-scheduler.ts";

/** A worker's thread or process ended without being asked to. */
export interface WorkerExited {
  readonly type: "exited";
  readonly worker: string;
  readonly reason: string;
  /** It was ended on the scheduler's word: its tasks are not to blame. */
  readonly isExpected: boolean;
  readonly death?: WorkerDeath;
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
  /** How often the scheduler hears that they run. */
  readonly heartbeatMs: number;
  /** Workers whose thread or process runs. */
  running(): readonly string[];
  /** Ends a worker, whatever it is doing. */
  end(worker: string, reason: string): void;
  /** Starts another worker in the place of one that died. */
  restart(worker: string): void;
  /** A worker died too often. */
  onGivenUp?(worker: string, reason: string): void;
}

const WINDOW_MS = 60_000;
const VOUCH = { type: "vouch" } as const;

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
    context.after(options.heartbeatMs, VOUCH);
  }

  receive(batch: readonly Envelope[]): void {
    for (const { message, question, from } of batch) {
      const event = message as
        | WorkerExited
        | { type: "restart"; worker: string }
        | WorkersLeft
        | EndWorker
        | typeof VOUCH;
      if (event.type === "exited") this.exited(event);
      else if (event.type === "restart") this.options.restart(event.worker);
      else if (event.type === "vouch") this.vouch();
      else if (event.type === "end") {
        // Only the scheduler ends workers.
        if (from === this.scheduler) this.options.end(event.worker, event.reason);
      } else if (event.type === "left") {
        for (const worker of event.workers) this.tellGone(worker, "it was stopped", true);
        question?.answer({ left: event.workers.length });
      }
    }
  }

  private get scheduler(): string {
    return clusterSubjects(this.options.cluster).scheduler;
  }

  /** A worker that runs a long function says nothing: that it lives is said here. */
  private vouch(): void {
    this.context.after(this.options.heartbeatMs, VOUCH);
    const workers = this.options.running();
    if (workers.length > 0) this.context.tell(this.scheduler, { type: "vouched", workers });
  }

  private exited({ worker, reason, isExpected, death }: WorkerExited): void {
    const { restartsMax, restartDelayMs } = this.options;
    this.tellGone(worker, reason, isExpected, death);
    const now = this.context.now();
    this.deaths = this.deaths.filter((death) => now - death < WINDOW_MS);
    this.deaths.push(now);
    if (this.deaths.length > restartsMax) this.options.onGivenUp?.(worker, reason);
    else this.context.after(restartDelayMs * (this.deaths.length - 1), { type: "restart", worker });
  }

  private tellGone(worker: string, reason: string, isExpected: boolean, death?: WorkerDeath): void {
    const gone = { type: "workerGone", worker, reason, isExpected } as const;
    this.context.tell(this.scheduler, death === undefined ? gone : { ...gone, death });
  }
}
