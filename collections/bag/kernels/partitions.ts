import { Random } from "../../../runtime/base/random.ts";
import type { AnyFunction } from "../../../runtime/wire/function-spec.ts";
import { flattenItems, mapItems, zipItems } from "./elements.ts";
import { after, drain, Flow, flowOf, itemsOf, type Pulled } from "./flow.ts";
import type { Part } from "./reduce.ts";
import { startValue } from "./start-value.ts";

/** Items of several partitions, one partition after the other. */
export function concatItems(partitions: readonly unknown[]): Flow<unknown> {
  const flows = partitions.map((one) => flowOf<unknown>(one));
  let at = 0;
  const pull = (hint: number): Pulled<unknown> => {
    if (at >= flows.length) return null;
    const batch = (flows[at] as Flow<unknown>).pull(hint);
    const next = (items: readonly unknown[] | null): Pulled<unknown> => {
      if (items !== null) return items;
      at += 1;
      return pull(hint);
    };
    return batch instanceof Promise ? batch.then(next) : next(batch);
  };
  return new Flow(pull, () => {
    for (const flow of flows.slice(at)) flow.leave();
    at = flows.length;
  });
}

/** The partition as it is. */
export const samePartition = (partition: unknown): unknown => partition;

/** The at-th of `count` parts of nearly equal size. */
export function partOf(partition: unknown, at: number, count: number): unknown[] | Promise<unknown[]> {
  return after(itemsOf<unknown>(partition), (items) => {
    const size = items.length / count;
    return items.slice(Math.floor(size * at), at === count - 1 ? undefined : Math.floor(size * (at + 1)));
  });
}

/** Integers from `from` up to, not with, `to`; made as they are read. */
export function integers([from, to]: readonly [from: number, to: number]): Flow<number> {
  let next = from;
  return new Flow((hint) => {
    if (next >= to) return null;
    const batch: number[] = [];
    for (const end = Math.min(next + hint, to); next < end; next++) batch.push(next);
    return batch;
  });
}

/** Pairs of every item of one partition with every item of another. */
export function productItems(left: unknown, right: unknown): Flow<unknown> | Promise<Flow<unknown>> {
  return after(itemsOf<unknown>(right), (others) =>
    flattenItems(mapItems((item) => others.map((other) => [item, other]), left)),
  );
}

/** Rows of the items at the same place of several bags' partitions. */
export const zipPartitions = (partitions: readonly unknown[]): Flow<unknown[]> => zipItems(partitions);

/** What a partition of a running accumulation gives: its items, and what the next begins with. */
export interface Accumulated {
  readonly items: readonly unknown[];
  readonly last: Part<unknown>;
}

/** Runs `fn` along a partition and keeps every step. With `showStart` the start is the first item. */
export function accumulatePartition(
  fn: AnyFunction,
  partition: unknown,
  start: Part<unknown>,
  showStart: boolean,
): Accumulated | Promise<Accumulated> {
  let total = startValue(start[0]);
  let begun = start.length > 0;
  const items: unknown[] = begun && showStart ? [total] : [];
  const waiting = async (batch: readonly unknown[], from: number): Promise<void> => {
    for (let i = from; i < batch.length; i++) {
      total = await (begun ? fn(total, batch[i]) : batch[i]);
      begun = true;
      items.push(total);
    }
  };
  const done = drain(flowOf<unknown>(partition), (batch) => {
    for (let i = 0; i < batch.length; i++) {
      total = begun ? fn(total, batch[i]) : batch[i];
      begun = true;
      if (total instanceof Promise) {
        const at = i + 1;
        return total.then((value: unknown) => {
          total = value;
          items.push(value);
          return waiting(batch, at);
        });
      }
      items.push(total);
    }
  });
  const result = (): Accumulated => ({ items, last: begun ? [total] : [] });
  return done instanceof Promise ? done.then(result) : result();
}

/** The last of an accumulated partition, for the next one. */
export const accumulatedItems = (one: Accumulated): readonly unknown[] => one.items;

