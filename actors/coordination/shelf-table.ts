import type { Asker, CoordinationOut, SharedItem } from "./coordination-out.ts";

/** Named values: variables that are waited for, datasets, metadata. */
export class ShelfTable {
  private readonly items = new Map<string, SharedItem>();
  private readonly waiting = new Map<string, string>();
  /** What was read stays until its reader says that it arrived, even if it is replaced meanwhile. */
  private readonly lent = new Map<string, SharedItem>();

  set(name: string, item: SharedItem, out: CoordinationOut): void {
    this.remove(name, out);
    this.items.set(name, item);
    for (const [ticket, waitsFor] of this.waiting)
      if (waitsFor === name) {
        this.waiting.delete(ticket);
        this.lend(ticket, item, out);
      }
  }

  has(name: string): boolean {
    return this.items.has(name);
  }

  /** The value, now or when it is set; undefined at once with `wait` false. */
  read(name: string, { ticket }: Asker, wait: boolean, out: CoordinationOut): void {
    const item = this.items.get(name);
    if (item !== undefined) this.lend(ticket, item, out);
    else if (wait) this.waiting.set(ticket, name);
    else out.answer(ticket, undefined);
  }

  /** True if there was any. */
  remove(name: string, out: CoordinationOut): boolean {
    const item = this.items.get(name);
    if (item === undefined) return false;
    this.items.delete(name);
    out.letGo(item.keys);
    return true;
  }

  names(prefix: string): string[] {
    return [...this.items.keys()].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  }

  holds(ticket: string): boolean {
    return this.lent.has(ticket);
  }

  again(ticket: string, out: CoordinationOut): void {
    const item = this.lent.get(ticket);
    if (item !== undefined) out.answer(ticket, item);
  }

  keysInTransit(ticket: string): readonly string[] {
    return this.lent.get(ticket)?.keys ?? [];
  }

  arrived(ticket: string, out: CoordinationOut): void {
    const item = this.lent.get(ticket);
    if (item === undefined) return;
    this.lent.delete(ticket);
    out.letGo(item.keys);
  }

  get isEmpty(): boolean {
    return this.items.size === 0;
  }

  /** All of it, as plain data. */
  dump(): unknown {
    return { items: [...this.items], waiting: [...this.waiting], lent: [...this.lent] };
  }

  load(dumped: unknown): void {
    const { items, waiting, lent } = dumped as {
      items: [string, SharedItem][];
      waiting: [string, string][];
      lent: [string, SharedItem][];
    };
    for (const [name, item] of items) this.items.set(name, item);
    for (const [ticket, name] of waiting) this.waiting.set(ticket, name);
    for (const [ticket, item] of lent) this.lent.set(ticket, item);
  }

  drop(ticket: string, out: CoordinationOut): boolean {
    if (this.waiting.delete(ticket)) return true;
    if (!this.lent.has(ticket)) return false;
    this.arrived(ticket, out);
    return true;
  }

  private lend(ticket: string, item: SharedItem, out: CoordinationOut): void {
    if (item.keys.length > 0) {
      this.lent.set(ticket, item);
      out.hold(item.keys);
    }
    out.answer(ticket, item);
  }
}
