import { clearNaN } from "../engine/clear-nan.ts";
import { type PolarsExpr, type PolarsFrame, type PolarsLazy, polars } from "../engine/polars.ts";
import { choose, lit, native } from "../engine/typed.ts";
import { translateWindow } from "../engine/window.ts";
import type { Options } from "../expression/expression.ts";
import type { Step, WindowItem } from "../plan/step.ts";
import { indexName } from "../schema.ts";

const PART = "__part";

/** Windows over a partition and the rows of its neighbours; only the partition's own rows stay. */
export async function overlapWindows(
  of: PolarsLazy,
  before: PolarsLazy | null,
  after: PolarsLazy | null,
  step: Extract<Step, { op: "overlap" }>,
): Promise<PolarsLazy> {
  const names = step.of.fields.map((field) => field.name);
  const marked = (table: PolarsLazy, own: boolean) => table.select(...names, lit(own).alias(PART));
  const parts = [
    ...(before === null ? [] : [marked(before, false)]),
    marked(of, true),
    ...(after === null ? [] : [marked(after, false)]),
  ];
  const whole =
    parts.length === 1
      ? (parts[0] as PolarsLazy)
      : (polars().concat(parts as never, { rechunk: true } as never) as unknown as PolarsLazy);
  const [item] = step.items;
  const widened =
    item !== undefined && typeof item.options["micros"] === "number"
      ? rollingInTime(whole, step.items)
      : whole.withColumns(...step.items.map((one) => translateWindow(one, [])));
  const made = parts.length === 1 ? widened : widened.filter(polars().col(PART));
  return clearNaN(made.drop(PART) as PolarsLazy, step.items);
}

const IN_TIME: Readonly<Record<string, (e: PolarsExpr, options: Options) => PolarsExpr>> = {
  rollingSum: (e) => e.sum(),
  rollingMean: (e) => e.mean(),
  rollingMin: (e) => e.min(),
  rollingMax: (e) => e.max(),
  rollingMedian: (e) => e.median(),
  rollingCount: (e) => e.count(),
  rollingStd: (e, options) => native(e, "std", Number(options["ddof"] ?? 1)),
  rollingVar: (e, options) => native(e, "var", Number(options["ddof"] ?? 1)),
  rollingQuantile: (e, options) => native(e, "quantile", lit(Number(options["q"])), "linear"),
};

/** Windows of a stretch of time that ends with each row; rows are in the order of the index. */
function rollingInTime(whole: PolarsLazy, items: readonly WindowItem[]): PolarsLazy {
  const pl = polars();
  const [first] = items as readonly [WindowItem];
  const ordered = whole.withRowIndex("__row") as PolarsLazy;
  const aggregated = items.map(({ name, window, columns: [column], options }) => {
    const e = pl.col(column as string).cast(pl.Float64);
    const made = (IN_TIME[window] as (typeof IN_TIME)[string])(e, options);
    const enough = e.count().gtEq(lit(Number(options["minPeriods"] ?? 1)));
    return (window === "rollingCount" ? made.cast(pl.Float64) : choose(enough, made, lit(null))).alias(name);
  });
  const rolled = ordered
    .groupByRolling({
      indexColumn: indexName(0),
      period: `${Number(first.options["micros"])}us`,
      offset: `-${Number(first.options["micros"])}us`,
      closed: "right",
      by: [],
    } as never)
    .agg(pl.col("__row").last().alias("__row"), ...aggregated);
  const names = items.map(({ name }) => name);
  return (
    ordered.join(rolled.select("__row", ...names), { on: "__row", how: "left" } as never) as unknown as PolarsLazy
  )
    .sort(["__row"], false, true, true)
    .drop("__row") as PolarsLazy;
}

/** Two tables side by side: row by row where their keys are the same, else by their keys, sorted. */
export async function alignTables(
  left: PolarsLazy,
  right: PolarsLazy,
  step: Extract<Step, { op: "align" }>,
): Promise<PolarsLazy> {
  const [a, b] = await Promise.all([left.collect(), right.collect()]);
  const keys = Array.from({ length: step.keys }, (_, level) => indexName(level));
  const rest = step.right.fields.map((field) => field.name).filter((name) => !keys.includes(name));
  const names = step.fields.map((field) => field.name);
  if (sameKeys(a, b, keys)) {
    const both = polars().concat(
      [a, b.select(...rest)] as never,
      { how: "horizontal" } as never,
    ) as unknown as PolarsFrame;
    return both.lazy().select(...names);
  }
  const how = step.how === "outer" ? "full" : step.how;
  const joined = a
    .lazy()
    .join(b.lazy(), { on: keys, how, coalesce: true, nullsEqual: true } as never) as unknown as PolarsLazy;
  const sorted = step.how === "left" ? joined : joined.sort({ by: keys, maintainOrder: true, nullsLast: true });
  return sorted.select(...names);
}

function sameKeys(a: PolarsFrame, b: PolarsFrame, keys: readonly string[]): boolean {
  return a.height === b.height && keys.every((name) => a.getColumn(name).seriesEqual(b.getColumn(name), true));
}
