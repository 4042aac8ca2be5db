import { inspect } from "node:util";
import type { Layer } from "../../runtime/graph/layer.ts";
import type { AnyFunction } from "../../runtime/wire/function-spec.ts";
import type { Collection } from "../core/collection.ts";
import { delayedBlock } from "../delayed/delayed.ts";
import type { Delayed } from "../delayed/delayed-value.ts";
import type { AvroSchema } from "../io/avro.ts";
import { type WriteAvroOptions, writeAvroLayer } from "./avro.ts";
import type { Concurrent } from "./concurrent.ts";
import { type Converted, convertBag, type ToArrayOptions, type ToDataFrameOptions } from "./conversions.ts";
import { distinctLayer, foldbyLayer, frequenciesLayer, groupbyLayer, joinLayer, topkLayer } from "./group.ts";
import { Item } from "./item.ts";
import {
  filterLayer,
  flattenLayer,
  mapLayer,
  mapPartitionsLayer,
  pluckLayer,
  starmapLayer,
  writtenLayer,
} from "./map.ts";
import { type ComputedAll, type GivenAll, Partitioned } from "./partitioned.ts";
import { accumulateLayer, headLayer, productLayer, randomSampleLayer, repartitionLayer } from "./partitions.ts";
import { iteratePartitions, repartitionBySize, takeNow } from "./reading.ts";
import {
  countLayer,
  extremeLayer,
  foldLayer,
  holdsLayer,
  momentsLayer,
  type RoundOptions,
  reductionLayer,
  sumLayer,
} from "./reduce.ts";
import { freshSeed } from "./seed.ts";
import { type TextAccessor, type TextResult, textAccessor } from "./text-accessor.ts";
import { type WriteTextOptions, writeTextLayer } from "./write-text.ts";

/** What `pluck` gives for a key of T. */
export type Plucked<T, K> = K extends readonly (string | number)[]
  ? { -readonly [I in keyof K]: Plucked<T, K[I]> }
  : K extends keyof T
    ? T[K]
    : unknown;

/** What `flatten` gives for items of T. */
export type Flattened<T> = T extends Iterable<infer U> ? U : unknown;

/**
 * Items in partitions, lazy: for logs, JSON records and any JavaScript values. Steps in a row run as one pass over each
 * partition, without lists between them. Functions may be async; see {@link concurrently}.
 * @see https://docs.dask.org/en/stable/bag.html
 * @example
 * const top = await readText("logs/*.jsonl.gz").map((line) => JSON.parse(line) as Hit)
 *   .filter((hit) => hit.status >= 500).pluck("path").frequencies().topk(10, { key: ([, n]) => n }).compute();
 */
export class Bag<T> extends Partitioned<T> {
  override rebuild(layer: Layer): this {
    return new Bag<T>(layer) as this;
  }

  /** `fn` of every item, and of the items at the same place of other bags or of values that are the same for all. */
  map<U, A extends readonly unknown[]>(
    fn: ((item: T, ...others: GivenAll<A>) => U) | Concurrent<(item: T, ...others: GivenAll<A>) => U>,
    ...others: A
  ): Bag<Awaited<U>> {
    return new Bag(mapLayer(this.layer, fn, others));
  }

  /** `fn` with the parts of every item as its arguments, and `more` after them. */
  starmap<U>(
    fn: T extends readonly unknown[] ? (...args: [...T, ...never[]]) => U : never,
    ...more: unknown[]
  ): Bag<Awaited<U>> {
    return new Bag(starmapLayer(this.layer, fn, more));
  }

  /** The items for which `predicate` gives something true. */
  filter<S extends T>(predicate: (item: T) => item is S): Bag<S>;
  filter(predicate: (item: T) => unknown): Bag<T>;
  filter(predicate: (item: T) => unknown): Bag<T> {
    return new Bag(filterLayer(this.layer, predicate, true));
  }

  /** The items for which `predicate` gives nothing true. */
  remove(predicate: (item: T) => unknown): Bag<T> {
    return new Bag(filterLayer(this.layer, predicate, false));
  }

  /** The items of the items: one level less. Text gives its characters. */
  flatten(): Bag<Flattened<T>> {
    return new Bag(flattenLayer(this.layer));
  }

