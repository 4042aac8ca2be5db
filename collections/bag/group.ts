import { type Arg, type Call, functionArg, input, literal, nested } from "../../runtime/graph/call.ts";
import type { BlockwiseLayer, Layer } from "../../runtime/graph/layer.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import { type AnyFunction, kernel, liveFunction } from "../../runtime/wire/function-spec.ts";
import { exchangeLayer } from "../core/exchange.ts";
import type { PluckKey } from "./kernels/elements.ts";
import {
  distinctItems,
  distinctParts,
  foldByPartition,
  foldByParts,
  groupBuckets,
  joinItems,
  joinTable,
  splitByKey,
  tallyPairs,
  tallyPartition,
  tallyParts,
  topItems,
  topParts,
  totalPairs,
} from "./kernels/groups.ts";
import { BlockInputs, partitionwise, reduceInRounds } from "./layers.ts";
import { GROUPS, Partitioned, userFunction, WRITTEN_OUT } from "./partitioned.ts";
import type { RoundOptions } from "./reduce.ts";

/** What items are grouped or told apart by: a function of the item, or a key or index in it. */
export type By = AnyFunction | PluckKey;

/** By name, since a bundler may rename the functions themselves. */
const KERNELS = {
  tallyPartition,
  tallyParts,
  tallyPairs,
  distinctItems,
  distinctParts,
  topItems,
  topParts,
  foldByPartition,
  foldByParts,
  totalPairs,
  splitByKey,
  groupBuckets,
  joinTable,
  joinItems,
};

const call = (name: keyof typeof KERNELS, ...args: readonly Arg[]): Call => ({
  fn: kernel(GROUPS, name, KERNELS[name] as AnyFunction),
  args,
});

const byArg = (by: By | null): Arg => (typeof by === "function" ? functionArg(liveFunction(by)) : literal(by));

/** Pairs of item and number of times it occurs. */
export function frequenciesLayer(source: Layer, options: RoundOptions & { readonly sort?: boolean }): Layer {
  const join = (parts: Arg): Call => call("tallyParts", parts);
  return reduceInRounds(source, {
    prefix: "frequencies",
    part: call("tallyPartition", input(0)),
    combine: join,
    last: (parts) => call("tallyPairs", nested(join(parts)), literal(options.sort ?? false)),
    gives: "bag",
    splitEvery: options.splitEvery,
  });
}

/** One item of each kind. */
export function distinctLayer(source: Layer, by: By | null, options: RoundOptions): Layer {
  const join = (parts: Arg): Call => call("distinctParts", parts, byArg(by));
  return reduceInRounds(source, {
    prefix: "distinct",
    part: call("distinctItems", input(0), byArg(by)),
    combine: join,
    last: join,
    gives: "bag",
    ...options,
  });
}

/** The greatest items. */
export function topkLayer(source: Layer, count: number, by: By | null, options: RoundOptions): Layer {
  if (!Number.isInteger(count) || count < 0)
    throw new RangeError(`topk() needs a whole number from 0 up, got ${count}`);
  const join = (parts: Arg): Call => call("topParts", parts, literal(count), byArg(by));
  return reduceInRounds(source, {
    prefix: "topk",
    part: call("topItems", input(0), literal(count), byArg(by)),
    combine: join,
    last: join,
    gives: "bag",
    ...options,
  });
}

/** A fold for each key. */
export interface FoldBy {
  readonly by: By;
  readonly fn: AnyFunction;
  readonly initial: readonly unknown[];
  readonly combine: AnyFunction;
  readonly combineInitial: readonly unknown[];
}

/** Pairs of key and what its items fold to. */
export function foldbyLayer(source: Layer, fold: FoldBy, options: RoundOptions): Layer {
  const combine = userFunction(fold.combine, "foldby");
  const join = (parts: Arg): Call => call("foldByParts", combine, parts, literal(fold.combineInitial));
  return reduceInRounds(source, {
    prefix: "foldby",
    part: call("foldByPartition", byArg(fold.by), userFunction(fold.fn, "foldby"), input(0), literal(fold.initial)),
    combine: join,
    last: (parts) => call("totalPairs", nested(join(parts))),
    gives: "bag",
    ...options,
  });
}

/** Pairs of key and all its items: every partition is cut by the hash of the key, and each result reads its share of all. */
export function groupbyLayer(source: Layer, by: By, partitions: number): Layer {
  if (!Number.isInteger(partitions) || partitions < 1)
    throw new RangeError(`groupby() needs a whole number of partitions from 1 up, got ${partitions}`);
  const cut = partitionwise("groupby-split", [source], call("splitByKey", byArg(by), input(0), literal(partitions)));
  return exchangeLayer({
    cut,
    count: partitions,
    name: `groupby-${tokenize(cut, partitions)}`,
    read: (parts) => ({ ...call("groupBuckets", parts), finish: WRITTEN_OUT }),
  });
}

/** Pairs of an item of a smaller side and an item here, where their keys are equal. */
export function joinLayer(source: Layer, side: unknown, onHere: By, onThere: By): Layer {
  if (side instanceof Partitioned && side.npartitions !== 1)
    throw new RangeError(`join() takes a bag of one partition, and this has ${side.npartitions} (see repartition)`);
  const inputs = new BlockInputs();
  const there = inputs.value(side);
  const table: BlockwiseLayer = {
    kind: "blockwise",
    name: `join-table-${tokenize(inputs.list, there, byArg(onThere))}`,
    grid: [],
    inputs: inputs.list,
    call: call("joinTable", there, byArg(onThere)),
  };
  return {
    kind: "blockwise",
    name: `join-${tokenize(source, table, byArg(onHere))}`,
    grid: source.grid,
    inputs: [
      { source, axes: [{ kind: "axis", axis: 0 }] },
      { source: table, axes: [] },
    ],
    call: { ...call("joinItems", byArg(onHere), input(0), input(1)), finish: WRITTEN_OUT },
  };
}
