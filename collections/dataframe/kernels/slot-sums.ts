import { EXACT_BELOW, type NumberColumn, rangeOf } from "./number-column.ts";

/** At most so many columns are added in one pass. */
const TOGETHER = 4;

/**
 * Sums of several columns by slot, and how many rows each slot has. The numbers of a slot lie side by side, so that a row of many groups
 * costs one miss of the cache, whatever is summed.
 */
export class SlotSums {
  private readonly slots: number;
  private readonly wholes: readonly boolean[];
  private readonly reaches: Float64Array;
  /** For each few columns the sums by slot; the first of them begin with the count of rows. */
  private readonly tables: readonly Float64Array[];

  /** @param wholes for each column, whether its numbers are whole: their sums must be exact */
  constructor(slots: number, wholes: readonly boolean[]) {
    this.slots = slots;
    this.wholes = wholes;
    this.reaches = new Float64Array(wholes.length);
    const widths = [Math.min(TOGETHER, wholes.length) + 1];
    for (let at = TOGETHER; at < wholes.length; at += TOGETHER) widths.push(Math.min(TOGETHER, wholes.length - at) + 1);
    this.tables = widths.map((width) => new Float64Array(slots * width));
  }

  /** False where a sum of whole numbers may not be exact. */
  add(slots: Uint32Array, columns: readonly NumberColumn[]): boolean {
    const values = columns.map((column) => (column.hasGaps ? withoutGaps(column.values) : column.values));
    for (const [at, isWhole] of this.wholes.entries()) {
      if (!isWhole) continue;
      const [low, high] = columns[at]?.range ?? rangeOf(values[at] as Float64Array);
      (this.reaches[at] as number) += Math.max(-low, high, 0) * slots.length;
      if ((this.reaches[at] as number) >= EXACT_BELOW) return false;
    }
    for (const [at, table] of this.tables.entries())
      addTogether(table, slots, values.slice(at * TOGETHER, (at + 1) * TOGETHER));
    return true;
  }

  counts(): Float64Array {
    return this.strided(0, 0);
  }

  /** The sums of the at-th column. */
  sums(at: number): Float64Array {
    return this.strided(Math.floor(at / TOGETHER), (at % TOGETHER) + 1);
  }

  private strided(of: number, from: number): Float64Array {
    const table = this.tables[of] as Float64Array;
    const width = table.length / this.slots;
    const found = new Float64Array(this.slots);
    for (let slot = 0, at = from; slot < found.length; slot++, at += width) found[slot] = table[at] as number;
    return found;
  }
}

function withoutGaps(values: Float64Array): Float64Array {
  const filled = new Float64Array(values.length);
  for (let row = 0; row < filled.length; row++) filled[row] = Number.isNaN(values[row]) ? 0 : (values[row] as number);
  return filled;
}

/** One loop for each number of columns: a loop over columns within would cost more than the sums. */
function addTogether(into: Float64Array, slots: Uint32Array, columns: readonly Float64Array[]): void {
  const [a, b, c, d] = columns as readonly [Float64Array, Float64Array, Float64Array, Float64Array];
  switch (columns.length) {
    case 0:
      return countRows(into, slots);
    case 1:
      return addOne(into, slots, a);
    case 2:
      return addTwo(into, slots, a, b);
    case 3:
      return addThree(into, slots, [a, b, c]);
    default:
      return addFour(into, slots, [a, b, c, d]);
  }
}

function countRows(into: Float64Array, slots: Uint32Array): void {
  for (let row = 0; row < slots.length; row++) (into[slots[row] as number] as number)++;
}

function addOne(into: Float64Array, slots: Uint32Array, a: Float64Array): void {
  for (let row = 0; row < slots.length; row++) {
    const at = (slots[row] as number) * 2;
    (into[at] as number)++;
    (into[at + 1] as number) += a[row] as number;
  }
}

function addTwo(into: Float64Array, slots: Uint32Array, a: Float64Array, b: Float64Array): void {
  for (let row = 0; row < slots.length; row++) {
    const at = (slots[row] as number) * 3;
    (into[at] as number)++;
    (into[at + 1] as number) += a[row] as number;
    (into[at + 2] as number) += b[row] as number;
  }
}

type Columns<Count extends number> = Count extends 3
  ? readonly [Float64Array, Float64Array, Float64Array]
  : readonly [Float64Array, Float64Array, Float64Array, Float64Array];

function addThree(into: Float64Array, slots: Uint32Array, [a, b, c]: Columns<3>): void {
  for (let row = 0; row < slots.length; row++) {
    const at = (slots[row] as number) * 4;
    (into[at] as number)++;
    (into[at + 1] as number) += a[row] as number;
    (into[at + 2] as number) += b[row] as number;
    (into[at + 3] as number) += c[row] as number;
  }
}

function addFour(into: Float64Array, slots: Uint32Array, [a, b, c, d]: Columns<4>): void {
  for (let row = 0; row < slots.length; row++) {
    const at = (slots[row] as number) * 5;
    (into[at] as number)++;
    (into[at + 1] as number) += a[row] as number;
    (into[at + 2] as number) += b[row] as number;
    (into[at + 3] as number) += c[row] as number;
    (into[at + 4] as number) += d[row] as number;
  }
}
