import { isInteger } from "../dtype.ts";
import { listOfRows, plainColumn } from "../engine/plain-column.ts";
import { type PolarsExpr, type PolarsFrame, type PolarsLazy, polars, polarsType } from "../engine/polars.ts";
import { choose, lit } from "../engine/typed.ts";
import type { TableChunk } from "../frame/table-chunk.ts";
import type { RowOrder } from "../plan/row-order.ts";
import type { JoinSpec, Step } from "../plan/step.ts";
import type { Field } from "../schema.ts";
import { KeyPlaces, NOWHERE } from "./key-places.ts";

type JoinStep = Extract<Step, { op: "join" }>;

/** Places of the keys of tables that others are joined to, for as long as the tables live; null where a column has none. */
const known = new WeakMap<TableChunk, Map<string, KeyPlaces | null>>();

/**
 * Joins a partition to a table that every partition sees, by looking each key's place up: the engine would hash that table anew for every
 * partition. Undefined where that does not apply: keys that are not one column of whole numbers, or that come up twice in the table.
 * @param probe the partition, asked for once it is known to be looked up
 */
export async function lookUpJoin(
  step: JoinStep,
  table: TableChunk,
  order: RowOrder,
  probe: () => Promise<PolarsLazy>,
): Promise<PolarsLazy | undefined> {
  if (!isLookUp(step)) return undefined;
  const { join, shared } = step;
  const ofTable = shared === "right" ? join.rightOn : join.leftOn;
  const places = await placesIn(table, ofTable[0] as string);
  if (places === null) return undefined;
  const own = (await (await probe()).collect()) as PolarsFrame;
  const keys = await numbersOf(own, (shared === "right" ? join.leftOn : join.rightOn)[0] as string);
  const at = new Uint32Array(keys.length);
  const found = places.find(keys, at);
  const isInOrder = shared === "right" || order === "unseen";
  const both = met(join.how, at, found);
  return columnsOf(step, own, table.native, isInOrder ? both : inPlaces(both, table.rows));
}

/** Rows of the partition (null: all, as they are), and where in the table those stand that they meet. */
interface Met {
  readonly rows: Uint32Array | null;
  readonly places: Uint32Array;
}

function met(how: JoinSpec["how"], at: Uint32Array, found: number): Met {
  if (how === "anti") return chosen(at, at.length - found, false);
  return how === "left" || found === at.length ? { rows: null, places: at } : chosen(at, found, true);
}

/** The rows that have met one of the table, or those that have not. */
function chosen(at: Uint32Array, count: number, isMet: boolean): Met {
  const [rows, places] = [new Uint32Array(count), new Uint32Array(count)];
  for (let row = 0, to = 0; row < at.length; row++) {
    if ((at[row] !== NOWHERE) !== isMet) continue;
    rows[to] = row;
    places[to++] = at[row] as number;
  }
  return { rows, places };
}

/** The same in the order of the table's rows, which is that of the left; every row has met one. O(rows). */
function inPlaces({ rows, places }: Met, tableRows: number): Met {
  const next = new Uint32Array(tableRows + 1);
  for (const place of places) next[place + 1] = (next[place + 1] as number) + 1;
  for (let place = 0; place < tableRows; place++)
    next[place + 1] = (next[place + 1] as number) + (next[place] as number);
  const [ownRows, ownPlaces] = [new Uint32Array(places.length), new Uint32Array(places.length)];
  for (let at = 0; at < places.length; at++) {
    const place = places[at] as number;
    const to = next[place] as number;
    next[place] = to + 1;
    ownRows[to] = rows === null ? at : (rows[at] as number);
    ownPlaces[to] = place;
  }
  return { rows: ownRows, places: ownPlaces };
}

/** Both sides' columns beside each other, in the order and with the types of the step. */
async function columnsOf(
  step: JoinStep,
  own: PolarsFrame,
  table: PolarsFrame,
  { rows, places }: Met,
): Promise<PolarsLazy> {
  const pl = polars();
  const ofOwn: Picked = rows === null ? (column) => column : rowsAt(rows, false);
  const ofTable = rowsAt(places, step.join.how === "left" && places.includes(NOWHERE));
  const [left, right] =
    step.shared === "right"
      ? ([
          [own, ofOwn],
          [table, ofTable],
        ] as const)
      : ([
          [table, ofTable],
          [own, ofOwn],
        ] as const);
  const sides = [
    left[0].lazy().select(...leftColumns(step, left[1])),
    right[0].lazy().select(...rightColumns(step, right[1])),
  ];
  const made = (await Promise.all(sides.map((side) => side.collect()))).filter(({ width }) => width > 0);
  const both = pl.concat(made as never, { how: "horizontal" } as never) as unknown as PolarsFrame;
  return both.lazy().select(...step.fields.map(({ name, dtype }) => pl.col(name).cast(polarsType(dtype))));
}

const LOOKED_UP: Readonly<Record<"left" | "right", readonly JoinSpec["how"][]>> = {
  right: ["inner", "left", "semi", "anti"],
  left: ["inner"],
};

function isLookUp({ join, left, right, fields, shared }: JoinStep): boolean {
  if (shared === null || !LOOKED_UP[shared].includes(join.how)) return false;
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
  const whole = plainColumn(table, name).nullCount() === 0 ? column : column.fillNull(lit(Number.NaN));
  const made = await table.lazy().select(whole).collect();
  return plainColumn(made as PolarsFrame, name).toTypedArray() as Float64Array;
}

type Picked = (column: PolarsExpr) => PolarsExpr;

/** The rows of these numbers; for a row that is nowhere a missing value. */
function rowsAt(rows: Uint32Array, withGaps: boolean): Picked {
  // The engine makes one row of an empty list.
  if (rows.length === 0) return (column) => column.slice(0, 0);
  const all = listOfRows(rows);
  const numbers = withGaps ? choose(all.eq(lit(NOWHERE)), lit(null), all) : all;
  return (column) => column.gather(numbers as never);
}

const nameAfter = (rename: JoinSpec["rename"], name: string): string =>
  rename.find(([from]) => from === name)?.[1] ?? name;

function leftColumns({ join, left, fields }: JoinStep, picked: Picked): PolarsExpr[] {
  const wanted = new Set(fields.map(({ name }) => name));
  return left.fields
    .map(({ name }): readonly [string, string] => [name, nameAfter(join.renameLeft, name)])
    .filter(([, to]) => wanted.has(to))
    .map(([from, to]) => picked(polars().col(from)).alias(to));
}

/** The right's columns, but for a key that both call alike: it is the left's. */
function rightColumns({ join, left, right, fields }: JoinStep, picked: Picked): PolarsExpr[] {
  if (join.how === "semi" || join.how === "anti") return [];
  const ofLeft = new Set(left.fields.map(({ name }) => nameAfter(join.renameLeft, name)));
  const wanted = new Set(fields.map(({ name }: Field) => name).filter((name) => !ofLeft.has(name)));
  return right.fields
    .map(({ name }): readonly [string, string] => [name, nameAfter(join.rename, name)])
    .filter(([, to]) => wanted.has(to))
    .map(([from, to]) => picked(polars().col(from)).alias(to));
}
