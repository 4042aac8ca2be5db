/** A set of rows that stays as it is: one bit for each row between its least and its greatest. */
export class RowBits {
  private readonly least: number;
  private readonly bits: Uint8Array;

  constructor(rows: Uint32Array) {
    let [least, greatest] = [Number.POSITIVE_INFINITY, -1];
    for (const row of rows) {
      if (row < least) least = row;
      if (row > greatest) greatest = row;
    }
    this.least = least;
    this.bits = new Uint8Array(rows.length === 0 ? 0 : ((greatest - least) >>> 3) + 1);
    for (const row of rows) {
      const at = row - least;
      this.bits[at >>> 3] = (this.bits[at >>> 3] as number) | (1 << (at & 7));
    }
  }

  has(row: number): boolean {
    const at = row - this.least;
    // Outside of the bits there is nothing.
    return at >= 0 && (((this.bits[at >>> 3] ?? 0) >>> (at & 7)) & 1) === 1;
  }
}
