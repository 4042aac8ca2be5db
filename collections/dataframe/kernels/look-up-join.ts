import { isInteger } from "../dtype.ts";
import { type PolarsExpr, type PolarsFrame, type PolarsLazy, polars, polarsType } from "../engine/polars.ts";
import { choose, lit } from "../engine/typed.ts";
import type { TableChunk } from "../frame/table-chunk.ts";
import type { JoinSpec, Step } from "../plan/step.ts";
import type { Field } from "../schema.ts";
import { KeyPlaces, NOWHERE } from "./key-places.ts";

type JoinStep = Extract<Step, { op: "join" }>;

/** Places of the keys of tables that others are joined to, for as long as the tables live; null where a column has none. */
const known = new WeakMap<TableChunk, Map<string, KeyPlaces | null>>();

/**
 * Joins a partition to a table that every partition sees, by looking each key's place up: the engine would hash that table anew for every
 * partition. Undefined where that does not apply: keys that are not one column of whole numbers, or that come up twice.
 */
export async function lookUpJoin(left: PolarsLazy, right: TableChunk, step: JoinStep): Promise<PolarsLazy | undefined> {
  if (!isLookUp(step)) return undefined;
  const { join } = step;
  const places = await placesIn(right, join.rightOn[0] as string);
  if (places === null) return undefined;
  const own = (await left.collect()) as PolarsFrame;
  const keys = await numbersOf(own, join.leftOn[0] as string);
  const at = new Uint32Array(keys.length);
  const found = places.find(keys, at);
  const other = right.native;
  const [rows, kept] =
    join.how === "inner" && found < keys.length ? foundOnly(own, at, found) : ([own.lazy(), at] as const);
  const pl = polars();
  const picked = other.lazy().select(...rightColumns(step, rowsAt(kept, join.how === "left" && found < keys.length)));
  const sides = [rows.select(...leftColumns(step)), picked];
  const made = (await Promise.all(sides.map((side) => side.collect()))).filter(({ width }) => width > 0);
  const both = pl.concat(made as never, { how: "horizontal" } as never) as unknown as PolarsFrame;
  return both.lazy().select(...step.fields.map(({ name, dtype }) => pl.col(name).cast(polarsType(dtype))));
}

function isLookUp({ join, left, right, fields }: JoinStep): boolean {
  if (join.how !== "inner" && join.how !== "left") return false;
  if (join.leftOn.length !== 1 || join.indicator !== undefined || fields.length === 0) return false;
  const isWhole = (step: Step, name: string | undefined): boolean =>
    step.fields.some((field) => field.name === name && isInteger(field.dtype));
  return isWhole(left, join.leftOn[0]) && isWhole(right, join.rightOn[0]);
}

async function placesIn(table: TableChunk, column: string): Promise<KeyPlaces | null> {
  const columns = known.get(table) ?? new Map<string, KeyPlaces | null>();
  known.set(table, columns);
  const made = columns.get(column);
  if (made !== undefined) return made;
  // Missing keys meet missing keys: NaN is no whole number, so that a column with gaps has no places.
  const places = KeyPlaces.of(await numbersOf(table.native, column)) ?? null;
  columns.set(column, places);
  return places;
}

/** Whole numbers as fractions, NaN for what is missing; those beyond 2^53 are rounded, but to none below it. */
async function numbersOf(table: PolarsFrame, name: string): Promise<Float64Array> {
  const pl = polars();
  const column = pl.col(name).cast(pl.Float64);
  const whole = table.getColumn(name).nullCount() === 0 ? column : column.fillNull(lit(Number.NaN));
  const made = await table.lazy().select(whole).collect();
  return made.getColumn(name).toTypedArray() as unknown as Float64Array;
}

/** The rows of the left that have met one of the right, and where that one stands. */
function foundOnly(own: PolarsFrame, at: Uint32Array, found: number): readonly [PolarsLazy, Uint32Array] {
  const [rows, places] = [new Uint32Array(found), new Uint32Array(found)];
  for (let row = 0, to = 0; row < at.length; row++) {
    if (at[row] === NOWHERE) continue;
    rows[to] = row;
    places[to++] = at[row] as number;
  }
  const pl = polars();
  const picked = rowsAt(rows, false);
  return [own.lazy().select(...own.columns.map((name) => picked(pl.col(name)))), places];
}

type Picked = (column: PolarsExpr) => PolarsExpr;

/** The rows of these numbers; for a row that is nowhere a missing value. */
function rowsAt(rows: Uint32Array, withGaps: boolean): Picked {
  const pl = polars();
  // The engine makes one row of an empty list.
  if (rows.length === 0) return (column) => column.slice(0, 0);
  const all = (pl.lit(pl.Series("", rows as never) as never) as PolarsExpr).explode();
  const numbers = withGaps ? choose(all.eq(lit(NOWHERE)), lit(null), all) : all;
  return (column) => column.gather(numbers as never);
}

const nameAfter = (rename: JoinSpec["rename"], name: string): string =>
  rename.find(([from]) => from === name)?.[1] ?? name;

function leftColumns({ join, left, fields }: JoinStep): PolarsExpr[] {
  const wanted = new Set(fields.map(({ name }) => name));
  return left.fields
    .map(({ name }): readonly [string, string] => [name, nameAfter(join.renameLeft, name)])
    .filter(([, to]) => wanted.has(to))
    .map(([from, to]) => polars().col(from).alias(to));
}

/** The right's columns, but for a key that both call alike: it is the left's. */
function rightColumns({ join, left, right, fields }: JoinStep, picked: Picked): PolarsExpr[] {
  const ofLeft = new Set(left.fields.map(({ name }) => nameAfter(join.renameLeft, name)));
  const wanted = new Set(fields.map(({ name }: Field) => name).filter((name) => !ofLeft.has(name)));
  return right.fields
    .map(({ name }): readonly [string, string] => [name, nameAfter(join.rename, name)])
    .filter(([, to]) => wanted.has(to))
    .map(([from, to]) => picked(polars().col(from)).alias(to));
}
