import type { Collection } from "../core/collection.ts";
import { checkpointLayer } from "../core/wait-on.ts";
import { delayedBlock } from "./delayed.ts";
import type { Delayed } from "./delayed-value.ts";

/**
 * A lazy null that is there when everything the collections are is done: what other work can wait for.
 * @see https://docs.dask.org/en/stable/graph_manipulation.html#dask.graph_manipulation.checkpoint
 * @example
 * await checkpoint(written, copied).compute(); // null
 */
export const checkpoint = (...collections: readonly Collection<unknown>[]): Delayed<null> =>
  delayedBlock(checkpointLayer(...collections), 0) as Delayed<null>;
