import type { Dtype } from "../dtype.ts";
import type { RowOrder } from "../plan/row-order.ts";
import type { AsofSpec, JoinSpec, Step } from "../plan/step.ts";
import type { Field } from "../schema.ts";
import { ownName } from "./own-name.ts";
import { plainColumn } from "./plain-column.ts";
import { dtypeOf, type PolarsExpr, type PolarsFrame, type PolarsLazy, polars, polarsType } from "./polars.ts";
import { choose, lit } from "./typed.ts";

const LEFT = ownName("side_left");
const RIGHT = ownName("side_right");
const ON = ownName("on");
const PLACE = ownName("place");
const BEHIND_NAME = ownName("right");

type JoinStep = Pick<Extract<Step, { op: "join" }>, "join" | "fields">;

/**
 * Joins two tables by equal keys; missing keys meet each other, as in pandas. The result has the columns of `fields`:
 * the left's (renamed by `renameLeft`), then the right's (renamed by `rename`). Where their order is seen, rows come in that of the
 * left, then of the right; for "right" the other way round; rows that only the right has come last.
 */
export async function joinTables(
  left: PolarsLazy,
  right: PolarsLazy,
  { join, fields }: JoinStep,
  order: RowOrder,
): Promise<PolarsLazy> {
  const marked = order === "seen" ? numbered : present;
  const [a, b] = await Promise.all([
    marked(keyed(renamed(left, join.renameLeft), join.leftOn.map(nameAfter(join.renameLeft))), LEFT).collect(),
    marked(keyed(renamed(right, join.rename), join.rightOn.map(nameAfter(join.rename))), RIGHT).collect(),
  ]);
  const keys = join.leftOn.map((_, at) => `${ON}_${at}`);
  // The engine never lets missing keys meet; where both sides have some, they are compared by a flag beside a filler.
  const meet = keys.filter((key) => plainColumn(a, key).nullCount() > 0 && plainColumn(b, key).nullCount() > 0);
  const [on, sides] = meet.length === 0 ? [keys, [a.lazy(), b.lazy()]] : withNullFlags(keys, meet, [a, b]);
  const how = join.how === "outer" ? "full" : join.how;
  const joined = (sides[0] as PolarsLazy).join(
    sides[1] as PolarsLazy,
    { on, how, coalesce: true, suffix: BEHIND_NAME } as never,
  );
  const filled = filledKeys(joined as unknown as PolarsLazy, join, meet);
  const columns = fields.map((field) => resultColumn(field, join));
  if (order === "unseen") return filled.select(...columns);
  return inOrder(filled, columns, join.how);
}

const keyed = (table: PolarsLazy, on: readonly string[]): PolarsLazy =>
  table.withColumns(...on.map((name, at) => polars().col(name).alias(`${ON}_${at}`)));

const present = (table: PolarsLazy, mark: string): PolarsLazy =>
  table.withColumns(lit(1).cast(polars().Int8).alias(mark));

const numbered = (table: PolarsLazy, mark: string): PolarsLazy => table.withRowIndex(mark) as PolarsLazy;

/** The engine promises no order of what it joins, and often keeps it all the same: only what is out of order is sorted. */
async function inOrder(joined: PolarsLazy, columns: readonly PolarsExpr[], how: JoinSpec["how"]): Promise<PolarsLazy> {
  const sides = how === "right" ? [RIGHT, LEFT] : how === "semi" || how === "anti" ? [LEFT] : [LEFT, RIGHT];
  const pl = polars();
  const last = lit(ROWS_MAX).cast(pl.UInt32);
  const places = sides.map((side, at) => pl.col(side).fillNull(last).alias(`${PLACE}_${at}`));
  const names = sides.map((_, at) => `${PLACE}_${at}`) as [string, ...string[]];
  const made = (await joined.select(...columns, ...places).collect()) as PolarsFrame;
  const numbers = names.map((name) => plainColumn(made, name).toTypedArray() as Uint32Array);
  const rows = made.lazy();
  return (isAscending(numbers) ? rows : sortedByPlace(rows, names)).drop(...names);
}

/** One number of both places is sorted about four times as fast as two columns. */
function sortedByPlace(rows: PolarsLazy, names: readonly string[]): PolarsLazy {
  const pl = polars();
  const place = names
    .map((name) => pl.col(name).cast(pl.UInt64))
    .reduce((high, low) => high.mul(lit(ROWS_MAX + 1).cast(pl.UInt64)).add(low));
  return rows.withColumns(place.alias(PLACE)).sort([PLACE], false, true, true).drop(PLACE) as PolarsLazy;
}

/** The engine numbers rows by 32 bits, and holds fewer than this. */
const ROWS_MAX = 2 ** 32 - 1;

function isAscending([first, second]: readonly Uint32Array[]): boolean {
  if (first === undefined) return true;
  for (let row = 1; row < first.length; row++) {
    const [before, now] = [first[row - 1] as number, first[row] as number];
    if (before > now) return false;
    if (before === now && second !== undefined && (second[row - 1] as number) > (second[row] as number)) return false;
  }
  return true;
}

function withNullFlags(
  keys: readonly string[],
  meet: readonly string[],
  tables: readonly PolarsFrame[],
): [string[], PolarsLazy[]] {
  const pl = polars();
  const flagged = tables.map((table) =>
    table
      .lazy()
      .withColumns(
        ...meet.map((key) => pl.col(key).isNull().alias(`${key}_null`)),
        ...meet.map((key) => fillerFor(pl.col(key), dtypeOf(table.getColumn(key).dtype))),
      ),
  );
  return [[...keys, ...meet.map((key) => `${key}_null`)], flagged];
}

