import type { BindChart } from "../../runtime/actor/bound-chart.ts";
import type { ChunkStore } from "../chunk/chunk-store.ts";
import type { ConnectionLimits } from "./connection-limits.ts";
import type { MemoryJudge } from "./memory-gauge.ts";
import type { WorkerHits } from "./worker-states.ts";

/** How a worker's brain may differ: in tests, and where memory is short. */
export interface WorkerBrainOptions {
  readonly hits?: WorkerHits | undefined;
  readonly bind?: BindChart | undefined;
  readonly store?: ChunkStore | undefined;
  /** How tight memory is; not at all, if nothing is said. */
  readonly gauge?: MemoryJudge | undefined;
  readonly connections?: ConnectionLimits | undefined;
  /** Smaller results never leave memory. */
  readonly storedBytesMin?: number | undefined;
}
