import type { MemoryConfig } from "../../collections/futures/memory-options.ts";

/** What a worker's thread or process is told at its start, as plain data. */
export interface WorkerConfig {
  readonly cluster: string;
  readonly id: string;
  readonly incarnation: number;
  readonly slots: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly heartbeatMs: number;
  readonly functions: "any" | "named";
  readonly memory: MemoryConfig;
}

/** How long functions may run before a worker's thread looks at its messages. */
export const WORKER_YIELD_MS = 10;

/** How a worker's thread or process ends that the scheduler will not have: it is not started again. */
export const REFUSED_EXIT_CODE = 78;
/** The code of the error that ends such a thread. */
export const REFUSED = "DENIED";