function fillerFor(e: PolarsExpr, dtype: Dtype): PolarsExpr {
  const filler =
    dtype === "string" ? lit("") : dtype === "bool" ? lit(false) : lit(0).cast(polars().Int32).cast(polarsType(dtype));
  return e.fillNull(filler);
}

const nameAfter =
  (rename: readonly (readonly [string, string])[]) =>
  (name: string): string =>
    rename.find(([from]) => from === name)?.[1] ?? name;

const renamed = (table: PolarsLazy, rename: readonly (readonly [string, string])[]): PolarsLazy =>
  rename.length === 0 ? table : (table.rename(Object.fromEntries(rename)) as PolarsLazy);

/** Where both sides call a key alike, its column has the value of whichever side has the row. */
function filledKeys(joined: PolarsLazy, join: JoinSpec, meet: readonly string[]): PolarsLazy {
  const shared = join.leftOn.flatMap((name, at) => {
    if (name !== join.rightOn[at] || join.rename.some(([from]) => from === name)) return [];
    const key = polars().col(`${ON}_${at}`);
    return [
      (meet.includes(`${ON}_${at}`) ? choose(polars().col(`${ON}_${at}_null`), lit(null), key) : key).alias(name),
    ];
  });
  return shared.length === 0 || join.how === "semi" || join.how === "anti" ? joined : joined.withColumns(...shared);
}

function resultColumn({ name, dtype }: Field, join: JoinSpec): PolarsExpr {
  const pl = polars();
  if (name === join.indicator) {
    const [onLeft, onRight] = [pl.col(LEFT).isNotNull(), pl.col(RIGHT).isNotNull()];
    return choose(onLeft.and(onRight), lit("both"), choose(onLeft, lit("left_only"), lit("right_only"))).alias(name);
  }
  return pl.col(name).cast(polarsType(dtype));
}

/**
 * Joins each row of the left to the nearest of the right in order. Both are sorted by their key.
 * @see https://docs.dask.org/en/stable/generated/dask.dataframe.merge_asof.html
 */
export function joinAsof(
  left: PolarsLazy,
  right: PolarsLazy,
  asof: AsofSpec,
  { fields, left: leftStep }: Extract<Step, { op: "asof" }>,
): PolarsLazy {
  const pl = polars();
  const names = fields.map((field) => field.name);
  const key = leftStep.fields.find((field) => field.name === asof.leftOn) as Field;
  const other = renamed(right, asof.rename).withColumns(
    pl.col(nameAfter(asof.rename)(asof.rightOn)).cast(polarsType(key.dtype)).alias(ON),
  );
  const options = {
    leftOn: ON,
    rightOn: ON,
    strategy: asof.direction,
    allowParallel: true,
    forceParallel: false,
    checkSortedness: false,
    suffix: BEHIND_NAME,
    ...(asof.leftBy.length > 0 ? { byLeft: [...asof.leftBy], byRight: asof.rightBy.map(nameAfter(asof.rename)) } : {}),
    ...(asof.tolerance === null ? {} : { tolerance: asof.tolerance - (asof.exact ? 0 : 1) }),
  };
  const own = pl.col(asof.leftOn);
  // Without exact matches a key looks for what lies one step (of 1, or of a microsecond) before or behind it.
  const moved = (step: 1 | -1): PolarsExpr =>
    (asof.exact ? own : own.cast(pl.Int64).add(lit(step).cast(pl.Int64)).cast(polarsType(key.dtype))).alias(ON);
  const joined =
    asof.direction === "nearest"
      ? nearest(left, other, options, { own, back: moved(-1), ahead: moved(1) })
      : left.withColumns(moved(asof.direction === "backward" ? -1 : 1)).joinAsof(other, options);
  return joined.select(...names);
}

const ROW = ownName("row");
const BEFORE = ownName("before");
const BEHIND = ownName("behind");

/** The nearer of the last before and the next; of two as near the one before, where the engine takes the other. */
function nearest(
  left: PolarsLazy,
  right: PolarsLazy,
  options: object,
  keys: { readonly own: PolarsExpr; readonly back: PolarsExpr; readonly ahead: PolarsExpr },
): PolarsLazy {
  const pl = polars();
  const rows = numbered(right, ROW);
  const { byRight = [] } = options as { byRight?: string[] };
  const placed = (strategy: "backward" | "forward", key: string): readonly [PolarsLazy, object] => [
    rows.select(ON, ...byRight, pl.col(ON).alias(key), pl.col(ROW).alias(`${key}_row`)) as PolarsLazy,
    { ...options, strategy },
  ];
  const both = left
    .withColumns(keys.back)
    .joinAsof(...(placed("backward", BEFORE) as [PolarsLazy, never]))
    .withColumns(keys.ahead)
    .joinAsof(...(placed("forward", BEHIND) as [PolarsLazy, never])) as unknown as PolarsLazy;
  const [at, before, behind] = [keys.own, pl.col(BEFORE), pl.col(BEHIND)];
  const isBefore = behind.isNull().or(before.isNotNull().and(at.sub(before).ltEq(behind.sub(at))));
  const row = choose(isBefore, pl.col(`${BEFORE}_row`), pl.col(`${BEHIND}_row`)).alias(ROW);
  const rest = rows.drop(ON, ...byRight) as PolarsLazy;
  const joined = numbered(both, PLACE)
    .withColumns(row)
    .join(rest, { on: ROW, how: "left" } as never) as unknown as PolarsLazy;
  // The engine promises no order of what it joins.
  return joined.sort([PLACE], false, true, true) as PolarsLazy;
}
