import "../frame/frame-bytes.ts";
import { describe } from "../../bag/kernels/flow.ts";
import { type Dtype, familyOf } from "../dtype.ts";
import { type PolarsFrame, polars } from "../engine/polars.ts";
import type { Plain } from "../expression/expression.ts";
import { TableChunk } from "../frame/table-chunk.ts";
import { plainValue } from "../frame/value-types.ts";
import { type Field, indexName } from "../schema.ts";
import { emptyTable } from "./empty-table.ts";
import { seriesOf } from "./read-columns.ts";

/**
 * A table of a partition's items: objects by the columns' names, lists by their places. Other members are left out, and
 * those that an item lacks are missing; plain items are the values of an only column. Rows are numbered from 0.
 * @throws TypeError naming the row and column of a value that does not fit the column's type
 */
export function tableOfItems(items: readonly unknown[], columns: readonly Field[]): TableChunk {
  if (items.length === 0) return new TableChunk(emptyTable([{ name: indexName(0), dtype: "int64" }, ...columns]));
  const lists = columns.map((): Plain[] => new Array<Plain>(items.length));
  items.forEach((item, row) => {
    if (columns.length === 1 && isPlainItem(item)) {
      (lists[0] as Plain[])[row] = fitting(item, (columns[0] as Field).dtype, (columns[0] as Field).name, row);
      return;
    }
    if (typeof item !== "object" || item === null)
      throw new TypeError(`Rows are made of objects or lists, and item ${row} of a partition is ${describe(item)}`);
    columns.forEach(({ name, dtype }, at) => {
      const value = Array.isArray(item) ? item[at] : (item as Record<string, unknown>)[name];
      (lists[at] as Plain[])[row] = fitting(value, dtype, name, row);
    });
  });
  const numbers = Array.from(items, (_, row): Plain => row);
  const series = columns.map(({ name, dtype }, at) => seriesOf(name, lists[at] as Plain[], dtype));
  return new TableChunk(
    polars().DataFrame([seriesOf(indexName(0), numbers, "int64"), ...series] as never) as PolarsFrame,
  );
}

/** An item that is a value rather than a row of values. */
export const isPlainItem = (item: unknown): boolean =>
  (typeof item !== "object" && item !== undefined) || item instanceof Date;

function fitting(value: unknown, dtype: Dtype, name: string, row: number): Plain {
  const plain = plainValue(value);
  if (plain === null || fits(value, plain, dtype)) return plain;
  throw new TypeError(
    `Column "${name}" is ${dtype}, and item ${row} of a partition has ${describe(value)} there; say its type with meta`,
  );
}

function fits(value: unknown, plain: Plain, dtype: Dtype): boolean {
  switch (familyOf(dtype)) {
    case "string":
      return typeof plain === "string";
    case "bool":
      return typeof plain === "boolean";
    case "int":
    case "uint":
      return typeof plain === "bigint" || (typeof plain === "number" && Number.isInteger(plain));
    case "float":
      return typeof plain === "number" || typeof plain === "bigint";
    case "datetime":
    case "date":
      return value instanceof Date;
    case "list":
      return Array.isArray(plain);
    default:
      return true;
  }
}
