import type { Dtype } from "../dtype.ts";
import { plainColumn, tableOfLists } from "../engine/plain-column.ts";
import { type PolarsExpr, type PolarsFrame, type PolarsLazy, polars, polarsType } from "../engine/polars.ts";
import { lit } from "../engine/typed.ts";
import { TableChunk } from "../frame/table-chunk.ts";
import type { Aggregation, Step } from "../plan/step.ts";
import { GroupBooks, isBooked } from "./group-books.ts";
import { countNaN, numberColumn } from "./number-column.ts";
import { type KeyColumn, type KeyPart, type SlotKeys, slotKeys } from "./slot-keys.ts";
import { codesIn, type TextCodes, textCodes } from "./text-codes.ts";

type GroupStep = Extract<Step, { op: "group" }>;

/** Groups, and whether they are in the order of their keys. */
export interface SlotGroups {
  readonly table: PolarsLazy;
  readonly isSorted: boolean;
}

/** A text key that stands in the parts as the codes of a dictionary. */
export interface CodedKey {
  readonly key: string;
  readonly column: string;
  readonly codes: TextCodes;
}

const NUMBERS: ReadonlySet<Dtype> = new Set([
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "float64",
]);
const KEYS: ReadonlySet<Dtype> = new Set([...NUMBERS, "bool", "date", "datetime", "duration", "string"]);
const VALUES: ReadonlySet<Dtype> = new Set([...NUMBERS, "bool"]);

/** Whether the groups of a step can be had by counting in lists of numbers. */
export function isSlotted({ keys, aggregations, ordered, of }: GroupStep): boolean {
  const dtypeOf = (name: string): Dtype => of.fields.find((field) => field.name === name)?.dtype ?? "object";
  if (ordered || keys.length === 0) return false;
  if (!keys.every((key) => KEYS.has(dtypeOf(key)) && dtypeOf(key) !== "float64")) return false;
  return aggregations.every(
    ({ primitive, columns, dtype }) =>
      isBooked(primitive) &&
      dtype !== "float32" &&
      columns.every((name) => VALUES.has(dtypeOf(name)) || (primitive === "count" && KEYS.has(dtypeOf(name)))),
  );
}

/**
 * Groups by loops over lists of numbers: a pass a column, where the engine hashes every row and gathers the rows of each group. Undefined
 * where that is not exact or does not pay: whole numbers beyond 2^53, texts that differ in many rows, keys that are missing and kept.
 * Parts are taken one after the other, so that others get a turn between them.
 */
export async function slotGroups(
  parts: readonly PolarsFrame[],
  step: GroupStep,
  coded: readonly CodedKey[] = [],
): Promise<SlotGroups | undefined> {
  const keyed = await keysOfParts(parts, step, coded);
  if (keyed === undefined) return undefined;
  const keys = slotKeys(keyed.parts);
  if (keys === undefined) return undefined;
  const books = new GroupBooks(step, keys.slots, keyed.tables.length === 1);
  for (const [at, part] of keyed.tables.entries()) {
    if (at > 0) await new Promise<void>((resume) => setImmediate(resume));
    if (!(await books.add(part, keys.place(keyed.parts[at] as KeyPart)))) return undefined;
  }
  const isSorted = keys.isSorted && keyed.texts.every((texts) => texts === undefined);
  return { table: outcome(step, keys, books, keyed.texts), isSorted };
}

interface KeyedParts {
  readonly tables: readonly PolarsFrame[];
  readonly parts: readonly KeyPart[];
  /** The texts of each key that is one. */
  readonly texts: readonly (TextCodes | undefined)[];
}

async function keysOfParts(
  parts: readonly PolarsFrame[],
  { keys, dropNullKeys, of }: GroupStep,
  coded: readonly CodedKey[],
): Promise<KeyedParts | undefined> {
  const texts = new Map<string, TextCodes>(coded.map(({ key, codes }) => [key, codes]));
  const tables: PolarsFrame[] = [];
  const columns: KeyPart[] = [];
  for (const part of parts) {
    const gaps = keys.filter((key) => !texts.has(key) && plainColumn(part, key).nullCount() > 0);
    if (gaps.length > 0 && !dropNullKeys) return undefined;
    const known = gaps.map((key) => polars().col(key).isNotNull());
    const table =
      known.length === 0
        ? part
        : ((await part
            .lazy()
            .filter(known.reduce((all, one) => all.and(one)))
            .collect()) as PolarsFrame);
    const own: KeyColumn[] = [];
    for (const key of keys) {
      const dtype = of.fields.find((field) => field.name === key)?.dtype as Dtype;
      const values = await keyColumn(table, key, { dtype, coded, texts, isAlone: parts.length === 1 });
      if (values === undefined) return undefined;
      own.push(values);
    }
    tables.push(table);
    columns.push(own);
  }
  return { tables, parts: columns, texts: keys.map((key) => texts.get(key)) };
}

