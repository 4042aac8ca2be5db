import { type PolarsExpr, type PolarsFrame, polars } from "../engine/polars.ts";
import { lit } from "../engine/typed.ts";
import { TableChunk } from "../frame/table-chunk.ts";

/** Values a partition gives for choosing bounds: enough that a bound is off by at most about 1 % of a partition. */
const SAMPLES_MAX = 256;

/** Evenly spaced order statistics of a column (columns `value` and the `weight` of rows each stands for). */
export async function sampleColumn(by: string, chunk: TableChunk): Promise<TableChunk> {
  const pl = polars();
  const sorted = await chunk.native
    .lazy()
    .select(pl.col(by).alias("value"))
    .filter(pl.col("value").isNotNull())
    .sort({ by: ["value"] })
    .collect();
  const step = Math.max(1, Math.floor(sorted.height / SAMPLES_MAX));
  const sampled = sorted
    .lazy()
    .select((pl.col("value") as PolarsExpr).gatherEvery(step), lit(step).cast(pl.Float64).first().alias("weight"));
  return new TableChunk(await sampled.collect());
}

/** Values that cut all samples into `count` parts of about equal weight: a table of `count` + 1 rows, `bound`. */
export async function boundsOf(count: number, samples: readonly TableChunk[]): Promise<TableChunk> {
  const pl = polars();
  const all = pl.concat(samples.map((one) => one.native) as never) as unknown as PolarsFrame;
  const ranked = await all
    .lazy()
    .sort({ by: ["value"] })
    .withColumns((pl.col("weight") as PolarsExpr).cumSum(false).alias("upTo"))
    .collect();
  const upTo = ranked.getColumn("upTo").toArray() as number[];
  const total = upTo.at(-1) ?? 0;
  const rows: number[] = [];
  let at = 0;
  for (let part = 0; part <= count; part++) {
    while (at < upTo.length - 1 && (upTo[at] as number) < (total * part) / count) at += 1;
    rows.push(at);
  }
  if (upTo.length === 0)
    return new TableChunk((await ranked.lazy().select(pl.col("value").alias("bound")).collect()) as PolarsFrame);
  return new TableChunk(
    await ranked
      .lazy()
      .select(
        pl
          .col("value")
          .gather(rows as never)
          .alias("bound"),
      )
      .collect(),
  );
}
