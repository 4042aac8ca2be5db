/** How a worker's thread or process ended, as its nanny saw it. */
export interface WorkerDeath {
  readonly exitCode?: number;
  readonly signal?: string;
  /** It was ended over its memory limit, the system ended it when memory ran out, or its engine ran out of memory. */
  readonly outOfMemory: boolean;
  readonly memoryLimitBytes?: number;
  /** What its process took of memory, oldest first, one figure each `everyMs`. */
  readonly memory: { readonly everyMs: number; readonly bytes: readonly number[] };
  /** The last lines it wrote to its standard error. */
  readonly log: readonly string[];
}

/** Nanny → scheduler. */
export type FromNanny =
  | {
      readonly type: "workerGone";
      readonly worker: string;
      readonly reason: string;
      /** It was asked to end: its tasks are not to blame. */
      readonly isExpected: boolean;
      readonly death?: WorkerDeath;
    }
  /** The threads or processes of these run, whether or not they find time to say so. */
  | { readonly type: "vouched"; readonly workers: readonly string[] };

/** Scheduler → nanny: a worker does not come back from a task that nobody wants any more. */
export interface EndWorker {
  readonly type: "end";
  readonly worker: string;
  readonly reason: string;
}