/** {@link accumulatePartition} from where the partition before ended. */
export const accumulateOn = (fn: AnyFunction, partition: unknown, before: Accumulated): unknown =>
  accumulatePartition(fn, partition, before.last, false);

/** Each item with the given probability. */
export function bernoulliItems(partition: unknown, probability: number, seed: number): Flow<unknown> {
  const random = new Random(seed);
  const source = flowOf<unknown>(partition);
  return new Flow((hint) => {
    const batch = source.pull(hint);
    const keep = (items: readonly unknown[] | null): unknown[] | null =>
      items === null ? null : items.filter(() => random.next() < probability);
    return batch instanceof Promise ? batch.then(keep) : keep(batch);
  }, source.leave);
}

/** Every item with a random rank: the `count` of least rank are a sample without replacement. */
export function rankedSample(partition: unknown, count: number, seed: number): Ranked | Promise<Ranked> {
  const random = new Random(seed);
  return after(itemsOf<unknown>(partition), (items) =>
    leastRanked([{ items, ranks: items.map(() => random.next()) }], count),
  );
}

export interface Ranked {
  readonly items: readonly unknown[];
  readonly ranks: readonly number[];
}

/** Those of least rank over several samples. */
export function leastRanked(samples: readonly Ranked[], count: number): Ranked {
  const all = samples.flatMap(({ items, ranks }) => items.map((item, i) => ({ item, rank: ranks[i] as number })));
  const least = all.sort((a, b) => a.rank - b.rank).slice(0, count);
  return { items: least.map((one) => one.item), ranks: least.map((one) => one.rank) };
}

/** The items of a sample. */
export function sampledItems(sample: Ranked, count: number): readonly unknown[] {
  if (sample.items.length < count)
    throw new RangeError(`A sample of ${count} was asked of a bag of ${sample.items.length} items`);
  return sample.items;
}

/** Items drawn with replacement, and from how many. */
export interface Drawn {
  readonly items: readonly unknown[];
  readonly from: number;
}

/** Draws `count` items of a partition with replacement. */
export function drawItems(partition: unknown, count: number, seed: number): Drawn | Promise<Drawn> {
  const random = new Random(seed);
  return after(itemsOf<unknown>(partition), (items) => ({
    items: items.length === 0 ? [] : Array.from({ length: count }, () => random.pick(items)),
    from: items.length,
  }));
}

/** Puts draws together: each place takes from one of them, in proportion to what they were drawn from. */
export function mergeDrawn(draws: readonly Drawn[], count: number, seed: number): Drawn {
  const total = draws.reduce((sum, one) => sum + one.from, 0);
  const random = new Random(seed);
  const pick = (place: number): unknown => {
    let at = random.next() * total;
    for (const draw of draws) {
      if (at < draw.from) return draw.items[place];
      at -= draw.from;
    }
    return draws.findLast((draw) => draw.from > 0)?.items[place];
  };
  return { items: total === 0 ? [] : Array.from({ length: count }, (_, place) => pick(place)), from: total };
}

/** The items of a draw. */
export function drawnItems(draw: Drawn): readonly unknown[] {
  if (draw.from === 0) throw new RangeError("Nothing can be drawn from an empty bag");
  return draw.items;
}

/** About how many bytes a partition takes, from what its items look like. */
export function partitionBytes(partition: unknown): number | Promise<number> {
  let bytes = 0;
  const done = drain(flowOf<unknown>(partition), (batch) => {
    for (const item of batch) bytes += bytesOf(item);
  });
  return done instanceof Promise ? done.then(() => bytes) : bytes;
}

function bytesOf(item: unknown): number {
  if (typeof item === "string") return 16 + item.length;
  if (typeof item !== "object" || item === null) return 8;
  if (ArrayBuffer.isView(item)) return 64 + item.byteLength;
  const parts = item instanceof Map ? [...item].flat() : item instanceof Set ? [...item] : Object.values(item);
  return parts.reduce<number>((sum, part) => sum + bytesOf(part), 24 + 8 * parts.length);
}
