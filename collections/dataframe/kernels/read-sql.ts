import { ShoalError } from "../../../runtime/base/errors.ts";
import { openSql } from "../../io/open-sql.ts";
import { quotedName } from "../../io/sql-database.ts";
import { type Dtype, isInteger, isNumber } from "../dtype.ts";
import type { PolarsLazy } from "../engine/polars.ts";
import type { Plain } from "../expression/expression.ts";
import { plainValue } from "../frame/value-types.ts";
import { type Field, indexName } from "../schema.ts";
import { readColumns } from "./read-columns.ts";

/** A range of the rows of a table: those with low <= index < high, or <= high where the range is closed. */
export interface SqlPart {
  readonly url: string;
  /** What stands behind FROM. */
  readonly from: string;
  readonly index: string;
  readonly keyDtype: Dtype;
  readonly low: unknown;
  readonly high: unknown;
  readonly closed: boolean;
  /** Whether rows without an index belong to it. */
  readonly missing: boolean;
}

/** The rows of a range, in the order of the index. @throws ShoalError SQL, DECODE for a value that is not of its column's type */
export async function readSqlPart(part: SqlPart, fields: readonly Field[]): Promise<PolarsLazy> {
  const sourceOf = ({ name }: Field): string => (name === indexName(0) ? part.index : name);
  const key = quotedName(part.index);
  const list = fields.map((field) => quotedName(sourceOf(field))).join(", ") || "1";
  const range = part.low === null ? "" : `${key} >= $1 AND ${key} ${part.closed ? "<=" : "<"} $2`;
  const where = range === "" ? "" : ` WHERE ${part.missing ? `(${range}) OR ${key} IS NULL` : range}`;
  const database = await openSql(part.url);
  try {
    const values = range === "" ? [] : [part.low, part.high];
    const { rows } = await database.ask(`SELECT ${list} FROM ${part.from}${where} ORDER BY ${key}`, values);
    const lists = fields.map((field, at) => rows.map((row) => checked(row[at], field, part, sourceOf(field))));
    return readColumns(Object.fromEntries(fields.map(({ name }, at) => [name, lists[at] as Plain[]])), fields);
  } finally {
    await database.close();
  }
}

/** A value that its column can hold as it is: nothing is cut off or dropped. */
function checked(value: unknown, { dtype }: Field, part: SqlPart, name: string): Plain {
  if (value === null || value === undefined) return null;
  if (dtype === "string") return typeof value === "string" ? value : String(value);
  if (dtype === "bool" && (value === 0 || value === 1)) return value === 1;
  const time = dtype === "datetime" || dtype === "date";
  if (time && typeof value === "string") {
    const parsed = new Date(
      /[zZ]|[+-]\d\d:?\d\d$/.test(value) ? value : `${value.replace(" ", "T")}${value.length > 10 ? "Z" : ""}`,
    );
    if (!Number.isNaN(parsed.getTime())) return timeOf(parsed, dtype);
  }
  const fits =
    (isInteger(dtype) && (Number.isInteger(value) || typeof value === "bigint")) ||
    (isNumber(dtype) && !isInteger(dtype) && typeof value === "number") ||
    (dtype === "bool" && typeof value === "boolean") ||
    (time && value instanceof Date);
  if (!fits)
    throw new ShoalError(
      `Column "${name}" of ${part.from} holds ${JSON.stringify(String(value))}, which is no ${dtype}; give it another type with dtypes`,
      { code: "DECODE" },
    );
  return value instanceof Date ? timeOf(value, dtype) : plainValue(value);
}

const DAY_MS = 86_400_000;
/** Days for dates, microseconds for times. */
const timeOf = (value: Date, dtype: Dtype): Plain =>
  dtype === "date" ? Math.floor(value.getTime() / DAY_MS) : value.getTime() * 1000;
