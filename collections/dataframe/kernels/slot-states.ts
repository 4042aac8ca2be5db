import { countNaN, EXACT_BELOW, type NumberColumn, rangeOf } from "./number-column.ts";

/** The slots of the rows of one part, and of each slot how many of these rows it has and what a column of theirs sums up to. */
export interface PlacedRows {
  readonly slots: Uint32Array;
  /** Values that are not missing, and their sum, where a part is all there is and they have been summed already. */
  summed(column: NumberColumn): { readonly counts: Float64Array; readonly sums: Float64Array } | undefined;
}

/** What is worked out of each group while its rows go by, other than sums; groups are slots, numbers from 0. */
export interface SlotState {
  /** False where the outcome would not be exact. */
  add(rows: PlacedRows, columns: readonly NumberColumn[]): boolean;
  /** An outcome a slot, NaN where there is none. */
  readonly values: Float64Array;
}

type Make = (slots: number, isWhole: boolean) => SlotState;

const missing: Make = (slots) => {
  const values = new Float64Array(slots);
  return {
    values,
    add: ({ slots: at }, [column]) => {
      if (column?.hasGaps === true) countMissing(values, at, column.values);
      return true;
    },
  };
};

function countMissing(into: Float64Array, at: Uint32Array, values: Float64Array): void {
  for (let row = 0; row < at.length; row++) if (Number.isNaN(values[row])) (into[at[row] as number] as number)++;
}

const extreme =
  (sign: 1 | -1): Make =>
  (slots, isWhole) => {
    const found = new Float64Array(slots).fill(Number.NaN);
    return {
      values: found,
      add: ({ slots: at }, [column]) => {
        const { values, hasGaps } = column as NumberColumn;
        if (isWhole && largest(column as NumberColumn) >= EXACT_BELOW) return false;
        // NaN among values that are all there is the engine's to judge.
        if (!(isWhole || hasGaps) && countNaN(values) > 0) return false;
        if (sign === 1) raise(found, at, values);
        else lower(found, at, values);
        return true;
      },
    };
  };

function largest({ values, range }: NumberColumn): number {
  const [low, high] = range ?? rangeOf(values);
  return Math.max(-low, high, 0);
}

function raise(into: Float64Array, at: Uint32Array, terms: Float64Array): void {
  for (let row = 0; row < at.length; row++) {
    const [slot, term] = [at[row] as number, terms[row] as number];
    const known = into[slot] as number;
    if (term > known || Number.isNaN(known)) into[slot] = term;
  }
}

function lower(into: Float64Array, at: Uint32Array, terms: Float64Array): void {
  for (let row = 0; row < at.length; row++) {
    const [slot, term] = [at[row] as number, terms[row] as number];
    const known = into[slot] as number;
    if (term < known || Number.isNaN(known)) into[slot] = term;
  }
}

/** Sums of squared deviations from the mean, in two passes over a part; parts are pooled. */
const deviations: Make = (slots) => {
  const pooled = new Pooled(slots);
  return {
    values: pooled.squares,
    add: (rows, [column]) => {
      const { values, hasGaps } = column as NumberColumn;
      const { slots: at } = rows;
      const { counts, sums } = rows.summed(column as NumberColumn) ?? summed(slots, at, values);
      const squares = new Float64Array(slots);
      const means = sums.map((total, slot) => total / (counts[slot] as number));
      if (hasGaps) addKnownSquares(squares, at, values, means);
      else addSquares(squares, at, values, means);
      for (let slot = 0; slot < slots; slot++)
        pooled.add(slot, counts[slot] as number, sums[slot] as number, squares[slot] as number);
      return true;
    },
  };
};

function summed(
  slots: number,
  at: Uint32Array,
  values: Float64Array,
): { readonly counts: Float64Array; readonly sums: Float64Array } {
  const [counts, sums] = [new Float64Array(slots), new Float64Array(slots)];
  for (let row = 0; row < at.length; row++) {
    if (Number.isNaN(values[row])) continue;
    const slot = at[row] as number;
    (counts[slot] as number)++;
    (sums[slot] as number) += values[row] as number;
  }
  return { counts, sums };
}

function addSquares(into: Float64Array, at: Uint32Array, values: Float64Array, means: Float64Array): void {
  for (let row = 0; row < at.length; row++) {
    const slot = at[row] as number;
    const deviation = (values[row] as number) - (means[slot] as number);
    (into[slot] as number) += deviation * deviation;
  }
}

function addKnownSquares(into: Float64Array, at: Uint32Array, values: Float64Array, means: Float64Array): void {
  for (let row = 0; row < at.length; row++) {
    if (Number.isNaN(values[row])) continue;
    const slot = at[row] as number;
    const deviation = (values[row] as number) - (means[slot] as number);
    (into[slot] as number) += deviation * deviation;
  }
}

/** Deviations of parts, given as counts, sums and sums of squared deviations. */
const pooledDeviations: Make = (slots) => {
  const pooled = new Pooled(slots);
  return {
    values: pooled.squares,
    add: ({ slots: at }, columns) => {
      const lists = columns.map(({ values }) => values);
      const [counts, sums, squares] = lists as [Float64Array, Float64Array, Float64Array];
      for (let row = 0; row < at.length; row++)
        pooled.add(at[row] as number, counts[row] as number, sums[row] as number, squares[row] as number);
      return true;
    },
  };
};

/** Counts, sums and squared deviations that others are added to (Chan, Golub, LeVeque). */
class Pooled {
  private readonly counts: Float64Array;
  private readonly sums: Float64Array;
  readonly squares: Float64Array;

  constructor(slots: number) {
    this.counts = new Float64Array(slots);
    this.sums = new Float64Array(slots);
    this.squares = new Float64Array(slots);
  }

  add(slot: number, count: number, sum: number, squares: number): void {
    if (!(count > 0)) return;
    const [known, total] = [this.counts[slot] as number, this.sums[slot] as number];
    let pooled = (this.squares[slot] as number) + squares;
    if (known > 0) {
      const apart = sum / count - total / known;
      pooled += apart * apart * ((known * count) / (known + count));
    }
    this.squares[slot] = pooled;
    this.counts[slot] = known + count;
    this.sums[slot] = total + sum;
  }
}

/** The aggregations that have a state here; sums and counts are kept by SlotSums. */
export const SLOT_STATES: Readonly<Record<string, Make>> = {
  count: missing,
  min: extreme(-1),
  max: extreme(1),
  deviations,
  pooledDeviations,
};