async function keyColumn(
  table: PolarsFrame,
  key: string,
  about: {
    readonly dtype: Dtype;
    readonly coded: readonly CodedKey[];
    readonly texts: Map<string, TextCodes>;
    readonly isAlone: boolean;
  },
): Promise<KeyColumn | undefined> {
  const coded = about.coded.find((one) => one.key === key);
  if (coded !== undefined)
    return {
      kind: "codes",
      codes: plainColumn(table, coded.column).toTypedArray() as Uint32Array,
      size: coded.codes.texts.height,
    };
  if (about.dtype !== "string") {
    const column = await numberColumn(table, key, about.dtype);
    return column === undefined ? undefined : { kind: "numbers", ...column };
  }
  // Each part would have codes of its own.
  const codes = about.isAlone ? await textCodes(new TableChunk(table), key) : undefined;
  if (codes === undefined) return undefined;
  about.texts.set(key, codes);
  return { kind: "codes", codes: codesIn(codes), size: codes.texts.height };
}

/** The slots that have rows as a table: the keys, and what is aggregated of each. */
function outcome(
  step: GroupStep,
  keys: SlotKeys,
  books: GroupBooks,
  texts: readonly (TextCodes | undefined)[],
): PolarsLazy {
  const pl = polars();
  const taken = takenSlots(books.counts());
  const dtypeOf = (name: string): Dtype => step.fields.find((field) => field.name === name)?.dtype as Dtype;
  const outcomes = books.outcomes().map((values) => {
    return taken.length === values.length ? values : picked(values, taken);
  });
  const table = tableOfLists([
    ...step.keys.map((name, at) => [name, keys.keysOf(taken, at)] as const),
    ...outcomes.map((values, at) => [(step.aggregations[at] as Aggregation).name, values] as const),
  ]).lazy();
  const shown = [
    ...step.keys.map((name, at) => keyExpr(name, dtypeOf(name), texts[at])),
    ...step.aggregations.map(({ name, dtype }, at) => {
      const column = pl.col(name);
      const known = countNaN(outcomes[at] as Float64Array) > 0 ? column.fillNan(lit(null)) : column;
      return dtype === "float64" ? known : known.cast(polarsType(dtype));
    }),
  ];
  const made = table.select(...shown);
  const gaps = step.dropNullKeys ? step.keys.filter((_, at) => texts[at]?.hasGaps === true) : [];
  if (gaps.length === 0) return made;
  return made.filter(gaps.map((name) => pl.col(name).isNotNull()).reduce((all, one) => all.and(one)));
}

function keyExpr(name: string, dtype: Dtype, texts: TextCodes | undefined): PolarsExpr {
  const pl = polars();
  const column = pl.col(name);
  if (texts !== undefined) {
    const all = (pl.lit(texts.texts.getColumn(texts.texts.columns[0] as string) as never) as PolarsExpr).explode();
    return all.gather(column.cast(pl.UInt32) as never).alias(name);
  }
  if (dtype === "date") return column.cast(pl.Int32).cast(pl.Date);
  return column.cast(pl.Int64).cast(polarsType(dtype));
}

function takenSlots(rows: Float64Array): Uint32Array {
  let count = 0;
  for (let slot = 0; slot < rows.length; slot++) if ((rows[slot] as number) > 0) count++;
  const taken = new Uint32Array(count);
  for (let slot = 0, to = 0; slot < rows.length; slot++) if ((rows[slot] as number) > 0) taken[to++] = slot;
  return taken;
}

function picked(values: Float64Array, slots: Uint32Array): Float64Array {
  const some = new Float64Array(slots.length);
  for (let at = 0; at < slots.length; at++) some[at] = values[slots[at] as number] as number;
  return some;
}
