import { type Arg, type Call, input, literal } from "../../runtime/graph/call.ts";
import type { Layer } from "../../runtime/graph/layer.ts";
import { type AnyFunction, kernel } from "../../runtime/wire/function-spec.ts";
import { type Concurrent, isConcurrent } from "./concurrent.ts";
import {
  CALLS_AT_ONCE,
  filterItems,
  flattenItems,
  mapItems,
  mapItemsWith,
  mapPartition,
  type PluckKey,
  pluckItems,
  starmapItems,
} from "./kernels/elements.ts";
import { mapText } from "./kernels/strings.ts";
import { BlockInputs, blockwiseOver, partitionwise } from "./layers.ts";
import { ELEMENTS, Partitioned, userFunction, WRITTEN_OUT } from "./partitioned.ts";

const step = (name: string, live: AnyFunction, args: readonly Arg[]): Call => ({
  fn: kernel(ELEMENTS, name, live),
  args,
  finish: WRITTEN_OUT,
});

/** Every item through a function, with other bags' items and values beside it. */
export function mapLayer(source: Layer, given: AnyFunction | Concurrent, others: readonly unknown[]): Layer {
  const { fn, atOnce } = isConcurrent(given) ? given : { fn: given, atOnce: CALLS_AT_ONCE };
  const user = userFunction(fn, "map");
  if (others.length === 0)
    return partitionwise("map", [source], step("mapItems", mapItems, [user, input(0), literal(atOnce)]));
  const inputs = new BlockInputs();
  const first = inputs.partition(source);
  const list: Arg = { kind: "list", items: others.map((other) => besideArg(source, other, inputs)) };
  const call = step("mapItemsWith", mapItemsWith, [user, first, list, literal(atOnce)]);
  return blockwiseOver("map", source.grid[0] as number, inputs, call);
}

function besideArg(source: Layer, other: unknown, inputs: BlockInputs): Arg {
  if (!(other instanceof Partitioned)) return { kind: "record", names: ["value"], items: [inputs.value(other)] };
  sameCount("map", [source, other.layer]);
  return { kind: "record", names: ["items"], items: [inputs.partition(other.layer)] };
}

/** @throws RangeError if the layers have not the same number of partitions */
export function sameCount(method: string, layers: readonly Layer[]): void {
  const counts = layers.map((layer) => layer.grid[0]);
  if (counts.some((count) => count !== counts[0]))
    throw new RangeError(
      `${method}() needs bags with the same number of partitions; these have ${counts.join(" and ")} (see repartition)`,
    );
}

/** Every item's parts as the arguments of a function. */
export function starmapLayer(source: Layer, fn: AnyFunction, more: readonly unknown[]): Layer {
  const inputs = new BlockInputs();
  const user = userFunction(fn, "starmap");
  const first = inputs.partition(source);
  const list: Arg = { kind: "list", items: more.map((value) => inputs.value(value)) };
  const call = step("starmapItems", starmapItems, [user, first, list]);
  return blockwiseOver("starmap", source.grid[0] as number, inputs, call);
}

/** The items a function says yes, or no, to. */
export function filterLayer(source: Layer, fn: AnyFunction, keep: boolean): Layer {
  const name = keep ? "filter" : "remove";
  const call = step("filterItems", filterItems, [userFunction(fn, name), input(0), literal(keep)]);
  return partitionwise(name, [source], call);
}

/** Items of items. */
export const flattenLayer = (source: Layer): Layer =>
  partitionwise("flatten", [source], step("flattenItems", flattenItems, [input(0)]));

/** What stands under a key; `fallback` is a list with the default, or an empty list. */
export const pluckLayer = (source: Layer, key: PluckKey, fallback: readonly unknown[]): Layer =>
  partitionwise("pluck", [source], step("pluckItems", pluckItems, [input(0), literal(key), literal(fallback)]));

/** Whole partitions through a function, with lazy values beside them; a bag beside them gives its partition of the same number. */
export function mapPartitionsLayer(source: Layer, fn: AnyFunction, more: readonly unknown[]): Layer {
  const inputs = new BlockInputs();
  const user = userFunction(fn, "mapPartitions");
  const first = inputs.partition(source);
  const items = more.map((value) => {
    if (!(value instanceof Partitioned)) return inputs.value(value);
    sameCount("mapPartitions", [source, value.layer]);
    return inputs.partition(value.layer);
  });
  const call = step("mapPartition", mapPartition, [user, first, { kind: "list", items }]);
  return blockwiseOver("map_partitions", source.grid[0] as number, inputs, call);
}

/** Partitions as lists whoever reads them: what leaves the bag for functions that know no lazy items. */
export const writtenLayer = (source: Layer): Layer =>
  source.kind === "blockwise" || source.kind === "tasks"
    ? partitionwise("items", [source], { fn: WRITTEN_OUT, args: [input(0)] })
    : source;

/** Every text through a method of text. */
export function textLayer(source: Layer, method: string, args: readonly unknown[]): Layer {
  const fn = kernel("shoal:collections/bag/kernels/strings", "mapText", mapText);
  const call: Call = { fn, args: [input(0), literal(method), literal(args)], finish: WRITTEN_OUT };
  return partitionwise(`str_${method}`, [source], call);
}
