import { sizeOf } from "../../actors/chunk/sizeof.ts";
import { uniqueToken } from "../../runtime/base/random.ts";
import type { DataLayer } from "../../runtime/graph/layer.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import { isPlainData } from "../core/unpack.ts";

/** From so many bytes on an argument that several calls share is a chunk of its own. */
const SHARED_BYTES_MIN = 64 * 1024;

/**
 * Large arguments that several calls of a turn are given: each becomes a chunk, which is sent once and fetched by the workers that need it, instead
 * of being copied into every call. Chunks are named by their contents: where two submissions are given the same, it lies on the cluster once.
 * @see https://docs.dask.org/en/stable/best-practices.html (avoid repeatedly putting large inputs into delayed calls)
 */
export class SharedArguments {
  private readonly layers = new Map<unknown, DataLayer>();

  constructor(calls: readonly (readonly unknown[])[]) {
    if (calls.length < 2) return;
    const seen = new Set<unknown>();
    const measured = new Set<unknown>();
    for (const args of calls)
      for (const arg of args) {
        if (!mayBeLarge(arg) || measured.has(arg)) continue;
        if (!seen.has(arg)) {
          seen.add(arg);
          continue;
        }
        // Once, however many calls are given it: to measure takes as long as the argument is large.
        measured.add(arg);
        if (sizeOf(arg) >= SHARED_BYTES_MIN && isPlainData(arg)) this.layers.set(arg, chunkOf(arg));
      }
  }

  /** The layer of one block that an argument is; undefined if it goes along with its call. */
  layerOf(arg: unknown): DataLayer | undefined {
    return this.layers.get(arg);
  }
}

const mayBeLarge = (arg: unknown): boolean =>
  (typeof arg === "object" && arg !== null) || (typeof arg === "string" && arg.length >= SHARED_BYTES_MIN / 2);

const chunkOf = (value: unknown): DataLayer => ({
  kind: "data",
  name: `argument-${nameOf(value)}`,
  grid: [1],
  values: { kind: "live", items: [value] },
});

function nameOf(value: unknown): string {
  try {
    return tokenize(value);
  } catch {
    // What has no name by its contents is at least one chunk of this turn.
    return uniqueToken();
  }
}
