/** Figures over time: rows of numbers, the last so many of them. */
export class Series<Name extends string> {
  readonly names: readonly Name[];
  private readonly capacity: number;
  private readonly columns: readonly Float64Array[];
  private count = 0;
  /** As told last, and at which count: several pages ask between two rows. */
  private readonly told = new Map<Name, { readonly at: number; readonly values: readonly number[] }>();

  constructor(names: readonly Name[], capacity: number) {
    this.names = names;
    this.capacity = capacity;
    this.columns = names.map(() => new Float64Array(capacity));
  }

  get length(): number {
    return Math.min(this.count, this.capacity);
  }

  push(row: Readonly<Record<Name, number>>): void {
    const at = this.count % this.capacity;
    this.names.forEach((name, i) => {
      (this.columns[i] as Float64Array)[at] = row[name];
    });
    this.count += 1;
  }

  /** A column, oldest first. */
  column(name: Name): readonly number[] {
    let told = this.told.get(name);
    if (told?.at !== this.count) this.told.set(name, (told = { at: this.count, values: this.read(name) }));
    return told.values;
  }

  private read(name: Name): readonly number[] {
    const column = this.columns[this.names.indexOf(name)] as Float64Array;
    const first = this.count - this.length;
    return Array.from({ length: this.length }, (_, i) => column[(first + i) % this.capacity] as number);
  }

  /** All columns by name, oldest first. */
  columnsByName(): Record<Name, readonly number[]> {
    return Object.fromEntries(this.names.map((name) => [name, this.column(name)])) as Record<Name, readonly number[]>;
  }

  last(name: Name): number | undefined {
    if (this.count === 0) return undefined;
    const column = this.columns[this.names.indexOf(name)] as Float64Array;
    return column[(this.count - 1) % this.capacity];
  }
}
