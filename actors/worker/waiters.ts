/** Which tasks here wait for which row. A task that reads a row twice waits for it twice. */
export class Waiters {
  private readonly byInput = new Map<number, number[]>();

  add(input: number, row: number): void {
    const waiting = this.byInput.get(input);
    if (waiting === undefined) this.byInput.set(input, [row]);
    else waiting.push(row);
  }

  has(input: number): boolean {
    return this.byInput.has(input);
  }

  /** A row waits no more for an input; true if it was the last that did. */
  leave(input: number, row: number): boolean {
    const waiting = this.byInput.get(input)?.filter((one) => one !== row);
    if (waiting === undefined) return false;
    if (waiting.length > 0) this.byInput.set(input, waiting);
    else this.byInput.delete(input);
    return waiting.length === 0;
  }

  /** Those that wait for an input, which they do no longer. */
  take(input: number): readonly number[] {
    const waiting = this.byInput.get(input) ?? [];
    this.byInput.delete(input);
    return waiting;
  }

  [Symbol.iterator](): Iterator<[input: number, rows: readonly number[]]> {
    return this.byInput.entries();
  }
}
