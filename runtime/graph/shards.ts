import { ShoalError } from "../base/errors.ts";
import { registerValue } from "../base/value-type.ts";

/**
 * What a task gives that cuts its result for many readers: the i-th shard is for the i-th of them. A worker keeps the shards
 * where they were made, in memory or on disk, and hands on a {@link ShardSet} in their place.
 */
export class Shards {
  readonly parts: readonly unknown[];
  /** Where they are to lie: in memory as long as there is room, or on disk from the first on. */
  readonly place: "memory" | "disk";

  constructor(parts: readonly unknown[], place: "memory" | "disk" = "memory") {
    this.parts = parts;
    this.place = place;
  }
}

/** Reads shards, wherever they lie. */
export interface ShardReader {
  /**
   * One shard of each of the sets, in their order: the places[i]-th of sets[i].
   * @throws ShardsLostError if one of them is not there any more
   */
  read(sets: readonly ShardSet[], places: readonly number[]): Promise<unknown[]>;
}

/** Shards that lie on the worker that made them. This handle travels, they do not: readers fetch the ones meant for them. */
export class ShardSet {
  /** The worker that keeps them. */
  readonly home: string;
  /** The worker's number for the set, never given twice. */
  readonly id: string;
  readonly count: number;
  private reader: ShardReader | undefined;

  constructor(home: string, id: string, count: number) {
    this.home = home;
    this.id = id;
    this.count = count;
  }

  /** Where it is, from now on it is read through this. */
  bind(reader: ShardReader): this {
    this.reader = reader;
    return this;
  }

  get boundTo(): ShardReader | undefined {
    return this.reader;
  }

  /** The handle is small whatever it stands for; the shards are weighed by who keeps them. */
  get nbytes(): number {
    return 64;
  }
}

registerValue<ShardSet>({
  name: "shoal.ShardSet",
  class: ShardSet,
  encode: ({ home, id, count }) => [home, id, count],
  decode: (plain) => {
    const [home, id, count] = plain as [string, string, number];
    return new ShardSet(home, id, count);
  },
  module: "shoal:runtime/graph/shards",
});

/** Shards that a task reads are gone: what made them runs again, and then the task. */
export class ShardsLostError extends ShoalError {
  readonly lost: ShardSet;

  constructor(lost: ShardSet, why: string) {
    super(`The shards ${lost.id} of ${lost.home} are gone: ${why}`, {
      code: "LOST_DATA",
      retryable: true,
      details: { home: lost.home, set: lost.id },
    });
    this.lost = lost;
  }
}

/**
 * One shard of every input, in their order: the places[i]-th of inputs[i].
 * @throws ShardsLostError
 * @throws RangeError if an input has no such shard
 */
export async function takeShards(
  inputs: readonly (Shards | ShardSet)[],
  places: readonly number[],
): Promise<unknown[]> {
  const taken = new Array<unknown>(inputs.length);
  const kept = new Map<ShardReader, number[]>();
  inputs.forEach((input, i) => {
    const place = places[i] as number;
    const count = input instanceof Shards ? input.parts.length : input.count;
    if (!(place >= 0 && place < count)) throw new RangeError(`Shard ${place} was asked of a set of ${count}`);
    if (input instanceof Shards) taken[i] = input.parts[place];
    else if (input.boundTo === undefined) throw new ShardsLostError(input, "they are read outside of a worker");
    else {
      const known = kept.get(input.boundTo);
      if (known === undefined) kept.set(input.boundTo, [i]);
      else known.push(i);
    }
  });
  const reading = [...kept].map(async ([reader, at]) => {
    const shards = await reader.read(
      at.map((i) => inputs[i] as ShardSet),
      at.map((i) => places[i] as number),
    );
    at.forEach((i, k) => {
      taken[i] = shards[k];
    });
  });
  await Promise.all(reading);
  return taken;
}