  /** What stands under a key or index of every item, or a list for a list of keys. @throws RangeError at compute if an item has no such key and there is no default */
  pluck<const K extends string | number | readonly (string | number)[]>(
    key: K,
    ...fallback: [] | [unknown]
  ): Bag<Plucked<T, K>> {
    return new Bag(pluckLayer(this.layer, key, fallback));
  }

  /** `fn` of every whole partition; it gets the items as they come and gives back something iterable. */
  mapPartitions<U, A extends readonly unknown[]>(
    fn: (items: Iterable<T>, ...more: ComputedAll<A>) => Iterable<U> | AsyncIterable<U> | Promise<Iterable<U>>,
    ...more: A
  ): Bag<U> {
    return new Bag(mapPartitionsLayer(this.layer, fn, more));
  }

  /** The i-th parts of all items, for i below `n`, as `n` bags. */
  unzip(n: number): Bag<unknown>[] {
    return Array.from({ length: n }, (_, at) => new Bag(pluckLayer(this.layer, at, [])));
  }

  /** Every step of a running fold over the whole bag; with an initial value, that comes first. */
  accumulate(fn: (total: T, item: T) => T | Promise<T>): Bag<T>;
  accumulate<A>(fn: (total: A, item: T) => A | Promise<A>, initial: A): Bag<A>;
  accumulate(fn: AnyFunction, ...initial: [] | [unknown]): unknown {
    return new Bag(accumulateLayer(this.layer, fn, initial));
  }

  /** Text methods on every item. */
  get str(): TextAccessor<BagResult> {
    return textAccessor<BagResult>(this.layer, (layer) => new Bag(layer));
  }

  /** Two functions make a tree: one of a partition's items, one of a list of its results. `gives: "bag"` makes the result's items a bag. */
  reduction<A, R = A>(
    perPartition: (items: Iterable<T>) => A | Promise<A>,
    aggregate: (parts: A[]) => R | Promise<R>,
    options?: RoundOptions & { readonly gives?: "item" },
  ): Item<R>;
  reduction<A, R>(
    perPartition: (items: Iterable<T>) => A | Promise<A>,
    aggregate: (parts: A[]) => Iterable<R> | Promise<Iterable<R>>,
    options: RoundOptions & { readonly gives: "bag" },
  ): Bag<R>;
  reduction(
    perPartition: (items: Iterable<T>) => unknown,
    aggregate: (parts: never[]) => unknown,
    options: RoundOptions & { readonly gives?: "bag" | "item" } = {},
  ): Bag<unknown> | Item<unknown> {
    const layer = reductionLayer(this.layer, perPartition, aggregate, { ...options, gives: options.gives ?? "item" });
    return options.gives === "bag" ? new Bag(layer) : new Item(layer);
  }

  /** Folds with an associative function; `combine` joins what partitions come to (`fn` unless given). Each partition begins with `initial`. */
  fold(fn: (total: T, item: T) => T | Promise<T>): Item<T>;
  fold<A>(fn: (total: A, item: T) => A | Promise<A>, options: FoldOptions<A>): Item<A>;
  fold(fn: AnyFunction, options: Partial<FoldOptions<unknown>> = {}): Item<never> {
    const initial = "initial" in options ? [options.initial] : [];
    return new Item(foldLayer(this.layer, fn, options.combine ?? fn, initial, { splitEvery: options.splitEvery ?? 8 }));
  }

  /** Folds the items of each key: pairs of key and total, without moving items between partitions. */
  foldby<K, A = T>(
    key: ((item: T) => K) | string | number,
    fn: (total: A, item: T) => A,
    options: FoldByOptions<A> = {},
  ): Bag<[K, A]> {
    const initial = "initial" in options ? [options.initial] : [];
    const combineInitial = "combineInitial" in options ? [options.combineInitial] : [];
    const combine = options.combine ?? fn;
    const { splitEvery = 8 } = options;
    return new Bag(foldbyLayer(this.layer, { by: key, fn, initial, combine, combineInitial }, { splitEvery }));
  }

  sum(options: RoundOptions = {}): Item<number> {
    return new Item(sumLayer(this.layer, options));
  }

  /** How many items there are. */
  count(options: RoundOptions = {}): Item<number> {
    return new Item(countLayer(this.layer, options));
  }

