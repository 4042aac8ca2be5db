import type { Asker, CoordinationOut, SharedItem } from "./coordination-out.ts";

interface Waiting extends Asker {
  readonly item: SharedItem;
}

interface Taker extends Asker {
  readonly countMax: number;
}

interface Transit {
  readonly name: string;
  readonly sizeMax: number;
  readonly items: readonly SharedItem[];
}

interface Queue {
  /** 0: without limit. */
  readonly sizeMax: number;
  readonly items: SharedItem[];
  readonly putters: Waiting[];
  readonly takers: Taker[];
}

export interface Taken {
  readonly items: readonly SharedItem[];
}

/**
 * Queues of shared items. What was taken stays in transit until its taker says that it arrived: a taker that is gone before
 * gives it back, to the front.
 */
export class QueueTable {
  private readonly queues = new Map<string, Queue>();
  private readonly queueOf = new Map<string, string>();
  private readonly transit = new Map<string, Transit>();

  put(name: string, sizeMax: number, asker: Asker, item: SharedItem, out: CoordinationOut): void {
    const queue = this.open(name, sizeMax);
    queue.putters.push({ ...asker, item });
    this.queueOf.set(asker.ticket, name);
    this.settle(name, queue, out);
  }

  /** Waits for at least one item; takes as many as there are, up to `countMax`. */
  take(name: string, sizeMax: number, asker: Asker, countMax: number, out: CoordinationOut): void {
    const queue = this.open(name, sizeMax);
    queue.takers.push({ ...asker, countMax });
    this.queueOf.set(asker.ticket, name);
    this.settle(name, queue, out);
  }

  size(name: string): number {
    return this.queues.get(name)?.items.length ?? 0;
  }

  /** What was taken has arrived. */
  arrived(ticket: string, out: CoordinationOut): void {
    const taken = this.transit.get(ticket);
    if (taken === undefined) return;
    this.transit.delete(ticket);
    for (const { keys } of taken.items) out.letGo(keys);
  }

  holds(ticket: string): boolean {
    return this.transit.has(ticket);
  }

  again(ticket: string, out: CoordinationOut): void {
    const taken = this.transit.get(ticket);
    if (taken !== undefined) out.answer(ticket, { items: taken.items } satisfies Taken);
  }

  /** The keys that are in transit under a ticket. */
  keysInTransit(ticket: string): readonly string[] {
    return this.transit.get(ticket)?.items.flatMap(({ keys }) => keys) ?? [];
  }

  /** Whoever asked does not wait any more, or is gone. */
  drop(ticket: string, out: CoordinationOut): boolean {
    const taken = this.transit.get(ticket);
    if (taken !== undefined) {
      this.transit.delete(ticket);
      const queue = this.open(taken.name, taken.sizeMax);
      queue.items.unshift(...taken.items);
      this.settle(taken.name, queue, out);
      return true;
    }
    const name = this.queueOf.get(ticket);
    const queue = name === undefined ? undefined : this.queues.get(name);
    if (name === undefined || queue === undefined) return false;
    this.queueOf.delete(ticket);
    const putter = queue.putters.findIndex((one) => one.ticket === ticket);
    if (putter >= 0) for (const { item } of queue.putters.splice(putter, 1)) out.letGo(item.keys);
    const taker = queue.takers.findIndex((one) => one.ticket === ticket);
    if (taker >= 0) queue.takers.splice(taker, 1);
    this.closeIfUnused(name, queue);
    return true;
  }

  get isEmpty(): boolean {
    return this.queues.size === 0 && this.transit.size === 0;
  }

  /** All of it, as plain data. */
  dump(): unknown {
    return { queues: [...this.queues], queueOf: [...this.queueOf], transit: [...this.transit] };
  }

  load(dumped: unknown): void {
    const { queues, queueOf, transit } = dumped as {
      queues: [string, Queue][];
      queueOf: [string, string][];
      transit: [string, Transit][];
    };
    for (const [name, { sizeMax, items, putters, takers }] of queues)
      this.queues.set(name, { sizeMax, items: [...items], putters: [...putters], takers: [...takers] });
    for (const [ticket, name] of queueOf) this.queueOf.set(ticket, name);
    for (const [ticket, taken] of transit) this.transit.set(ticket, taken);
  }

  private open(name: string, sizeMax: number): Queue {
    let queue = this.queues.get(name);
    if (queue === undefined) this.queues.set(name, (queue = { sizeMax, items: [], putters: [], takers: [] }));
    return queue;
  }

  private settle(name: string, queue: Queue, out: CoordinationOut): void {
    for (let moved = true; moved; ) {
      moved = false;
      while (queue.putters.length > 0 && (queue.sizeMax === 0 || queue.items.length < queue.sizeMax)) {
        const { ticket, item } = queue.putters.shift() as Waiting;
        queue.items.push(item);
        this.queueOf.delete(ticket);
        out.answer(ticket, true);
        moved = true;
      }
      while (queue.takers.length > 0 && queue.items.length > 0) {
        const { ticket, countMax } = queue.takers.shift() as Taker;
        const items = queue.items.splice(0, countMax);
        this.queueOf.delete(ticket);
        this.transit.set(ticket, { name, sizeMax: queue.sizeMax, items });
        out.answer(ticket, { items } satisfies Taken);
        moved = true;
      }
    }
    this.closeIfUnused(name, queue);
  }

  private closeIfUnused(name: string, queue: Queue): void {
    if (queue.items.length + queue.putters.length + queue.takers.length === 0) this.queues.delete(name);
  }
}
