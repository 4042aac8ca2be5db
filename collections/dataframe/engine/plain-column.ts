import { type PolarsExpr, type PolarsFrame, polars } from "./polars.ts";

/** A column without the wrapper's two hundred closures: for reading a few values they take longer than the reading. */
export interface PlainColumn {
  readonly dtype: unknown;
  len(): number;
  /** One value; null where it is missing. */
  getIdx(row: number): unknown;
  nullCount(): number;
  /** A copy of the values, where none is missing. */
  toTypedArray(): unknown;
  cast(type: unknown, strict: boolean): PlainColumn;
  explode(): PlainColumn;
}

export const plainColumn = (table: PolarsFrame, name: string): PlainColumn =>
  (table as unknown as { readonly _df: { column(name: string): PlainColumn } })._df.column(name);

interface PlainColumns {
  newFloat64Array(name: string, values: Float64Array): PlainColumn;
  newUint32Array(name: string, values: Uint32Array): PlainColumn;
}
let makers: PlainColumns | undefined;

function makersOfColumns(): PlainColumns {
  makers ??= (polars().Series("", [0]) as unknown as { readonly _s: { readonly constructor: unknown } })._s
    .constructor as PlainColumns;
  return makers;
}

/** A table of lists of numbers, copied. */
export function tableOfLists(columns: readonly (readonly [string, Float64Array | Uint32Array])[]): PolarsFrame {
  const make = makersOfColumns();
  // The wrapper looks for no more of a column than this.
  const plain = columns.map(([name, values]) => ({
    name,
    _s: values instanceof Float64Array ? make.newFloat64Array(name, values) : make.newUint32Array(name, values),
  }));
  return polars().DataFrame(plain as never) as PolarsFrame;
}

/** Row numbers as an expression, copied. */
export function listOfRows(rows: Uint32Array): PolarsExpr {
  const inner = makersOfColumns().newUint32Array("", rows);
  // The wrapper takes for a column what says that it is one, and asks it for its native part.
  return (polars().lit({ inner: () => inner, [Symbol.toStringTag]: () => "Series" } as never) as PolarsExpr).explode();
}