  /** The greatest item. @throws RangeError at compute if the bag is empty */
  max(options: RoundOptions = {}): Item<T> {
    return new Item(extremeLayer(this.layer, "max", options));
  }

  /** The least item. @throws RangeError at compute if the bag is empty */
  min(options: RoundOptions = {}): Item<T> {
    return new Item(extremeLayer(this.layer, "min", options));
  }

  /** Whether any item is true. */
  any(options: RoundOptions = {}): Item<boolean> {
    return new Item(holdsLayer(this.layer, "any", options));
  }

  /** Whether every item is true. */
  all(options: RoundOptions = {}): Item<boolean> {
    return new Item(holdsLayer(this.layer, "all", options));
  }

  mean(options: RoundOptions = {}): Item<number> {
    return new Item(momentsLayer(this.layer, "mean", options));
  }

  /** Variance; the sum of squares is divided by count - ddof (default 0). */
  var(options: RoundOptions & { readonly ddof?: number } = {}): Item<number> {
    return new Item(momentsLayer(this.layer, "var", options));
  }

  /** Standard deviation; see {@link var}. */
  std(options: RoundOptions & { readonly ddof?: number } = {}): Item<number> {
    return new Item(momentsLayer(this.layer, "std", options));
  }

  /** Pairs of item and how often it occurs, in one partition; items count as equal by value. */
  frequencies(options: RoundOptions & { readonly sort?: boolean } = {}): Bag<[T, number]> {
    return new Bag(frequenciesLayer(this.layer, options));
  }

  /** The `k` greatest items, falling, in one partition; `key` gives what counts. */
  topk(k: number, options: RoundOptions & { readonly key?: ((item: T) => unknown) | string | number } = {}): Bag<T> {
    const { key = null, splitEvery = 8 } = options;
    return new Bag(topkLayer(this.layer, k, key, { splitEvery }));
  }

  /** One item of each kind, in one partition; `key` gives what tells kinds apart. */
  distinct(options: RoundOptions & { readonly key?: ((item: T) => unknown) | string | number } = {}): Bag<T> {
    const { key = null, splitEvery = 8 } = options;
    return new Bag(distinctLayer(this.layer, key, { splitEvery }));
  }

  /** Pairs of key and all its items. Every item moves: prefer {@link foldby} where a fold will do. */
  groupby<K>(key: ((item: T) => K) | string | number, options: { readonly npartitions?: number } = {}): Bag<[K, T[]]> {
    return new Bag(groupbyLayer(this.layer, key, options.npartitions ?? this.npartitions));
  }

  /** Pairs [other, item] for equal keys; `other` is iterable: a list, a lazy one, or a bag of one partition. */
  join<O>(
    other: Iterable<O> | Collection<Iterable<O>> | Collection<O[]>,
    onSelf: ((item: T) => unknown) | string | number,
    onOther: ((item: O) => unknown) | string | number = onSelf as string,
  ): Bag<[O, T]> {
    return new Bag(joinLayer(this.layer, other, onSelf, onOther));
  }

  /** Pairs of every item here with every item of another bag. */
  product<O>(other: Bag<O>): Bag<[T, O]> {
    if (!(other instanceof Bag)) throw new TypeError(`product() needs another bag, and got ${typeof other}`);
    return new Bag(productLayer(this.layer, other.layer));
  }

  /** Each item with the given probability; the same items for the same seed. */
  randomSample(probability: number, options: { readonly seed?: number } = {}): Bag<T> {
    return new Bag(randomSampleLayer(this.layer, probability, options.seed ?? freshSeed()));
  }

  /** Another number of partitions, in order; or, by size, a promise of the bag, as sizes have to be measured. */
  repartition(to: { readonly npartitions: number } | number): Bag<T>;
  repartition(to: { readonly partitionSize: number | string }): Promise<Bag<T>>;
  repartition(to: number | { npartitions?: number; partitionSize?: number | string }): Bag<T> | Promise<Bag<T>> {
    if (typeof to !== "number" && to.partitionSize !== undefined && to.npartitions !== undefined)
      throw new RangeError("repartition() takes one of npartitions and partitionSize, and both were given");
    if (typeof to !== "number" && to.partitionSize !== undefined)
      return repartitionBySize(this.layer, to.partitionSize).then((layer) => new Bag(layer));
    return new Bag(repartitionLayer(this.layer, typeof to === "number" ? to : (to.npartitions ?? Number.NaN)));
  }

