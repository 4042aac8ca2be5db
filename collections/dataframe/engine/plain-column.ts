import type { PolarsFrame } from "./polars.ts";

/** A column without the wrapper's two hundred closures, for reading a few of which they take longer than the reading. */
export interface PlainColumn {
  nullCount(): number;
  /** The values, where none is missing. */
  toTypedArray(): unknown;
  cast(type: unknown, strict: boolean): PlainColumn;
}

export const plainColumn = (table: PolarsFrame, name: string): PlainColumn =>
  (table as unknown as { readonly _df: { column(name: string): PlainColumn } })._df.column(name);
