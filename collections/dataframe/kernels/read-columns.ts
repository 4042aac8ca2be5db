import { type Dtype, familyOf, isNumber } from "../dtype.ts";
import { type PolarsExpr, type PolarsFrame, type PolarsLazy, polars, polarsType } from "../engine/polars.ts";
import type { RawColumns, RowNumbers } from "../plan/step.ts";
import type { Field } from "../schema.ts";
import { listSeries } from "./list-series.ts";

type NativeSeries = ReturnType<PolarsFrame["getColumn"]>;

/** A table of values in hand. */
export function readColumns(columns: RawColumns, fields: readonly Field[]): PolarsLazy {
  const series = fields.map(({ name, dtype }) => seriesOf(name, columns[name] as RawColumns[string], dtype));
  return (polars().DataFrame(series as never) as PolarsFrame).lazy();
}

/** A column of the engine's from JavaScript values; undefined and NaN are missing. */
export function seriesOf(name: string, values: RawColumns[string], dtype: Dtype): NativeSeries {
  const pl = polars();
  if (ArrayBuffer.isView(values)) return typed(cleared(pl.Series(name, values as never)), dtype);
  if (isRowNumbers(values)) return numberedRows(name, values).cast(polarsType(dtype));
  const family = familyOf(dtype);
  const type = polarsType(dtype);
  if (family === "list")
    return listSeries(name, values as readonly (readonly unknown[] | null)[], dtype, seriesOf as never);
  if (values.some((value) => typeof value === "bigint"))
    return bigSeries(name, values as readonly (bigint | number | null)[], dtype);
  const numbers = isNumber(dtype) || family === "datetime" || family === "duration" || family === "date";
  if (!numbers) return pl.Series(name, values as never[], type) as NativeSeries;
  return typed(cleared(pl.Series(name, numbersOf(values) as never)), dtype);
}

/** Times come from fractions by way of whole numbers. */
function typed(numbers: NativeSeries, dtype: Dtype): NativeSeries {
  const pl = polars();
  if (isNumber(dtype) || dtype === "bool") return numbers.cast(polarsType(dtype));
  return numbers.cast(dtype === "date" ? pl.Int32 : pl.Int64).cast(polarsType(dtype));
}

const isRowNumbers = (values: RawColumns[string]): values is RowNumbers => !Array.isArray(values);

export function numberedRows(name: string, { first, rows }: RowNumbers): NativeSeries {
  const pl = polars();
  const numbers = pl.intRange({ start: first, end: first + rows, step: 1 } as never) as unknown as PolarsExpr;
  return (pl.select(numbers.cast(pl.Int64).alias(name)) as PolarsFrame).getColumn(name);
}

/** The engine takes numbers side by side ten times as fast as a list of them; what is no number is NaN, and missing then. */
function numbersOf(values: readonly unknown[]): Float64Array {
  const numbers = new Float64Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    numbers[row] = typeof value === "number" ? value : Number.NaN;
  }
  return numbers;
}

/** NaN is missing. A sum is one wherever a term of it is. */
function cleared(series: NativeSeries): NativeSeries {
  const { variant } = series.dtype as { variant: string };
  if (!variant.startsWith("Float") || !Number.isNaN(series.sum())) return series;
  const pl = polars();
  const frame = pl.DataFrame([series] as never) as PolarsFrame;
  return (frame.select(pl.col(series.name).fillNan(pl.lit(null) as never)) as PolarsFrame).getColumn(series.name);
}

/** Integers beyond 2^53 pass as text, which the engine reads exactly. */
function bigSeries(name: string, values: readonly (bigint | number | null)[], dtype: Dtype): NativeSeries {
  const pl = polars();
  return (
    pl.Series(name, values.map((value) => (value === null ? null : String(value))) as never[], pl.Utf8) as NativeSeries
  ).cast(polarsType(dtype));
}
