/** How many transfers a worker has at a time. */
export interface ConnectionLimits {
  /** Workers that it asks for results, and as many for shards; undefined: 50. */
  readonly outgoing?: number | undefined;
  /** Others' questions for results or shards that it answers; those beyond wait. undefined: all of them. */
  readonly incoming?: number | undefined;
}

/** Peers that are asked at a time, unless somebody says. */
export const OUTGOING_MAX = 50;
