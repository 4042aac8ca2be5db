import type { Arg, Call } from "../../runtime/graph/call.ts";
import { input } from "../../runtime/graph/call.ts";
import type { DataLayer, Layer } from "../../runtime/graph/layer.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { type Collection, isCollection } from "../core/collection.ts";
import { type ReadAvroOptions, readAvroLayer } from "./avro.ts";
import { Bag } from "./bag.ts";
import { flowOf, isIterable } from "./kernels/flow.ts";
import { type Edge, gathering } from "./layers.ts";
import { WRITTEN_OUT } from "./partitioned.ts";
import { choicesLayer, concatLayer, rangeLayer, sampleLayer, zipLayer } from "./partitions.ts";
import { type ReadTextOptions, readTextLayer } from "./read-text.ts";
import { freshSeed } from "./seed.ts";

/**
 * The lines of text files, each with its line end. Nothing is read before it is computed, but for names and sizes.
 * @param paths paths or patterns: "logs/*.txt", "memory:/a.txt"
 * @throws FileError if a path or pattern matches nothing
 * @see https://docs.dask.org/en/stable/generated/dask.bag.read_text.html
 */
export function readText(
  paths: string | readonly string[],
  options: ReadTextOptions & { readonly includePath: true },
): Bag<[line: string, path: string]>;
export function readText(paths: string | readonly string[], options?: ReadTextOptions): Bag<string>;
export function readText(paths: string | readonly string[], options: ReadTextOptions = {}): unknown {
  return new Bag(readTextLayer(paths, options));
}

/**
 * The records of Avro files, as plain objects; large files are cut where their blocks end. Needs the package avsc.
 * @throws FileError if a path or pattern matches nothing, or, at compute, for what is no Avro file
 * @see https://docs.dask.org/en/stable/generated/dask.bag.read_avro.html
 */
export const readAvro = <T = Record<string, unknown>>(
  paths: string | readonly string[],
  options: ReadAvroOptions = {},
): Bag<T> => new Bag(readAvroLayer(paths, options));

/** How a sequence is cut: by items in a partition, or by partitions. */
export interface FromSequenceOptions {
  readonly partitionSize?: number;
  readonly npartitions?: number;
}

/**
 * A bag of items at hand; about a hundred partitions unless told otherwise.
 * @throws TypeError if it is not iterable
 * @see https://docs.dask.org/en/stable/generated/dask.bag.from_sequence.html
 * @example
 * await fromSequence([1, 2, 3], { npartitions: 2 }).map((x) => x * x).compute(); // [1, 4, 9]
 */
export function fromSequence<T>(sequence: Iterable<T>, options: FromSequenceOptions = {}): Bag<T> {
  if (!isIterable(sequence)) throw new TypeError(`fromSequence() needs something iterable, and got ${typeof sequence}`);
  const items = [...sequence] as T[];
  const size = sizeFor(items.length, options);
  const parts: T[][] = [];
  for (let at = 0; at < items.length || parts.length === 0; at += size) parts.push(items.slice(at, at + size));
  return fromPartitions(parts);
}

/** A bag of given partitions. */
export function fromPartitions<T>(partitions: readonly (readonly T[])[]): Bag<T> {
  if (partitions.length === 0) throw new RangeError("A bag has at least one partition; pass [[]] for an empty one");
  const layer: DataLayer = {
    kind: "data",
    name: `from_sequence-${tokenize(partitions)}`,
    grid: [partitions.length],
    values: { kind: "live", items: partitions },
  };
  return new Bag(layer);
}

function sizeFor(count: number, { partitionSize, npartitions }: FromSequenceOptions): number {
  for (const [name, given] of Object.entries({ partitionSize, npartitions }))
    if (given !== undefined && typeof given !== "number")
      throw new TypeError(`fromSequence() takes a number as ${name}, not ${JSON.stringify(given)}`);
  const size = partitionSize ?? (npartitions === undefined ? Math.floor(count / 100) : Math.ceil(count / npartitions));
  if ((partitionSize !== undefined && !(partitionSize >= 1)) || (npartitions !== undefined && !(npartitions >= 1)))
    throw new RangeError(`fromSequence() needs at least 1, got ${JSON.stringify({ partitionSize, npartitions })}`);
  return Math.max(1, Math.floor(size));
}

