import type { FromClient } from "../../runtime/protocol/client-scheduler.ts";
import type { WorkerDeath } from "../../runtime/protocol/nanny-scheduler.ts";
import type { FromWorker } from "../../runtime/protocol/scheduler-worker.ts";

/** What a scheduler takes in. Everything else it learns from these. */
export type SchedulerInput =
  | { readonly kind: "client"; readonly client: string; readonly message: FromClient }
  | { readonly kind: "worker"; readonly worker: string; readonly incarnation: number; readonly message: FromWorker }
  | {
      readonly kind: "workerGone";
      readonly worker: string;
      readonly isExpected: boolean;
      readonly reason?: string;
      readonly death?: WorkerDeath;
    }
  | { readonly kind: "vouched"; readonly nanny: string; readonly workers: readonly string[] }
  | { readonly kind: "tick" }
  /** Time for what did not fit into the turns before. */
  | { readonly kind: "more" };
