/** A copy of a result that a worker was told to fetch. */
export interface CopyOrder {
  readonly row: number;
  readonly attempt: number;
  readonly bytes: number;
  /** The number of the worker that fetches it. */
  readonly to: number;
  /** "move": when it is there it takes the place of the first holder's. */
  readonly kind: "copy" | "move";
  /** When it was told last. */
  readonly toldMs: number;
}

/** How many copies of a result there are to be, and where they may lie. */
export interface CopyWish {
  readonly copies: number;
  /** By name; undefined: on any worker. */
  readonly workers: readonly string[] | undefined;
}

/**
 * What the scheduler means to change about where results lie: the one place where this is planned, so that no two wishes work
 * against each other. All of it ends with the result that it speaks of.
 */
export class ReplicaTable {
  /** By row. */
  readonly wishes = new Map<number, CopyWish>();
  /** Open orders by row. */
  readonly orders = new Map<number, CopyOrder[]>();
  /** Workers that were let go, by name: the life that was, in case it did not hear it. */
  readonly dismissed = new Map<string, number>();
  /** Why workers that were to leave stay, by name. */
  readonly stays = new Map<string, string>();
  /** When there is something to look at; infinite if nothing is planned. */
  nextMs = Number.POSITIVE_INFINITY;
  /** Where the search for copies that nobody needs goes on. */
  surplusCursor = 0;
  /** Bytes on their way, by worker. */
  private readonly incoming = new Map<number, number>();
  private count = 0;

  get openOrders(): number {
    return this.count;
  }

  incomingBytes(worker: number): number {
    return this.incoming.get(worker) ?? 0;
  }

  add(order: CopyOrder): void {
    const known = this.orders.get(order.row);
    if (known === undefined) this.orders.set(order.row, [order]);
    else known.push(order);
    this.count += 1;
    this.incoming.set(order.to, this.incomingBytes(order.to) + order.bytes);
  }

  /** Takes an order off the list: it is done with, or will not be. */
  take(row: number, to: number): CopyOrder | undefined {
    const known = this.orders.get(row);
    const at = known?.findIndex((one) => one.to === to) ?? -1;
    if (known === undefined || at < 0) return undefined;
    const [order] = known.splice(at, 1) as [CopyOrder];
    if (known.length === 0) this.orders.delete(row);
    this.count -= 1;
    const left = this.incomingBytes(to) - order.bytes;
    if (left > 0) this.incoming.set(to, left);
    else this.incoming.delete(to);
    return order;
  }

  /** A result is gone, or wanted by nobody; gives the orders that are called off. */
  forget(row: number): readonly CopyOrder[] {
    this.wishes.delete(row);
    const open = [...(this.orders.get(row) ?? NO_ORDERS)];
    for (const { to } of open) this.take(row, to);
    return open;
  }

  /** A worker was let go; it is remembered for a while. */
  noteDismissed(worker: string, incarnation: number): void {
    this.dismissed.delete(worker);
    this.dismissed.set(worker, incarnation);
    if (this.dismissed.size > DISMISSED_MAX) this.dismissed.delete(this.dismissed.keys().next().value as string);
  }
}

const NO_ORDERS: readonly CopyOrder[] = [];
const DISMISSED_MAX = 1000;