/**
 * A bag of lazy iterables, each a partition.
 * @see https://docs.dask.org/en/stable/generated/dask.bag.from_delayed.html
 */
export function fromDelayed<T>(
  values: Iterable<Collection<Iterable<T>> | Collection<unknown>> | Collection<Iterable<T>>,
): Bag<T> {
  const lazies = isCollection(values) ? [values] : [...values];
  const stranger = lazies.findIndex((value) => !isCollection(value));
  if (stranger >= 0)
    throw new TypeError(`fromDelayed() needs lazy values, and item ${stranger} is none; wrap it with delayed()`);
  if (lazies.length === 0) throw new RangeError("fromDelayed() needs at least one lazy value");
  for (const kind of new Set(lazies.map((one) => one.constructor)))
    lazies.find((one) => one.constructor === kind)?.settle(lazies.filter((one) => one.constructor === kind));
  const sources: Layer[] = [];
  const edges = lazies.map((lazy): Edge[] => {
    const { layer, indices } = lazy.wants();
    let at = sources.indexOf(layer);
    if (at < 0) at = sources.push(layer) - 1;
    return [[at, indices?.[0] ?? 0]];
  });
  const call = (): Call => ({
    fn: kernel("shoal:collections/bag/kernels/flow", "flowOf", flowOf),
    args: [input(0) as Arg],
    finish: WRITTEN_OUT,
  });
  return new Bag(gathering("from_delayed", sources, edges, call));
}

/** Integers from 0 up to, not with, `n`. @see https://docs.dask.org/en/stable/generated/dask.bag.range.html */
export function range(n: number, options: { readonly npartitions: number }): Bag<number> {
  const { npartitions } = options ?? {};
  if (typeof n !== "number" || typeof npartitions !== "number")
    throw new TypeError(`range() needs numbers of items and partitions, and got ${typeof n} and ${typeof npartitions}`);
  if (!Number.isInteger(n) || n < 0 || !Number.isInteger(npartitions) || npartitions < 1)
    throw new RangeError(
      `range() needs whole numbers of items (from 0) and partitions (from 1), got ${n} and ${npartitions}`,
    );
  return new Bag(rangeLayer(n, npartitions));
}

/** Bags one after the other, partitions and all. @see https://docs.dask.org/en/stable/generated/dask.bag.concat.html */
export function concat<T>(bags: readonly Bag<T>[]): Bag<T> {
  if (bags.length === 0) throw new RangeError("concat() needs at least one bag");
  return new Bag(concatLayer(bags.map((bag) => bag.layer)));
}

/** Lists of the items at the same place of several bags. @throws RangeError if partitions differ in number, or, at compute, in size */
export function zip<B extends readonly Bag<unknown>[]>(
  ...bags: B
): Bag<{ -readonly [K in keyof B]: B[K] extends Bag<infer T> ? T : never }> {
  if (bags.length === 0) throw new RangeError("zip() needs at least one bag");
  return new Bag(zipLayer(bags.map((bag) => bag.layer)));
}

/** Functions of Bag as functions: `map(fn, a, b)`. */
export const map = <U, B extends Bag<unknown>>(
  fn: (...items: never[]) => U,
  first: B,
  ...others: unknown[]
): Bag<Awaited<U>> => first.map(fn as never, ...others) as Bag<Awaited<U>>;

/** {@link Bag.mapPartitions} as a function. */
export const mapPartitions = <U, B extends Bag<unknown>>(
  fn: (...parts: never[]) => Iterable<U>,
  first: B,
  ...more: unknown[]
): Bag<U> => first.mapPartitions(fn as never, ...more) as Bag<U>;

/** Random items of a bag, in one partition. */
export const random = {
  /** `k` different items. @throws RangeError at compute if the bag holds fewer */
  sample: <T>(bag: Bag<T>, k: number, options: { readonly seed?: number } = {}): Bag<T> =>
    new Bag(sampleLayer(bag.layer, k, options.seed ?? freshSeed())),
  /** `k` items, each drawn from all. @throws RangeError at compute if the bag is empty */
  choices: <T>(bag: Bag<T>, k = 1, options: { readonly seed?: number } = {}): Bag<T> =>
    new Bag(choicesLayer(bag.layer, k, options.seed ?? freshSeed())),
};
