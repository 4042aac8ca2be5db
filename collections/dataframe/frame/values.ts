import { type Dtype, familyOf, innerOf } from "../dtype.ts";
import { type PolarsFrame, polars } from "../engine/polars.ts";

export type NativeSeries = ReturnType<PolarsFrame["getColumn"]>;

/** How integers of 64 bits come out: as numbers (an error where one is not exact), or as bigints. */
export interface ValueOptions {
  readonly int64?: "number" | "bigint";
}

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * JavaScript values of a column: null where missing, Date for times, milliseconds for time spans.
 * @param reader the method whose options these are, for the error
 * @throws RangeError for an integer beyond 2^53 unless bigints are asked for
 */
export function valuesOf(
  series: NativeSeries,
  dtype: Dtype,
  options: ValueOptions = {},
  reader = "toArray",
): unknown[] {
  const family = familyOf(dtype);
  if (dtype === "int64" || dtype === "uint64") return integers(series, options, reader);
  if (family === "datetime") return times(series, 1 / 1000);
  if (family === "date") return times(series.cast(polars().Datetime("us")), 1 / 1000);
  if (family === "duration")
    return numbers(series.cast(polars().Int64)).map((value) => (value === null ? null : value / 1000));
  const values = series.toArray() as unknown[];
  if (family !== "list") return values;
  const inner = familyOf(innerOf(dtype));
  return inner === "datetime" || inner === "date"
    ? values
    : values.map((list) => (list === null ? null : [...(list as unknown[])]));
}

const numbers = (series: NativeSeries): (number | null)[] => series.toArray() as (number | null)[];

const times = (series: NativeSeries, scale: number): (Date | null)[] =>
  numbers(series.cast(polars().Int64)).map((value) => (value === null ? null : new Date(Math.floor(value * scale))));

function integers(series: NativeSeries, options: ValueOptions, reader: string): unknown[] {
  if (options.int64 === "bigint")
    return (series.cast(polars().Utf8).toArray() as (string | null)[]).map((value) =>
      value === null ? null : BigInt(value),
    );
  const values = numbers(series);
  const unsafe = values.findIndex((value) => value !== null && !Number.isSafeInteger(value));
  if (unsafe >= 0) {
    const exact = (series.slice(unsafe, 1).cast(polars().Utf8).toArray() as string[])[0] as string;
    if (BigInt(exact) > SAFE || BigInt(exact) < -SAFE)
      throw new RangeError(
        `Row ${unsafe} of column "${series.name}" holds ${exact}, which no number can; take ${reader}({ int64: "bigint" })`,
      );
  }
  return values;
}
