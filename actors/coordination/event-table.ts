import type { Asker, CoordinationOut } from "./coordination-out.ts";

/** Flags that are waited for. */
export class EventTable {
  private readonly set = new Set<string>();
  private readonly waiting = new Map<string, string>();

  raise(name: string, out: CoordinationOut): void {
    this.set.add(name);
    for (const [ticket, waitsFor] of this.waiting)
      if (waitsFor === name) {
        this.waiting.delete(ticket);
        out.answer(ticket, true);
      }
  }

  clear(name: string): void {
    this.set.delete(name);
  }

  isSet(name: string): boolean {
    return this.set.has(name);
  }

  wait(name: string, { ticket }: Asker, out: CoordinationOut): void {
    if (this.set.has(name)) out.answer(ticket, true);
    else this.waiting.set(ticket, name);
  }

  get isEmpty(): boolean {
    return this.set.size === 0;
  }

  /** All of it, as plain data. */
  dump(): unknown {
    return { set: [...this.set], waiting: [...this.waiting] };
  }

  load(dumped: unknown): void {
    const { set, waiting } = dumped as { set: string[]; waiting: [string, string][] };
    for (const name of set) this.set.add(name);
    for (const [ticket, name] of waiting) this.waiting.set(ticket, name);
  }

  drop(ticket: string): boolean {
    return this.waiting.delete(ticket);
  }
}
