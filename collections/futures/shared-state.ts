import type { SharedItem } from "../../actors/coordination/coordination-out.ts";
import type { Taken } from "../../actors/coordination/queue-table.ts";
import { registerValue } from "../../runtime/base/value-type.ts";
import { checkName } from "./check-given.ts";
import { type ClientReach, currentReach } from "./client-reach.ts";
import { askCoordination } from "./coordination-link.ts";
import type { WaitOptions } from "./future.ts";
import { packShared, unpackShared } from "./shared-value.ts";

/** Something named that all clients and tasks of a cluster share. It travels by name. */
abstract class Named {
  readonly name: string;
  private readonly given: ClientReach | undefined;

  constructor(name: string, reach: ClientReach | undefined) {
    checkName(name, "a queue, variable or event");
    this.name = name;
    this.given = reach;
  }

  protected get reach(): ClientReach {
    return this.given ?? currentReach();
  }
}

/**
 * A flag that is waited for.
 * @see https://distributed.dask.org/en/stable/api.html#distributed.Event
 */
export class SharedEvent extends Named {
  constructor(name: string, reach?: ClientReach) {
    super(name, reach);
  }

  async set(): Promise<void> {
    await askCoordination(this.reach, { op: "eventSet", name: this.name });
  }

  async clear(): Promise<void> {
    await askCoordination(this.reach, { op: "eventClear", name: this.name });
  }

  async isSet(): Promise<boolean> {
    return (await askCoordination<boolean>(this.reach, { op: "eventIsSet", name: this.name })).value;
  }

  /** @throws TimeoutError; CancelledError or the signal's reason */
  async wait(options: WaitOptions = {}): Promise<void> {
    await askCoordination(this.reach, { op: "eventWait", name: this.name }, options);
  }
}

/**
 * First in, first out, between any clients and tasks. Items are values that can travel; futures in them stay alive in the queue,
 * and belong to whoever takes them. An item whose taker dies before it arrived is given to the next one.
 * @see https://distributed.dask.org/en/stable/api.html#distributed.Queue
 * @example
 * const queue = client.queue<number>("numbers", { maxSize: 100 });
 * await queue.put(1);
 * await queue.get({ timeout: "1s" }); // 1
 */
export class SharedQueue<T> extends Named {
  /** 0: without limit. */
  readonly maxSize: number;

  /** @throws RangeError unless `maxSize` is an integer ≥ 0 */
  constructor(name: string, maxSize = 0, reach?: ClientReach) {
    super(name, reach);
    if (!Number.isInteger(maxSize) || maxSize < 0)
      throw new RangeError(`Queue "${name}" cannot hold ${maxSize} items: give a whole number, 0 for no limit`);
    this.maxSize = maxSize;
  }

  /** Waits while the queue is full. */
  async put(value: T, options: WaitOptions = {}): Promise<void> {
    const item = await packShared(value);
    await askCoordination(this.reach, { op: "put", name: this.name, sizeMax: this.maxSize, item }, options);
  }

  /** Waits while the queue is empty. @throws TimeoutError; CancelledError or the signal's reason */
  async get(options: WaitOptions = {}): Promise<T> {
    const [value] = await this.getBatch(1, options);
    return value as T;
  }

  /** Waits for one item, and takes all that are there, up to `countMax`. */
  async getBatch(countMax: number, options: WaitOptions = {}): Promise<T[]> {
    if (!Number.isInteger(countMax) || countMax < 1)
      throw new RangeError(`${countMax} items cannot be taken: give a positive integer`);
    const wish = { op: "take", name: this.name, sizeMax: this.maxSize, countMax } as const;
    const { value, ticket } = await askCoordination<Taken>(this.reach, wish, options);
    return (await unpackShared(this.reach, value.items, ticket)) as T[];
  }

  async size(): Promise<number> {
    return (await askCoordination<number>(this.reach, { op: "size", name: this.name })).value;
  }
}

/**
 * One value that all clients and tasks see. A future in it stays alive until the value is replaced or deleted.
 * @see https://distributed.dask.org/en/stable/api.html#distributed.Variable
 */
export class SharedVariable<T> extends Named {
  constructor(name: string, reach?: ClientReach) {
    super(name, reach);
  }

  async set(value: T, options: WaitOptions = {}): Promise<void> {
    const item = await packShared(value);
    await askCoordination(this.reach, { op: "set", name: `variable/${this.name}`, item, isNew: false }, options);
  }

  /** Waits until there is a value. @throws TimeoutError; CancelledError or the signal's reason */
  async get(options: WaitOptions = {}): Promise<T> {
    return (await readShelf(this.reach, `variable/${this.name}`, true, options))?.value as T;
  }

  /** True if there was a value. */
  async delete(): Promise<boolean> {
    return (await askCoordination<boolean>(this.reach, { op: "remove", name: `variable/${this.name}` })).value;
  }
}

/** What stands under a name; undefined if there is nothing and `wait` is false. */
export async function readShelf(
  reach: ClientReach,
  name: string,
  wait: boolean,
  options: WaitOptions = {},
): Promise<{ readonly value: unknown } | undefined> {
  const { value: item, ticket } = await askCoordination<SharedItem | undefined>(
    reach,
    { op: "read", name, wait },
    options,
  );
  if (item === undefined) return undefined;
  const [value] = await unpackShared(reach, [item], ticket);
  return { value };
}

const module = "shoal:collections/futures/shared-state";
registerValue<SharedEvent>({
  name: "shoal.Event",
  class: SharedEvent,
  module,
  encode: ({ name }) => name,
  decode: (name) => new SharedEvent(name as string),
});
registerValue<SharedQueue<unknown>>({
  name: "shoal.Queue",
  class: SharedQueue,
  module,
  encode: ({ name, maxSize }) => [name, maxSize],
  decode: (plain) => new SharedQueue(...(plain as [string, number])),
});
registerValue<SharedVariable<unknown>>({
  name: "shoal.Variable",
  class: SharedVariable,
  module,
  encode: ({ name }) => name,
  decode: (name) => new SharedVariable(name as string),
});