  /** The first `k` items of the first `npartitions` partitions (default 1; -1 means all), computed. Fewer, with a warning, if these hold fewer. */
  async take(k: number, options: { readonly npartitions?: number } = {}): Promise<T[]> {
    return (await takeNow(this.layer, k, options.npartitions ?? 1)) as T[];
  }

  /** What {@link take} gives, lazily, as a bag of one partition. */
  head(k: number, options: { readonly npartitions?: number } = {}): Bag<T> {
    const { npartitions = 1 } = options;
    return new Bag(headLayer(this.layer, k, npartitions < 0 ? this.npartitions : npartitions));
  }

  /** Items in order, computed a few partitions ahead of the reader. */
  [Symbol.asyncIterator](): AsyncIterator<T> {
    return iteratePartitions(this.layer) as AsyncIterator<T>;
  }

  /** Writes every partition's texts to a file, a line each, and gives the paths: "out/*.txt", "out/" or a list. Each file appears whole or not at all. */
  toTextFiles(path: string | readonly string[], options: WriteTextOptions = {}): Promise<string[]> {
    return new Bag<unknown>(writeTextLayer(this.layer, path, options)).compute() as Promise<string[]>;
  }

  /**
   * Writes every partition's records to an Avro file of a schema, and gives the paths. Needs the package avsc.
   * @throws TypeError at compute for an item that does not fit, naming the member
   * @see https://docs.dask.org/en/stable/generated/dask.bag.Bag.to_avro.html
   */
  toAvro(path: string | readonly string[], schema: AvroSchema, options: WriteAvroOptions = {}): Promise<string[]> {
    return new Bag<unknown>(writeAvroLayer(this.layer, path, schema, options)).compute() as Promise<string[]>;
  }

  /**
   * A table of the items: objects by their members' names, or lists of column values. Without `meta` the types of columns are told from
   * the first items, which computes these: a promise of the table. Needs `import "shoal/dataframe"`.
   * @throws ShoalError MISSING_MODULE if that was not imported; TypeError at compute for values that do not fit
   * @see https://docs.dask.org/en/stable/generated/dask.bag.Bag.to_dataframe.html
   */
  toDataFrame(options: ToDataFrameOptions & Required<Pick<ToDataFrameOptions, "meta">>): Converted<"dataframe">;
  toDataFrame(options?: ToDataFrameOptions): Promise<Converted<"dataframe">>;
  toDataFrame(options: ToDataFrameOptions = {}): unknown {
    return convertBag("dataframe", "shoal/dataframe", writtenLayer(this.layer), options);
  }

  /**
   * An array of the items along its first axis, a chunk for each partition: numbers, or lists of numbers of `itemShape`. Its length is not
   * known before `computeChunkSizes()`. Needs `import "shoal/array"`.
   * @throws ShoalError MISSING_MODULE if that was not imported; RangeError, TypeError at compute for items that do not fit
   */
  toArray(options: ToArrayOptions = {}): Converted<"array"> {
    return convertBag("array", "shoal/array", writtenLayer(this.layer), options);
  }

  /** A lazy value per partition: its items, as a list. */
  toDelayed(): Delayed<T[]>[] {
    const written = writtenLayer(this.layer);
    return Array.from({ length: this.npartitions }, (_, at) => delayedBlock(written, at) as Delayed<T[]>);
  }

  override toString(): string {
    return `Bag ${this.layer.name} of ${this.npartitions} partition${this.npartitions === 1 ? "" : "s"}`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** The kind of a bag, for {@link TextAccessor}. */
export interface BagResult extends TextResult {
  readonly bag: Bag<this["item"]>;
}

export interface FoldOptions<A> extends RoundOptions {
  readonly initial: A;
  readonly combine?: (total: A, part: A) => A | Promise<A>;
}

export interface FoldByOptions<A> extends RoundOptions {
  readonly initial?: A;
  /** Joins totals of one key; `fn` unless given. */
  readonly combine?: (total: A, part: A) => A;
  readonly combineInitial?: A;
}
