import { type Arg, type Call, functionArg, literal, nested } from "../../runtime/graph/call.ts";
import type { Layer } from "../../runtime/graph/layer.ts";
import { type AnyFunction, kernel, liveFunction } from "../../runtime/wire/function-spec.ts";
import { Collection } from "../core/collection.ts";
import type { Computed } from "../core/compute.ts";
import { itemsOf } from "./kernels/flow.ts";
import { concatItems } from "./kernels/partitions.ts";

/** A sequence of items in partitions: what the verbs of this folder work on, and Bag wraps. */
export abstract class Partitioned<T> extends Collection<T[]> {
  readonly layer: Layer;

  constructor(layer: Layer) {
    super();
    this.layer = layer;
  }

  /** How many partitions there are. */
  get npartitions(): number {
    return this.layer.grid[0] as number;
  }

  override finish(blocks: readonly unknown[]): T[] {
    return (blocks as T[][]).flat();
  }

  override finishCall(blocks: Arg): Call {
    const all: Call = { fn: kernel(PARTITIONS, "concatItems", concatItems), args: [blocks] };
    return { fn: WRITTEN_OUT, args: [nested(all)] };
  }
}

export const ELEMENTS = "shoal:collections/bag/kernels/elements";
export const PARTITIONS = "shoal:collections/bag/kernels/partitions";
export const REDUCE = "shoal:collections/bag/kernels/reduce";
export const GROUPS = "shoal:collections/bag/kernels/groups";

/** How a lazy chain becomes a chunk. */
export const WRITTEN_OUT = kernel("shoal:collections/bag/kernels/flow", "itemsOf", itemsOf);

/** What an argument stands for where a function gets it item by item: a bag's items, a lazy value's value, or itself. */
export type Given<A> = A extends Partitioned<infer T> ? T : Computed<A>;
export type GivenAll<A extends readonly unknown[]> = { [K in keyof A]: Given<A[K]> };

/** Lazy values among arguments, as a function gets them. */
export type ComputedAll<A extends readonly unknown[]> = { [K in keyof A]: Computed<A[K]> };

/** A user's function as an argument of a kernel. */
export const userFunction = (fn: AnyFunction, method: string): Arg => {
  if (typeof fn !== "function") throw new TypeError(`${method}() needs a function, and got ${typeof fn}`);
  return functionArg(liveFunction(fn));
};

/** A list with the value, or none: an option that was left out is not an option that is undefined. */
export const optional = (given: boolean, value: unknown): Arg => literal(given ? [value] : []);
