/** A set of small numbers whose members can be visited from any place on, a few at a time. */
export class NumberSet {
  private readonly list: number[] = [];
  private readonly places = new Map<number, number>();
  private cursor = 0;

  get size(): number {
    return this.list.length;
  }

  has(number: number): boolean {
    return this.places.has(number);
  }

  add(number: number): void {
    if (this.places.has(number)) return;
    this.places.set(number, this.list.push(number) - 1);
  }

  delete(number: number): void {
    const at = this.places.get(number);
    if (at === undefined) return;
    this.places.delete(number);
    const last = this.list.pop() as number;
    if (last === number) return;
    this.list[at] = last;
    this.places.set(last, at);
  }

  clear(): void {
    this.list.length = 0;
    this.places.clear();
  }

  /** The next few members, going round; each at most once. */
  next(count: number): number[] {
    const { list } = this;
    const taken = Math.min(count, list.length);
    const from = list.length === 0 ? 0 : this.cursor % list.length;
    this.cursor = from + taken;
    return Array.from({ length: taken }, (_, i) => list[(from + i) % list.length] as number);
  }

  [Symbol.iterator](): Iterator<number> {
    return this.list[Symbol.iterator]();
  }
}
