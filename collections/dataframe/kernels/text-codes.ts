import { ownName } from "../engine/own-name.ts";
import { plainColumn, tableOfLists } from "../engine/plain-column.ts";
import { type PolarsFrame, polars } from "../engine/polars.ts";
import { lit } from "../engine/typed.ts";
import type { TableChunk } from "../frame/table-chunk.ts";
import { groupsExpected } from "./group-rows.ts";

/** A column of texts as numbers: rows that are alike have the same code. */
export interface TextCodes {
  /** Of each row, from 0, as a table of one column. */
  readonly column: PolarsFrame;
  /** The text of each code, in one column; the last is missing where some row's is. */
  readonly texts: PolarsFrame;
  readonly hasGaps: boolean;
}

/** Codes of tables that are grouped again and again, for as long as the tables live; null where texts are too many. */
const known = new WeakMap<TableChunk, Map<string, TextCodes | null>>();

/** Texts that differ in more rows than this are quicker grouped as they are. */
const MANY = 1 / 16;
const MISSING = 0xffff_ffff;

/** The codes of each row. */
export const codesIn = ({ column }: TextCodes): Uint32Array =>
  plainColumn(column, column.columns[0] as string).toTypedArray() as Uint32Array;

/** The codes of a column, worked out once for a table. */
export async function textCodes(table: TableChunk, column: string): Promise<TextCodes | undefined> {
  const columns = known.get(table) ?? new Map<string, TextCodes | null>();
  known.set(table, columns);
  const made = columns.get(column);
  if (made !== undefined) return made ?? undefined;
  const found = await codesOf(table.native, column);
  columns.set(column, found ?? null);
  return found;
}

async function codesOf(table: PolarsFrame, column: string): Promise<TextCodes | undefined> {
  const pl = polars();
  if (table.height === 0 || (await groupsExpected(table, [column])) > Math.max(64, MANY * table.height))
    return undefined;
  const numbers = await table
    .lazy()
    .select(pl.col(column).cast(pl.Categorical).cast(pl.UInt32).fillNull(lit(MISSING).cast(pl.UInt32)))
    .collect();
  const all = plainColumn(numbers as PolarsFrame, column).toTypedArray() as Uint32Array;
  const numbered = renumbered(all);
  if (numbered === undefined) return undefined;
  const { codes, firsts, hasGaps } = numbered;
  const rows = (pl.lit(pl.Series("", firsts as never) as never) as ReturnType<typeof lit>).explode();
  const texts = await table
    .lazy()
    .select(pl.col(column).gather(rows as never))
    .collect();
  const name = ownName(`code of ${column}`);
  return { texts, hasGaps, column: tableOfLists([[name, codes]]) };
}

/** The engine's numbers are those of the whole process: here they begin at 0, missing last. */
function renumbered(
  numbers: Uint32Array,
): { readonly codes: Uint32Array; readonly firsts: Uint32Array; readonly hasGaps: boolean } | undefined {
  let [low, high, gap] = [MISSING, 0, -1];
  for (let row = 0; row < numbers.length; row++) {
    const number = numbers[row] as number;
    if (number === MISSING) gap = row;
    else {
      if (number < low) low = number;
      if (number > high) high = number;
    }
  }
  if (high - low > numbers.length + 65_536) return undefined;
  const codeOf = new Int32Array(Math.max(0, high - low + 1)).fill(-1);
  const codes = new Uint32Array(numbers.length);
  const firsts: number[] = [];
  for (let row = 0; row < numbers.length; row++) {
    const number = numbers[row] as number;
    if (number === MISSING) continue;
    let code = codeOf[number - low] as number;
    if (code < 0) {
      code = firsts.push(row) - 1;
      codeOf[number - low] = code;
    }
    codes[row] = code;
  }
  if (gap >= 0) {
    const code = firsts.push(gap) - 1;
    for (let row = 0; row < numbers.length; row++) if (numbers[row] === MISSING) codes[row] = code;
  }
  return { codes, firsts: Uint32Array.from(firsts), hasGaps: gap >= 0 };
}
