/** A column of numbers that can be copied into a longer one. */
export interface Column {
  readonly length: number;
  set(from: ArrayLike<number>): void;
}

const FULL_SHARE = 0.9;
const GROWTH = 1.125;

/**
 * Columns that are nearly full grow before there is need: millions of rows take long to copy, a column a turn does not. They grow by little, as much more would
 * cost every task memory that none may ever use.
 * @returns their new length; undefined while there is room
 */
export const lengthAhead = (used: number, length: number): number | undefined =>
  used > length * FULL_SHARE ? Math.ceil(length * GROWTH) : undefined;

/** A column with the same at its beginning; the same one if it is as long already. */
export function longerColumn<C extends Column>(column: C, length: number): C {
  if (column.length >= length) return column;
  const made = new (column.constructor as new (length: number) => C)(length);
  made.set(column as unknown as ArrayLike<number>);
  return made;
}
