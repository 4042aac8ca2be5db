/** Entries in columns: row, attempt, priority. */
class Entries {
  rows = new Float64Array(256);
  attempts = new Float64Array(256);
  priorities = new Float64Array(256);

  get capacity(): number {
    return this.rows.length;
  }

  put(at: number, row: number, attempt: number, priority: number): void {
    this.rows[at] = row;
    this.attempts[at] = attempt;
    this.priorities[at] = priority;
  }

  copy(from: number, to: number): void {
    this.put(to, this.rows[from] as number, this.attempts[from] as number, this.priorities[from] as number);
  }

  grow(): void {
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

/** What becomes of an entry at the end of a queue. */
export type Verdict = "stale" | "stays" | "goes";

/**
 * Rows that may run, most urgent first. What comes in order, as most does, stands in a line; the rest is a binary heap; the
 * more urgent of their heads is next. Rows that are taken back stay until they surface; the attempt in the entry tells them
 * from their later lives.
 */
export class RunQueue {
  private readonly line = new Entries();
  private lineHead = 0;
  private lineEnd = 0;
  private readonly heap = new Entries();
  private heapSize = 0;

  get size(): number {
    return this.lineEnd - this.lineHead + this.heapSize;
  }

  push(row: number, attempt: number, priority: number): void {
    if (this.lineHead === this.lineEnd) this.lineHead = this.lineEnd = 0;
    if (this.lineEnd > 0 && priority < (this.line.priorities[this.lineEnd - 1] as number)) {
      this.rise(row, attempt, priority);
      return;
    }
    if (this.lineEnd === this.line.capacity) this.makeRoom();
    this.line.put(this.lineEnd++, row, attempt, priority);
  }

  /** Takes the most urgent entry out; false if there is none. */
  pop(into: { row: number; attempt: number }): boolean {
    if (this.size === 0) return false;
    const { line, heap, lineHead } = this;
    const isInLine =
      lineHead < this.lineEnd &&
      (this.heapSize === 0 || (line.priorities[lineHead] as number) <= (heap.priorities[0] as number));
    const from = isInLine ? line : heap;
    const at = isInLine ? lineHead : 0;
    into.row = from.rows[at] as number;
    into.attempt = from.attempts[at] as number;
    if (isInLine) this.lineHead += 1;
    else {
      this.heapSize -= 1;
      if (this.heapSize > 0) this.sink(this.heapSize);
    }
    return true;
  }

  /**
   * Takes entries out from the least urgent on.
   * @param most at most so many
   * @param looks at most so many are looked at
   * @param judge told how many entries are more urgent
   * @returns the rows of those that go; stale ones are forgotten
   */
  takeLast(most: number, looks: number, judge: (row: number, attempt: number, ahead: number) => Verdict): number[] {
    const { line, heap } = this;
    const given: number[] = [];
    const stays: { readonly row: number; readonly attempt: number; readonly priority: number }[] = [];
    for (; given.length < most && looks > 0 && this.size > 0; looks--) {
      const isInLine =
        this.lineHead < this.lineEnd &&
        (this.heapSize === 0 ||
          (line.priorities[this.lineEnd - 1] as number) >= (heap.priorities[this.heapSize - 1] as number));
      // The last leaf of a heap can be taken off; it is among the least urgent.
      const from = isInLine ? line : heap;
      const at = isInLine ? --this.lineEnd : --this.heapSize;
      const row = from.rows[at] as number;
      const attempt = from.attempts[at] as number;
      const verdict = judge(row, attempt, this.size);
      if (verdict === "goes") given.push(row);
      else if (verdict === "stays") stays.push({ row, attempt, priority: from.priorities[at] as number });
    }
    for (const one of stays.reverse()) this.push(one.row, one.attempt, one.priority);
    return given;
  }

  clear(): void {
    this.lineHead = 0;
    this.lineEnd = 0;
    this.heapSize = 0;
  }

  /** Moves the line to the front of its columns if half of them is past, else gives it larger ones. */
  private makeRoom(): void {
    const { line, lineHead, lineEnd } = this;
    if (lineHead < line.capacity / 2) {
      line.grow();
      return;
    }
    for (let at = lineHead; at < lineEnd; at++) line.copy(at, at - lineHead);
    this.lineEnd -= lineHead;
    this.lineHead = 0;
  }

  private rise(row: number, attempt: number, priority: number): void {
    const { heap } = this;
    if (this.heapSize === heap.capacity) heap.grow();
    let at = this.heapSize++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((heap.priorities[parent] as number) <= priority) break;
      heap.copy(parent, at);
      at = parent;
    }
    heap.put(at, row, attempt, priority);
  }

  private sink(from: number): void {
    const { heap, heapSize } = this;
    const priority = heap.priorities[from] as number;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heapSize) break;
      if (child + 1 < heapSize && (heap.priorities[child + 1] as number) < (heap.priorities[child] as number))
        child += 1;
      if ((heap.priorities[child] as number) >= priority) break;
      heap.copy(child, at);
      at = child;
    }
    heap.copy(from, at);
  }
}
