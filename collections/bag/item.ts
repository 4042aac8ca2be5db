import { type Call, input } from "../../runtime/graph/call.ts";
import type { Layer } from "../../runtime/graph/layer.ts";
import { liveFunction } from "../../runtime/wire/function-spec.ts";
import { Collection } from "../core/collection.ts";

import { single } from "./layers.ts";

/**
 * One lazy value: what a reduction of a bag gives. It can stand as an argument of other lazy work.
 * @see https://docs.dask.org/en/stable/generated/dask.bag.Item.html
 * @example
 * const mean = bag.mean();
 * await bag.map((x, m) => x - m, mean).compute();
 */
export class Item<T> extends Collection<T> {
  readonly layer: Layer;

  constructor(layer: Layer) {
    super();
    this.layer = layer;
  }

  /** An item of any lazy value of one block, such as a Delayed. */
  static fromDelayed<T>(value: Collection<T>): Item<T> {
    return new Item<T>(value.layer);
  }

  /** The value through a function. */
  apply<U>(fn: (value: T) => U): Item<Awaited<U>> {
    const call: Call = { fn: liveFunction(fn), args: [input(0)] };
    return new Item<Awaited<U>>(single("apply", [this.layer], call));
  }

  override finish(blocks: readonly unknown[]): T {
    return blocks[0] as T;
  }

  override rebuild(layer: Layer): this {
    return new Item<T>(layer) as this;
  }

  /** For people: `Item sum-…`. */
  override toString(): string {
    return `Item ${this.layer.name}`;
  }
}
