import { type Dtype, familyOf } from "../dtype.ts";
import { type PolarsExpr, type PolarsFrame, polars, polarsType } from "./polars.ts";
import { literal } from "./translate.ts";

type NativeSeries = ReturnType<PolarsFrame["getColumn"]>;

/** One value of a column as a literal of the same type; integers of any size are exact. */
export function scalarLiteral(series: NativeSeries, row: number, dtype: Dtype): PolarsExpr {
  const pl = polars();
  const one = series.slice(row, 1).cast(polarsType(dtype));
  if (one.length === 0 || one.nullCount() > 0) return literal(null, dtype);
  const family = familyOf(dtype);
  if (family === "string" || family === "bool" || family === "float")
    return literal((one.toArray() as unknown[])[0], dtype);
  const whole = BigInt(
    (
      one
        .cast(family === "date" ? pl.Int32 : pl.Int64)
        .cast(pl.Utf8)
        .toArray() as string[]
    )[0] as string,
  );
  if (family === "date") return literal(Number(whole), dtype);
  const exact = (pl.lit(String(whole)) as PolarsExpr).cast(pl.Int64);
  return dtype === "int64" ? exact : exact.cast(polarsType(dtype));
}
