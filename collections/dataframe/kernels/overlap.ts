import { clearNaN } from "../engine/clear-nan.ts";
import { ownName } from "../engine/own-name.ts";
import { type PolarsExpr, type PolarsFrame, type PolarsLazy, polars } from "../engine/polars.ts";
import { choose, lit, native } from "../engine/typed.ts";
import { translateWindow } from "../engine/window.ts";
import type { Options } from "../expression/expression.ts";
import type { Step, WindowItem } from "../plan/step.ts";
import { indexName } from "../schema.ts";

const ROW = ownName("row");

const PART = ownName("part");

type OverlapStep = Extract<Step, { op: "overlap" }>;

/** Windows over a partition and the rows of its neighbours; only the partition's own rows stay. */
export async function overlapWindows(
  of: PolarsLazy,
  before: PolarsLazy | null,
  after: PolarsLazy | null,
  step: OverlapStep,
): Promise<PolarsLazy> {
  const names = step.of.fields.map((field) => field.name);
  const [own, head, tail] = [of, before, after].map((one) => (one === null ? null : one.select(...names)));
  const parts = { own: own as PolarsLazy, before: head ?? null, after: tail ?? null };
  const isAlone = parts.before === null && parts.after === null;
  const made = step.sees === null || isAlone ? windowsTogether(parts, step.items) : await windowsApart(parts, step);
  return clearNaN(made, step.items);
}

interface Neighbours {
  readonly own: PolarsLazy;
  readonly before: PolarsLazy | null;
  readonly after: PolarsLazy | null;
}

const windowed = (table: PolarsLazy, items: readonly WindowItem[]): PolarsLazy =>
  table.withColumns(...items.map((one) => translateWindow(one, [])));

const under = (tables: readonly PolarsLazy[]): PolarsLazy =>
  polars().concat([...tables] as never, { rechunk: false } as never) as unknown as PolarsLazy;

/** Partitions of fewer rows for each that a row sees are not worth cutting up. */
const APART_MIN = 8;

/**
 * Most rows see only rows of their own partition, which stays where it is; only those at its ends are worked out beside the rows of the
 * neighbours, in tables of a few rows.
 */
async function windowsApart({ own, before, after }: Neighbours, { items, sees }: OverlapStep): Promise<PolarsLazy> {
  const table = (await own.collect()) as PolarsFrame;
  const of = table.lazy() as unknown as PolarsLazy;
  const [back, ahead] = [sees?.before ?? 0, sees?.after ?? 0];
  const [first, last] = [before === null ? 0 : back, after === null ? 0 : ahead];
  if (table.height < APART_MIN * (back + ahead)) return windowsTogether({ own: of, before, after }, items);
  const parts: PolarsLazy[] = [];
  if (before !== null) {
    const near = windowed(under([before, of.head(first + ahead) as PolarsLazy]), items);
    parts.push(near.tail(first + ahead).head(first) as PolarsLazy);
  }
  parts.push(windowed(of, items).slice(first, table.height - first - last) as PolarsLazy);
  if (after !== null) {
    const near = windowed(under([of.tail(last + back) as PolarsLazy, after]), items);
    parts.push(near.slice(back, last) as PolarsLazy);
  }
  return under(parts);
}

function windowsTogether({ own, before, after }: Neighbours, items: readonly WindowItem[]): PolarsLazy {
  const [item] = items;
  const inTime = item !== undefined && typeof item.options["micros"] === "number";
  const widened = (table: PolarsLazy): PolarsLazy => (inTime ? rollingInTime(table, items) : windowed(table, items));
  if (before === null && after === null) return widened(own);
  const marked = (table: PolarsLazy | null, isOwn: boolean): PolarsLazy[] =>
    table === null ? [] : [table.withColumns(lit(isOwn).alias(PART)) as PolarsLazy];
  const parts = [...marked(before, false), ...marked(own, true), ...marked(after, false)];
  const whole = polars().concat(parts as never, { rechunk: true } as never) as unknown as PolarsLazy;
  return widened(whole).filter(polars().col(PART)).drop(PART) as PolarsLazy;
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
  const ordered = whole.withRowIndex(ROW) as PolarsLazy;
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
    .agg(pl.col(ROW).last().alias(ROW), ...aggregated);
  const names = items.map(({ name }) => name);
  return (ordered.join(rolled.select(ROW, ...names), { on: ROW, how: "left" } as never) as unknown as PolarsLazy)
    .sort([ROW], false, true, true)
    .drop(ROW) as PolarsLazy;
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
  if (step.how === "left") refuseRepeated(b, keys);
  const how = step.how === "outer" ? "full" : step.how;
  const joined = a
    .lazy()
    .join(b.lazy(), { on: keys, how, coalesce: true, nullsEqual: true } as never) as unknown as PolarsLazy;
  const sorted = step.how === "left" ? joined : joined.sort({ by: keys, maintainOrder: true, nullsLast: true });
  return sorted.select(...names);
}

/** A row that is assigned to has one value. */
function refuseRepeated(right: PolarsFrame, keys: readonly string[]): void {
  const repeated = right.height - (right.select(...keys).unique() as PolarsFrame).height;
  if (repeated === 0) return;
  throw new TypeError(
    `Columns of another order of rows are assigned by their index, and ${repeated} of ${right.height} rows repeat one: give the table an index that has each value once (resetIndex numbers the rows), or bring it together first (repartition({ npartitions: 1 }))`,
  );
}

function sameKeys(a: PolarsFrame, b: PolarsFrame, keys: readonly string[]): boolean {
  return a.height === b.height && keys.every((name) => a.getColumn(name).seriesEqual(b.getColumn(name), true));
}
