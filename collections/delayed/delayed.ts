import { config } from "../../runtime/base/config.ts";
import { refuseUnknownOptions } from "../../runtime/base/known-options.ts";
import { checkAnnotations } from "../../runtime/graph/check-annotations.ts";
import type { Layer } from "../../runtime/graph/layer.ts";
import type { AnyFunction } from "../../runtime/wire/function-spec.ts";
import { type Delayed, type DelayedValue, wrapFunction, wrapPlace, wrapValue } from "./delayed-value.ts";
import type { DelayedOptions } from "./lazy-call.ts";
import { nodeOf } from "./lower-args.ts";
import type { Place } from "./node.ts";
import { placeNodes } from "./place-nodes.ts";

/**
 * Makes a function or a value lazy. A lazy function's calls are recorded, not run; arguments may be lazy, also inside
 * arrays, plain objects, Maps and Sets. An async function counts by what it resolves to.
 * @param target a function, or any value
 * @param options `{ pure, nout, traverse, name, annotations }`
 * @see https://docs.dask.org/en/stable/delayed.html
 * @example
 * const inc = delayed((x: number) => x + 1);
 * const total = delayed((xs: number[]) => xs.reduce((a, b) => a + b, 0))([inc(1), inc(2)]);
 * await total.compute(); // 5
 */
export function delayed<F extends AnyFunction>(target: F, options?: DelayedOptions): Delayed<F>;
export function delayed<T>(target: T, options?: DelayedOptions): Delayed<T>;
export function delayed(target: unknown, given: DelayedOptions = {}): unknown {
  refuseUnknownOptions(given, OPTION_NAMES, "delayed()");
  const pure = given.pure ?? config.get("delayed.pure");
  const options = pure === undefined || pure === given.pure ? given : { ...given, pure };
  if (options.nout !== undefined && !(Number.isInteger(options.nout) && options.nout >= 0))
    throw new RangeError(`nout is a whole number of items from 0 on, got ${options.nout}`);
  if (options.annotations !== undefined) checkAnnotations(options.annotations, "delayed()");
  return typeof target === "function" && !isLazy(target)
    ? wrapFunction(target as AnyFunction, options)
    : wrapValue(target, options);
}

const OPTION_NAMES: readonly string[] = [
  "pure",
  "nout",
  "traverse",
  "name",
  "annotations",
] satisfies (keyof DelayedOptions)[];

/** Whether a value is a Delayed. */
export const isDelayed = (value: unknown): value is Delayed<unknown> => isLazy(value as object);

const isLazy = (value: unknown): boolean => nodeOf((value ?? {}) as DelayedValue<unknown>) !== undefined;

/**
 * Where lazy values lie in the graph, for collections built of them; all are placed together.
 * @throws TypeError if one of them is not lazy
 */
export function placesOf(values: readonly DelayedValue<unknown>[]): Place[] {
  const nodes = values.map((value, at) => {
    const node = nodeOf(value);
    if (node === undefined) throw new TypeError(`Item ${at} is not lazy; wrap it with delayed()`);
    return node;
  });
  placeNodes(nodes);
  return nodes.map((node) => node.place as Place);
}

/** One block of a layer as a lazy value: what `toDelayed()` of collections gives. */
export const delayedBlock = (layer: Layer, index: number): Delayed<unknown> => wrapPlace({ layer, index });
