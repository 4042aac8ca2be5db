import { type Arg, type Call, input, literal, nested } from "../../runtime/graph/call.ts";
import type { Layer } from "../../runtime/graph/layer.ts";
import { type AnyFunction, kernel } from "../../runtime/wire/function-spec.ts";
import { momentsPartition, momentsParts, momentsValue } from "./kernels/moments.ts";
import {
  countPartition,
  extremePartition,
  extremeParts,
  extremeValue,
  foldedValue,
  foldPartition,
  foldParts,
  holdsPartition,
  holdsParts,
  not,
  reduceLast,
  reducePartition,
  reduceParts,
  sumPartition,
  sumParts,
} from "./kernels/reduce.ts";
import { reduceInRounds } from "./layers.ts";
import { optional, REDUCE, userFunction } from "./partitioned.ts";

/** How a reduction meets: parts per task; false is all at once. */
export interface RoundOptions {
  /** How many partial results meet in one task; false is all at once. Default 8. */
  readonly splitEvery?: number | false;
}

type Gives = "bag" | "item";

/** By name, since a bundler may rename the functions themselves. */
const KERNELS = {
  foldPartition,
  foldParts,
  foldedValue,
  reducePartition,
  reduceParts,
  reduceLast,
  sumPartition,
  sumParts,
  countPartition,
  extremePartition,
  extremeParts,
  extremeValue,
  holdsPartition,
  holdsParts,
  not,
};

const call = (name: keyof typeof KERNELS, ...args: readonly Arg[]): Call => ({
  fn: kernel(REDUCE, name, KERNELS[name] as AnyFunction),
  args,
});

/** A reduction by two functions of the user's. */
export function reductionLayer(
  source: Layer,
  perPartition: AnyFunction,
  aggregate: AnyFunction,
  options: RoundOptions & { readonly gives: Gives },
): Layer {
  const last = userFunction(aggregate, "reduction");
  return reduceInRounds(source, {
    prefix: "reduction",
    part: call("reducePartition", userFunction(perPartition, "reduction"), input(0), literal(source.grid[0] === 1)),
    combine: (parts) => call("reduceParts", last, parts),
    last: (parts) => call("reduceLast", last, parts),
    ...options,
  });
}

/** A fold; `initial` is a list with the start value, or an empty list. */
export function foldLayer(
  source: Layer,
  fn: AnyFunction,
  combine: AnyFunction,
  initial: readonly unknown[],
  options: RoundOptions,
): Layer {
  const start = optional(initial.length > 0, initial[0]);
  const join = (parts: Arg): Call => call("foldParts", userFunction(combine, "fold"), parts);
  return reduceInRounds(source, {
    prefix: "fold",
    part: call("foldPartition", userFunction(fn, "fold"), input(0), start),
    combine: join,
    last: (parts) => call("foldedValue", nested(join(parts)), start),
    gives: "item",
    ...options,
  });
}

/** The sum. */
export const sumLayer = (source: Layer, options: RoundOptions): Layer =>
  reduceInRounds(source, {
    prefix: "sum",
    part: call("sumPartition", input(0)),
    combine: (parts) => call("sumParts", parts),
    last: (parts) => call("sumParts", parts),
    gives: "item",
    ...options,
  });

/** The number of items. */
export const countLayer = (source: Layer, options: RoundOptions): Layer =>
  reduceInRounds(source, {
    prefix: "count",
    part: call("countPartition", input(0)),
    combine: (parts) => call("sumParts", parts),
    last: (parts) => call("sumParts", parts),
    gives: "item",
    ...options,
  });

/** The greatest or least item. */
export function extremeLayer(source: Layer, name: "max" | "min", options: RoundOptions): Layer {
  const sign = literal(name === "max" ? 1 : -1);
  return reduceInRounds(source, {
    prefix: name,
    part: call("extremePartition", input(0), sign),
    combine: (parts) => call("extremeParts", parts, sign),
    last: (parts) => call("extremeValue", nested(call("extremeParts", parts, sign)), literal(name)),
    gives: "item",
    ...options,
  });
}

/** Whether any item, or every item, counts as true. */
export function holdsLayer(source: Layer, name: "any" | "all", options: RoundOptions): Layer {
  const found = (parts: Arg): Call => call("holdsParts", parts);
  return reduceInRounds(source, {
    prefix: name,
    part: call("holdsPartition", input(0), literal(name === "any")),
    combine: found,
    last: (parts) => (name === "any" ? found(parts) : call("not", nested(found(parts)))),
    gives: "item",
    ...options,
  });
}

const MOMENTS = "shoal:collections/bag/kernels/moments";

/** Mean, variance or standard deviation. */
export function momentsLayer(
  source: Layer,
  name: "mean" | "var" | "std",
  options: RoundOptions & { readonly ddof?: number },
): Layer {
  const join = (parts: Arg): Call => ({ fn: kernel(MOMENTS, "momentsParts", momentsParts), args: [parts] });
  const value = kernel(MOMENTS, "momentsValue", momentsValue);
  return reduceInRounds(source, {
    prefix: name,
    part: { fn: kernel(MOMENTS, "momentsPartition", momentsPartition), args: [input(0)] },
    combine: join,
    last: (parts) => ({ fn: value, args: [nested(join(parts)), literal(name), literal(options.ddof ?? 0)] }),
    gives: "item",
    splitEvery: options.splitEvery,
  });
}
