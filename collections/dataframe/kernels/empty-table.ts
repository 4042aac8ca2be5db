import { type Dtype, familyOf } from "../dtype.ts";
import { type PolarsFrame, polars, polarsType } from "../engine/polars.ts";
import type { Field } from "../schema.ts";

/** A table of these columns without rows. */
export function emptyTable(fields: readonly Field[]): PolarsFrame {
  const pl = polars();
  return pl.DataFrame(
    Object.fromEntries(fields.map(({ name, dtype }) => [name, emptySeries(name, dtype)])) as never,
  ) as PolarsFrame;
}

/** The engine makes no column of lists out of nothing. */
function emptySeries(name: string, dtype: Dtype) {
  const pl = polars();
  const type = polarsType(dtype);
  return familyOf(dtype) === "list" ? pl.Series(name, [[]]).cast(type).head(0) : pl.Series(name, [], type);
}
