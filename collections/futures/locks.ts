import type { Granted } from "../../actors/coordination/lease-table.ts";
import { registerValue } from "../../runtime/base/value-type.ts";
import { checkName } from "./check-given.ts";
import { type ClientReach, currentReach } from "./client-reach.ts";
import { askCoordination, dropTicket } from "./coordination-link.ts";
import type { WaitOptions } from "./future.ts";

/** What is held until it is released, or its holder is gone. */
export class HeldLease implements AsyncDisposable {
  /** What is held: all names of a lock or semaphore, or those of several locks that were free first. */
  readonly names: readonly string[];
  /** Grows with every lease given in the cluster. Hand it to what you write to, so that it can refuse those of older leases. */
  readonly fence: number;
  private readonly reach: ClientReach;
  private readonly ticket: string;

  constructor(reach: ClientReach, ticket: string, { names, fence }: Granted) {
    this.reach = reach;
    this.ticket = ticket;
    this.names = names.map((name) => name.slice(name.indexOf("/") + 1));
    this.fence = fence;
  }

  /** Gives it to whoever waits next. True if it was still held. */
  release(): Promise<boolean> {
    return dropTicket(this.reach, this.ticket);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}

/** What can be held by a limited number of holders at a time. It travels by name: into tasks, and between clients. */
abstract class Leased {
  private readonly given: ClientReach | undefined;

  constructor(reach: ClientReach | undefined) {
    this.given = reach;
  }

  protected abstract readonly leases: {
    readonly names: readonly string[];
    readonly need: number;
    readonly capacity: number;
  };

  /**
   * Waits until it is free, in the order of asking.
   * @throws TimeoutError; CancelledError or the signal's reason
   */
  async acquire(options: WaitOptions = {}): Promise<HeldLease> {
    const { value, ticket } = await askCoordination<Granted>(
      this.reach,
      { op: "acquire", ...this.leases, wait: true },
      options,
    );
    return new HeldLease(this.reach, ticket, value);
  }

  /** Takes it if it is free now. */
  async tryAcquire(options: WaitOptions = {}): Promise<HeldLease | undefined> {
    const wish = { op: "acquire", ...this.leases, wait: false } as const;
    const { value, ticket } = await askCoordination<Granted>(this.reach, wish, options);
    return value.granted ? new HeldLease(this.reach, ticket, value) : undefined;
  }

  /** Runs a function while it is held. */
  async run<T>(work: (held: HeldLease) => T | Promise<T>, options: WaitOptions = {}): Promise<T> {
    const held = await this.acquire(options);
    try {
      return await work(held);
    } finally {
      await held.release();
    }
  }

  protected get reach(): ClientReach {
    return this.given ?? currentReach();
  }

  protected async peek(name: string): Promise<{ held: number; waiting: number }> {
    return (await askCoordination<{ held: number; waiting: number }>(this.reach, { op: "leases", name })).value;
  }
}

/**
 * One holder at a time in the whole cluster. What a client or worker held that is gone is free again.
 * @see https://distributed.dask.org/en/stable/api.html#distributed.Lock
 * @example
 * {
 *   await using held = await client.lock("inventory").acquire({ timeout: "5s" });
 *   await warehouse.write(data, { fence: held.fence });
 * }
 */
export class Lock extends Leased {
  readonly name: string;

  constructor(name: string, reach?: ClientReach) {
    super(reach);
    checkName(name, "a lock");
    this.name = name;
  }

  async locked(): Promise<boolean> {
    return (await this.peek(`lock/${this.name}`)).held > 0;
  }

  protected get leases() {
    return { names: [`lock/${this.name}`], need: 1, capacity: 1 };
  }
}

/**
 * Several locks at once, or any `count` of them, without deadlock whatever the order.
 * @see https://distributed.dask.org/en/stable/api.html#distributed.MultiLock
 */
export class MultiLock extends Leased {
  readonly names: readonly string[];
  readonly count: number;

  /** @throws RangeError unless 1 ≤ count ≤ number of different names */
  constructor(names: readonly string[], count: number | undefined, reach?: ClientReach) {
    super(reach);
    for (const name of names) checkName(name, "a lock");
    this.names = [...new Set(names)];
    this.count = count ?? this.names.length;
    if (!Number.isInteger(this.count) || this.count < 1 || this.count > this.names.length)
      throw new RangeError(`${this.count} of ${this.names.length} locks cannot be held: give 1 … ${this.names.length}`);
  }

  protected get leases() {
    return { names: this.names.map((name) => `lock/${name}`), need: this.count, capacity: 1 };
  }
}

/**
 * Up to `leases` holders at a time in the whole cluster.
 * @see https://distributed.dask.org/en/stable/api.html#distributed.Semaphore
 * @example
 * const database = client.semaphore("database", 4);
 * const rows = await database.run(() => query("select 1"));
 */
export class Semaphore extends Leased {
  readonly name: string;
  readonly leaseCount: number;

  /** @throws RangeError unless `leases` is a positive integer */
  constructor(name: string, leases: number, reach?: ClientReach) {
    super(reach);
    checkName(name, "a semaphore");
    if (!Number.isInteger(leases) || leases < 1)
      throw new RangeError(`Semaphore "${name}" cannot have ${leases} leases: give a positive integer`);
    this.name = name;
    this.leaseCount = leases;
  }

  /** Leases given now. */
  async value(): Promise<number> {
    return (await this.peek(`semaphore/${this.name}`)).held;
  }

  protected get leases() {
    return { names: [`semaphore/${this.name}`], need: 1, capacity: this.leaseCount };
  }
}

const module = "shoal:collections/futures/locks";
registerValue<Lock>({
  name: "shoal.Lock",
  class: Lock,
  module,
  encode: ({ name }) => name,
  decode: (name) => new Lock(name as string),
});
registerValue<MultiLock>({
  name: "shoal.MultiLock",
  class: MultiLock,
  module,
  encode: ({ names, count }) => [names, count],
  decode: (plain) => new MultiLock(...(plain as [string[], number])),
});
registerValue<Semaphore>({
  name: "shoal.Semaphore",
  class: Semaphore,
  module,
  encode: ({ name, leaseCount }) => [name, leaseCount],
  decode: (plain) => new Semaphore(...(plain as [string, number])),
});
