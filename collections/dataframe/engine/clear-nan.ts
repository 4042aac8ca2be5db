import { type Dtype, isFloat } from "../dtype.ts";
import { plainColumn } from "./plain-column.ts";
import { type PolarsFrame, type PolarsLazy, polars } from "./polars.ts";
import { lit } from "./typed.ts";

/**
 * The table with NaN made missing in its columns of fractions. Looking for a NaN takes a fraction of what putting another value in
 * its place takes, and there rarely is one: so the table is made, looked at, and changed only where it must be.
 */
export async function clearNaN(
  table: PolarsLazy,
  columns: readonly { readonly name: string; readonly dtype: Dtype }[],
): Promise<PolarsLazy> {
  const names = columns.filter(({ dtype }) => isFloat(dtype)).map(({ name }) => name);
  if (names.length === 0) return table;
  const made = (await table.collect()) as PolarsFrame;
  const pl = polars();
  const found = await made
    .lazy()
    .select(...names.map((name) => pl.col(name).sum().isNan().alias(name)))
    .collect();
  // A sum is not a number wherever one of its terms is not; where it only is infinity less infinity, nothing is changed.
  const affected = names.filter((name) => plainColumn(found as PolarsFrame, name).getIdx(0) === true);
  if (affected.length === 0) return made.lazy();
  return made.lazy().withColumns(...affected.map((name) => pl.col(name).fillNan(lit(null)).alias(name)));
}
