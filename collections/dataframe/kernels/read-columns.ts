import { type Dtype, familyOf, isFloat, isNumber } from "../dtype.ts";
import { type PolarsFrame, type PolarsLazy, polars, polarsType } from "../engine/polars.ts";
import type { RawColumns } from "../plan/step.ts";
import type { Field } from "../schema.ts";

type NativeSeries = ReturnType<PolarsFrame["getColumn"]>;

/** A table of values in hand. */
export function readColumns(columns: RawColumns, fields: readonly Field[]): PolarsLazy {
  const series = fields.map(({ name, dtype }) => seriesOf(name, columns[name] as RawColumns[string], dtype));
  return (polars().DataFrame(series as never) as PolarsFrame).lazy();
}

/** A column of the engine's from JavaScript values; undefined and NaN are missing. */
export function seriesOf(name: string, values: RawColumns[string], dtype: Dtype): NativeSeries {
  const pl = polars();
  if (ArrayBuffer.isView(values)) return cleared(pl.Series(name, values as never), dtype);
  const family = familyOf(dtype);
  const type = polarsType(dtype);
  if (family === "list") return pl.Series(name, values as never[], type) as NativeSeries;
  if (values.some((value) => typeof value === "bigint"))
    return bigSeries(name, values as readonly (bigint | number | null)[], dtype);
  const numbers = isNumber(dtype) || family === "datetime" || family === "duration" || family === "date";
  if (!numbers) return pl.Series(name, values as never[], type) as NativeSeries;
  const raw = pl.Series(name, values as never[], pl.Float64) as NativeSeries;
  if (family === "float") return cleared(raw, dtype);
  return raw.cast(family === "date" ? pl.Int32 : pl.Int64).cast(type);
}

function cleared(series: NativeSeries, dtype: Dtype): NativeSeries {
  if (!isFloat(dtype)) return series.cast(polarsType(dtype));
  const frame = polars().DataFrame([series] as never) as PolarsFrame;
  const pl = polars();
  return (frame.select(pl.col(series.name).fillNan(pl.lit(null) as never)) as PolarsFrame)
    .getColumn(series.name)
    .cast(polarsType(dtype));
}

/** Integers beyond 2^53 pass as text, which the engine reads exactly. */
function bigSeries(name: string, values: readonly (bigint | number | null)[], dtype: Dtype): NativeSeries {
  const pl = polars();
  return (
    pl.Series(name, values.map((value) => (value === null ? null : String(value))) as never[], pl.Utf8) as NativeSeries
  ).cast(polarsType(dtype));
}
