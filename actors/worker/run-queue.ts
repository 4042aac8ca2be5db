/**
 * Rows that may run, most urgent first: a binary heap in three growing columns. Rows that are taken back stay until they
 * surface; the attempt in the entry tells them from their later lives.
 */
export class RunQueue {
  private rows = new Float64Array(256);
  private attempts = new Float64Array(256);
  private priorities = new Float64Array(256);
  private length = 0;

  get size(): number {
    return this.length;
  }

  push(row: number, attempt: number, priority: number): void {
    if (this.length === this.rows.length) this.grow();
    let at = this.length++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.priorities[parent] as number) <= priority) break;
      this.copy(parent, at);
      at = parent;
    }
    this.put(at, row, attempt, priority);
  }

  /** Takes the most urgent entry out; false if there is none. */
  pop(into: { row: number; attempt: number }): boolean {
    if (this.length === 0) return false;
    into.row = this.rows[0] as number;
    into.attempt = this.attempts[0] as number;
    this.length -= 1;
    if (this.length > 0) this.sink(this.length);
    return true;
  }

  clear(): void {
    this.length = 0;
  }

  private sink(from: number): void {
    const priority = this.priorities[from] as number;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.length) break;
      if (child + 1 < this.length && (this.priorities[child + 1] as number) < (this.priorities[child] as number))
        child += 1;
      if ((this.priorities[child] as number) >= priority) break;
      this.copy(child, at);
      at = child;
    }
    this.copy(from, at);
  }

  private copy(from: number, to: number): void {
    this.put(to, this.rows[from] as number, this.attempts[from] as number, this.priorities[from] as number);
  }

  private put(at: number, row: number, attempt: number, priority: number): void {
    this.rows[at] = row;
    this.attempts[at] = attempt;
    this.priorities[at] = priority;
  }

  private grow(): void {
    const grown = (old: Float64Array): Float64Array<ArrayBuffer> => {
      const column = new Float64Array(old.length * 2);
      column.set(old);
      return column;
    };
    this.rows = grown(this.rows);
    this.attempts = grown(this.attempts);
    this.priorities = grown(this.priorities);
  }
}
