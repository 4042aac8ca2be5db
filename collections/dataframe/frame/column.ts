import { inspect } from "node:util";
import { type Dtype, isNumber } from "../dtype.ts";
import { nameLabel, shownName, type TableMeta } from "../schema.ts";
import { showTable } from "./show-table.ts";
import type { TableChunk } from "./table-chunk.ts";
import { type NativeSeries, type ValueOptions, valuesOf } from "./values.ts";

/**
 * One column in memory, with its index: what computing a Series gives, and what functions over columns receive.
 * @example
 * const delays = await flights.get("delay").compute();
 * delays.toArray(); // [3, null, 12, …]
 */
export class Column<T = unknown> {
  readonly chunk: TableChunk;
  readonly meta: TableMeta;

  constructor(chunk: TableChunk, meta: TableMeta) {
    this.chunk = chunk;
    this.meta = meta;
  }

  get name(): string | string[] | null {
    const { name } = this.field;
    return name === NO_NAME ? null : nameLabel(name);
  }

  get dtype(): Dtype {
    return this.field.dtype;
  }

  get length(): number {
    return this.chunk.rows;
  }

  /** Values in order; missing is null. */
  toArray(options?: ValueOptions): (T | null)[] {
    return valuesOf(this.series, this.dtype, options) as (T | null)[];
  }

  /** A typed array of its own; only numbers without gaps have one. @throws TypeError */
  toTypedArray(): ArrayBufferView {
    if (!isNumber(this.dtype) || this.series.nullCount() > 0)
      throw new TypeError(
        `Column "${shownName(this.field.name)}" of ${this.dtype} has missing values or no numbers; use toArray()`,
      );
    return this.series.toTypedArray() as ArrayBufferView;
  }

  /** Labels of the rows: a value each, or a list of values where the index has several levels. */
  indexValues(options?: ValueOptions): unknown[] {
    return indexValuesOf(this.chunk, this.meta, options);
  }

  at(position: number): T | null {
    const row = position < 0 ? this.length + position : position;
    return (valuesOf(this.series.slice(row, 1), this.dtype) as (T | null)[])[0] ?? null;
  }

  *[Symbol.iterator](): Iterator<T | null> {
    yield* this.toArray();
  }

  toString(): string {
    return showTable(
      this.chunk,
      this.meta,
      `Name: ${this.name === null ? "none" : shownName(this.field.name)}, ${this.length} rows, ${this.dtype}`,
    );
  }

  [inspect.custom](): string {
    return this.toString();
  }

  private get field(): TableMeta["columns"][number] {
    return this.meta.columns[0] as TableMeta["columns"][number];
  }

  private get series(): NativeSeries {
    return this.chunk.native.getColumn(this.field.name);
  }
}

/** The physical name of a column without a name. */
export const NO_NAME = "__none";

export function indexValuesOf(chunk: TableChunk, meta: TableMeta, options?: ValueOptions): unknown[] {
  const levels = meta.index.map(({ dtype }, level) =>
    valuesOf(chunk.native.getColumn(`__index_${level}`), dtype, options, "indexValues"),
  );
  if (levels.length === 1) return levels[0] as unknown[];
  return Array.from({ length: chunk.rows }, (_, row) => levels.map((level) => level[row]));
}
