import { isAscii } from "node:buffer";
import type { AnyFunction } from "../../../runtime/wire/function-spec.ts";
import { pieceText, readTextBlock } from "../../io/text.ts";
import { type PluckKey, plucker } from "./elements.ts";
import { describe, drain, type Flow, flowOf, isIterable, itemsOf } from "./flow.ts";
import { compareItems, hashOfKey, type ItemKey, keyOf } from "./keys.ts";
import { LinesFlow } from "./lines.ts";
import { GroupPacker, groupFlow, type PackedGroups } from "./packed-groups.ts";
import { startValue } from "./start-value.ts";
import { WordsFlow } from "./strings.ts";
import { WordTally } from "./word-tally.ts";

/** How items are told apart or grouped: by a function, by a key or index of theirs, or as they are (null). */
export type Grouper = AnyFunction | PluckKey | null;

const grouping = (by: Grouper): ((item: unknown) => unknown) =>
  by === null ? (item) => item : typeof by === "function" ? (item) => by(item) : plucker(by);

type MaybeLater<T> = T | Promise<T>;
const later = <T>(done: void | Promise<void>, result: () => T): MaybeLater<T> =>
  done instanceof Promise ? done.then(result) : result();

/** Distinct items and how often each occurs, in columns. */
export interface Tally {
  readonly items: readonly unknown[];
  readonly counts: Float64Array;
}

/** Counts the distinct items of a partition. */
export function tallyPartition(partition: unknown): MaybeLater<Tally> {
  if (partition instanceof WordsFlow && partition.texts instanceof LinesFlow && mayCountBytes(partition.texts))
    return tallyWords(partition.texts);
  const counters = new Map<ItemKey, { item: unknown; count: number }>();
  const done = drain(flowOf<unknown>(partition), (batch) => {
    for (let i = 0; i < batch.length; i++) {
      const item = batch[i];
      const key = keyOf(item);
      const counter = counters.get(key);
      if (counter === undefined) counters.set(key, { item, count: 1 });
      else counter.count += 1;
    }
  });
  return later(done, () => tallyOf(counters));
}

/** Whether words can be counted over whole pieces: lines end with white space, so no word crosses one. */
const mayCountBytes = ({ reading }: LinesFlow): boolean =>
  !reading.includePath && reading.delimiter.trim() === "" && reading.encoding !== "utf16le";

async function tallyWords({ blocks, reading }: LinesFlow): Promise<Tally> {
  const tally = new WordTally();
  for (const block of blocks)
    for await (const piece of readTextBlock(block, reading))
      if (isAscii(piece.bytes)) tally.addBytes(piece.bytes);
      else tally.addText(pieceText(piece, block.path, reading));
  return tally.finish();
}

/** Adds tallies up. */
export function tallyParts(parts: readonly Tally[]): Tally {
  if (parts.length === 1) return parts[0] as Tally;
  const counters = new Map<ItemKey, { item: unknown; count: number }>();
  for (const { items, counts } of parts)
    for (let i = 0; i < items.length; i++) {
      const key = keyOf(items[i]);
      const counter = counters.get(key);
      if (counter === undefined) counters.set(key, { item: items[i], count: counts[i] as number });
      else counter.count += counts[i] as number;
    }
  return tallyOf(counters);
}

function tallyOf(counters: ReadonlyMap<ItemKey, { item: unknown; count: number }>): Tally {
  const items = new Array<unknown>(counters.size);
  const counts = new Float64Array(counters.size);
  let at = 0;
  for (const { item, count } of counters.values()) {
    items[at] = item;
    counts[at++] = count;
  }
  return { items, counts };
}

/** Pairs of item and count; sorted by falling count if asked. */
export function tallyPairs(tally: Tally, sorted: boolean): [unknown, number][] {
  const pairs = tally.items.map((item, i): [unknown, number] => [item, tally.counts[i] as number]);
  return sorted ? pairs.sort((a, b) => b[1] - a[1]) : pairs;
}

/** The first item of each kind. */
export function distinctItems(partition: unknown, by: Grouper): MaybeLater<unknown[]> {
  const seen = new Set<ItemKey>();
  const kept: unknown[] = [];
  const of = grouping(by);
  const done = drain(flowOf<unknown>(partition), (batch) => {
    for (let i = 0; i < batch.length; i++) {
      const key = keyOf(of(batch[i]));
      if (seen.has(key)) continue;
      seen.add(key);
      kept.push(batch[i]);
    }
  });
  return later(done, () => kept);
}

/** The first item of each kind over several parts. */
export const distinctParts = (parts: readonly unknown[][], by: Grouper): MaybeLater<unknown[]> =>
  distinctItems(parts.flat(), by);

/** The greatest items, falling; the first of equals first. */
export function topItems(partition: unknown, count: number, by: Grouper): MaybeLater<unknown[]> {
  const of = grouping(by);
  let top: { item: unknown; rank: unknown }[] = [];
  const room = Math.max(count * 4, 1024);
  const cut = (): void => {
    top = top.sort((a, b) => compareItems(b.rank, a.rank)).slice(0, count);
  };
  let least: { readonly rank: unknown } | undefined;
  const done = drain(flowOf<unknown>(partition), (batch) => {
    for (let i = 0; i < batch.length; i++) {
      const rank = of(batch[i]);
      if (least !== undefined && compareItems(rank, least.rank) <= 0) continue;
      top.push({ item: batch[i], rank });
      if (top.length < room) continue;
      cut();
      least = top[count - 1];
    }
  });
  return later(done, () => {
    cut();
    return top.map(({ item }) => item);
  });
}

