import { type PolarsFrame, polars, polarsType } from "../engine/polars.ts";
import type { Field } from "../schema.ts";

/** A table of these columns without rows. */
export function emptyTable(fields: readonly Field[]): PolarsFrame {
  const pl = polars();
  return pl.DataFrame(
    Object.fromEntries(fields.map(({ name, dtype }) => [name, pl.Series(name, [], polarsType(dtype))])) as never,
  ) as PolarsFrame;
}
