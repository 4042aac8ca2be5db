/** A column of numbers that can be copied into a longer one. */
export interface Column {
  readonly length: number;
  set(from: ArrayLike<number>): void;
}

/** Columns that are fuller than this grow before there is need: millions of rows take long to copy, a column a turn does not. */
export const FULL_SHARE = 0.75;

/** A column with the same at its beginning; the same one if it is as long already. */
export function longerColumn<C extends Column>(column: C, length: number): C {
  if (column.length >= length) return column;
  const made = new (column.constructor as new (length: number) => C)(length);
  made.set(column as unknown as ArrayLike<number>);
  return made;
}
