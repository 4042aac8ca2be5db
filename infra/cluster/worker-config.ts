import type { MemoryConfig } from "../../collections/futures/memory-options.ts";
import type { NatsConnectOptions } from "../../runtime/bus/nats-connect.ts";

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
  /** Addresses of modules that are imported before it joins. */
  readonly preload: readonly string[];
  /** Variables of its environment, beside those of the process that starts it. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What a worker's thread is handed. */
export interface WorkerThreadData {
  readonly config: WorkerConfig;
  /** How it reaches NATS by itself, where its process does. */
  connect?: NatsConnectOptions | undefined;
}

/** How long functions may run before a worker's thread looks at its messages. */
export const WORKER_YIELD_MS = 10;

/** How a worker's thread or process ends that the scheduler will not have: it is not started again. */
export const REFUSED_EXIT_CODE = 78;
/** How one ends that left in order: whether another comes is not its business. */
export const DISMISSED_EXIT_CODE = 79;
/** The codes of the errors that end such threads. */
export const REFUSED = "DENIED";
export const DISMISSED = "CLOSED";
