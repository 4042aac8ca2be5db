import { createRequire } from "node:module";
import { join } from "node:path";
import type Polars from "nodejs-polars";
import { median } from "../bench-case.ts";

/** The work of dataframe.py on nodejs-polars alone: `dataframe-polars.ts CASE DIR [RUNS]`, over one table in memory. */
const [name = "", folder = "", runs = "3"] = process.argv.slice(2);
const pl = createRequire(import.meta.url)("nodejs-polars") as typeof Polars;
type Lazy = Polars.LazyDataFrame;
const [id1, id2, v1, v2] = ["id1", "id2", "v1", "v2"].map((one) => pl.col(one)) as [
  Polars.Expr,
  Polars.Expr,
  Polars.Expr,
  Polars.Expr,
];

const works: Readonly<Record<string, (t: Lazy, r: Lazy) => unknown>> = {
  filter_sum: (t) => t.filter(v1.gt(2).and(v2.lt(60))).select(v2.sum()),
  groupby_low: (t) =>
    t
      .filter(v2.gt(10))
      .groupBy(id1 as never)
      .agg(v1.sum(), v2.mean().alias("mean"), v2.std().alias("std"))
      .sort(["id1"] as never),
  groupby_high: (t) =>
    t
      .groupBy(id2 as never)
      .agg(v1.sum(), v2.mean())
      .sort(["id2"] as never),
  merge: (t, r) => (t.join(r, { on: "id2", how: "inner" } as never) as unknown as Lazy).select(pl.col("w").sum()),
  set_index: (t) => t.sort(["id2"] as never).select(id2, v2),
  sort: (t) => t.sort(["v2"] as never).select(v2, v1),
  value_counts: (t) => t.groupBy(id1 as never).agg(pl.len() as never),
  nunique: (t) => t.select(id2.nUnique()),
  nlargest: (t) => t.sort(["v2"], true as never).limit(10),
  rolling: (t) => t.select(v2.rollingMean({ windowSize: 100, minPeriods: 100 } as never).sum()),
};

const read = (pattern: string, schema: Readonly<Record<string, Polars.DataType>>): Promise<Polars.DataFrame> =>
  pl.scanCSV(join(folder, pattern), { schema, rechunk: true } as never).collect();
const table = await read("part-*.csv", { id1: pl.Utf8, id2: pl.Int64, v1: pl.Int64, v2: pl.Float64, ts: pl.Utf8 });
const right = await read("right.csv", { id2: pl.Int64, w: pl.Float64 });
const work = works[name];
if (work === undefined) throw new RangeError(`There is no case ${name}; there are ${Object.keys(works).join(", ")}`);

const seconds: number[] = [];
for (let run = 0; run <= Number(runs); run++) {
  const start = performance.now();
  await (work(table.lazy() as unknown as Lazy, right.lazy() as unknown as Lazy) as Lazy).collect();
  seconds.push((performance.now() - start) / 1000);
}
const timed = seconds.slice(1);
const middle = median(timed);
console.log(
  JSON.stringify({
    seconds: middle,
    perUnitUs: (middle / table.height) * 1e6,
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
    more: { firstS: seconds[0], minS: Math.min(...timed), maxS: Math.max(...timed), runs: timed.length },
  }),
);