/** The greatest items of several parts. */
export const topParts = (parts: readonly unknown[][], count: number, by: Grouper): MaybeLater<unknown[]> =>
  topItems(parts.flat(), count, by);

/** Keys and what the items of each come to, in columns. */
export interface KeyedTotals {
  readonly keys: readonly unknown[];
  readonly totals: readonly unknown[];
}

/** Folds the items of each key; `initial` is a list with the start value, or an empty list. */
export function foldByPartition(
  by: Grouper,
  fn: AnyFunction,
  partition: unknown,
  initial: readonly unknown[],
): MaybeLater<KeyedTotals> {
  const of = grouping(by);
  const groups = new Map<ItemKey, { name: unknown; total: unknown }>();
  const done = drain(flowOf<unknown>(partition), (batch) => {
    for (let i = 0; i < batch.length; i++) addTo(groups, fn, of(batch[i]), batch[i], initial);
  });
  return later(done, () => totalsOf(groups));
}

/** Combines the totals of each key over several parts. */
export function foldByParts(fn: AnyFunction, parts: readonly KeyedTotals[], initial: readonly unknown[]): KeyedTotals {
  const groups = new Map<ItemKey, { name: unknown; total: unknown }>();
  for (const { keys, totals } of parts)
    for (let i = 0; i < keys.length; i++) addTo(groups, fn, keys[i], totals[i], initial);
  return totalsOf(groups);
}

function addTo(
  groups: Map<ItemKey, { name: unknown; total: unknown }>,
  fn: AnyFunction,
  name: unknown,
  item: unknown,
  initial: readonly unknown[],
): void {
  const key = keyOf(name);
  const group = groups.get(key);
  if (group !== undefined) group.total = fn(group.total, item);
  else groups.set(key, { name, total: initial.length > 0 ? fn(startValue(initial[0]), item) : item });
}

const totalsOf = (groups: ReadonlyMap<ItemKey, { name: unknown; total: unknown }>): KeyedTotals => ({
  keys: Array.from(groups.values(), (group) => group.name),
  totals: Array.from(groups.values(), (group) => group.total),
});

/** Pairs of key and total. */
export const totalPairs = ({ keys, totals }: KeyedTotals): [unknown, unknown][] =>
  keys.map((key, i) => [key, totals[i]]);

/** So many items wait to be packed, over all readers; at least so many for each. */
const WAITING_ITEMS = 32 * 1024;
const PACK_ITEMS_MIN = 64;

/** Splits a partition for `count` readers by the hash of each item's key. */
export function splitByKey(by: Grouper, partition: unknown, count: number): MaybeLater<PackedGroups[]> {
  const of = grouping(by);
  const itemsMax = Math.max(PACK_ITEMS_MIN, Math.floor(WAITING_ITEMS / count));
  const readers = Array.from({ length: count }, () => new GroupPacker(itemsMax));
  const done = drain(flowOf<unknown>(partition), (batch) => {
    for (let i = 0; i < batch.length; i++) {
      const name = of(batch[i]);
      const key = keyOf(name);
      (readers[hashOfKey(key) % count] as GroupPacker).add(key, name, batch[i]);
    }
  });
  return later(done, () => readers.map((reader) => reader.finish()));
}

/** Groups what {@link splitByKey} has for one reader: pairs of key and items. */
export const groupBuckets = (parts: readonly PackedGroups[]): MaybeLater<Flow<[unknown, unknown[]]>> =>
  groupFlow(parts);

/** A table for {@link joinItems}: items of the smaller side by key. */
export function joinTable(side: unknown, by: Grouper): MaybeLater<Map<ItemKey, unknown[]>> {
  if (!isIterable(side)) throw new TypeError(`join() needs something iterable to join with, and got ${describe(side)}`);
  const table = new Map<ItemKey, unknown[]>();
  const of = grouping(by);
  const items = itemsOf<unknown>(side);
  const fill = (known: readonly unknown[]): Map<ItemKey, unknown[]> => {
    for (const item of known) {
      const key = keyOf(of(item));
      const list = table.get(key);
      if (list === undefined) table.set(key, [item]);
      else list.push(item);
    }
    return table;
  };
  return items instanceof Promise ? items.then(fill) : fill(items);
}

/** Pairs of an item of the table and an item of the partition whose keys are equal. */
export function joinItems(
  by: Grouper,
  partition: unknown,
  table: ReadonlyMap<ItemKey, unknown[]>,
): MaybeLater<unknown[]> {
  const of = grouping(by);
  const pairs: unknown[] = [];
  const done = drain(flowOf<unknown>(partition), (batch) => {
    for (const item of batch) for (const other of table.get(keyOf(of(item))) ?? []) pairs.push([other, item]);
  });
  return later(done, () => pairs);
}
