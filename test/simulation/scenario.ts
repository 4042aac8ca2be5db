import type { CacheLimits } from "../../actors/scheduler/result-cache.ts";
import type { ClientShare } from "../../runtime/protocol/client-scheduler.ts";
import type { LineOptions } from "./line.ts";
import type { NetworkOptions } from "./network.ts";
import type { StrangerWord } from "./strangers.ts";
import type { SimLayer } from "./workload.ts";

/** Everything that a run is made of: plain data, drawn from a seed, so that it can be printed, changed and run again. */
export interface Scenario {
  readonly seed: number;
  readonly options: ClusterOptions;
  readonly layers: readonly SimLayer[];
  readonly acts: readonly Act[];
  readonly faults: readonly Fault[];
}

export interface ClusterOptions {
  readonly workers: number;
  readonly slots: readonly number[];
  readonly clients: number;
  readonly network: NetworkOptions;
  readonly turnMs: number;
  readonly yieldMs: number;
  readonly heartbeatMs: number;
  readonly leaseMs: number;
  readonly prefillUs: number;
  readonly allowedFailures: number;
  readonly drift: readonly number[];
  /** Tasks may be begun on a second worker where they take too long. */
  readonly speculate?: boolean | undefined;
  /** How many times as long as others a worker takes, by its number. */
  readonly slowness?: readonly number[] | undefined;
  /** Results that nobody asks for any more are kept. */
  readonly cache?: CacheLimits | undefined;
  /** What moving results was found to cost, in bytes a microsecond, where it costs much. */
  readonly bytesPerUs?: number | undefined;
  /** A second scheduler stands by, and both write a journal. */
  readonly line?: LineOptions | undefined;
  /** Workers are looked after: it is told when one dies, and that they live. */
  readonly nannies?: boolean;
  /** Tasks of a client that may be known at once; submissions beyond are declined. */
  readonly tasksPerClientMax?: number | undefined;
  /** What clients ask for of the cluster's time, by seat. */
  readonly shares?: readonly ClientShare[] | undefined;
}

/** What clients do. */
export type Act = { readonly at: number; readonly client: number } & (
  | {
      readonly kind: "submit";
      readonly names: readonly string[];
      readonly wants: readonly (readonly [string, readonly number[]])[];
      readonly priority: number;
      /** Layers the client holds as a whole are read as such, not submitted again. */
      readonly readsHeld: boolean;
    }
  | { readonly kind: "release" | "cancel" | "retry" | "gather"; readonly share: number; readonly salt: number }
);

export type Fault = { readonly at: number } & (
  | { readonly kind: "crash"; readonly node: string; readonly forMs: number }
  | { readonly kind: "pause"; readonly node: string; readonly forMs: number }
  | { readonly kind: "cut"; readonly from: string; readonly to: string; readonly forMs: number }
  | { readonly kind: "join"; readonly node: string }
  /** It is to leave in order; asked for so long, every {@link ASK_EVERY_MS}. */
  | { readonly kind: "retire"; readonly node: string; readonly forMs: number }
  /** Results are to lie on so many workers, or evenly on all (0). */
  | { readonly kind: "arrange"; readonly copies: number; readonly forMs: number }
  /** A client goes with all in its hands, and another takes its seat. */
  | { readonly kind: "clientEnds"; readonly seat: string; readonly farewell: Farewell; readonly forMs: number }
  /** From then on so many workers, as they are promised tasks of others, hear nothing of the scheduler for a while, or all clients let go of all. */
  | { readonly kind: "ambush"; readonly does: "cut" | "release"; readonly times: number; readonly forMs: number }
  /** Somebody who is no member says what is not for them to say. */
  | { readonly kind: "stranger"; readonly says: StrangerWord }
  | { readonly kind: "newScheduler" }
  /** Whoever leads ends without a word, or stands still; it is there again after a while. */
  | {
      readonly kind: "leaderCrash";
      readonly forMs: number /** The newest records of the journal that are lost with it. */;
      readonly forgets?: number;
    }
  | { readonly kind: "leaderPause"; readonly forMs: number }
  /** It stops in order, so that another leads at once. */
  | { readonly kind: "leaderResigns"; readonly forMs: number }
  /** Whoever stands by stops in order; it is there again soon. */
  | { readonly kind: "standbyStops" }
);

/** How often the scheduler is asked whether a worker may go. */
export const ASK_EVERY_MS = 50;

/** What a client says that goes. */
export type Farewell = "goodbye" | "nothing";
