import { inspect } from "node:util";
import type { Dtype } from "../dtype.ts";
import { unknownColumn } from "../expression/infer.ts";
import { type Label, labelName, nameLabel, type TableMeta } from "../schema.ts";
import { Column, indexValuesOf } from "./column.ts";
import { showTable } from "./show-table.ts";
import type { TableChunk } from "./table-chunk.ts";
import { type ValueOptions, valuesOf } from "./values.ts";

/**
 * A table in memory: what computing a DataFrame gives, and what functions over partitions and groups receive. Its
 * methods are those of the lazy DataFrame, but each gives a promise of its outcome.
 * @example
 * const worst = await flights.filter((f) => f.delay > 60).compute();
 * worst.toRecords(); // [{ origin: "OSL", delay: 71 }, …]
 */
export class Frame<S = Record<string, unknown>> {
  readonly chunk: TableChunk;
  readonly meta: TableMeta;

  constructor(chunk: TableChunk, meta: TableMeta) {
    this.chunk = chunk;
    this.meta = meta;
  }

  /** Column labels in order; a label of several levels is a list. */
  get columns(): (string | string[])[] {
    return this.meta.columns.map(({ name }) => nameLabel(name));
  }

  get dtypes(): Record<string, Dtype> {
    return Object.fromEntries(this.meta.columns.map(({ name, dtype }) => [name, dtype]));
  }

  /** Rows. */
  get length(): number {
    return this.chunk.rows;
  }

  /** (rows, columns) */
  get shape(): readonly [number, number] {
    return [this.chunk.rows, this.meta.columns.length];
  }

  /**
   * One column, with the index.
   * @throws ShoalError UNKNOWN_KEY
   */
  get<K extends keyof S & string>(label: K | readonly string[]): Column<S[K]> {
    const name = labelName(label as Label);
    const found = this.meta.columns.find((one) => one.name === name);
    if (found === undefined) throw unknownColumn(name, this.meta.columns);
    return new Column<S[K]>(this.chunk, { ...this.meta, columns: [found] });
  }

  /** Rows as objects, in order; missing is null. Columns of several levels are keyed by their levels, joined by ".". */
  toRecords(options?: ValueOptions): S[] {
    const columns = this.columnsBy("toRecords", options);
    const names = Object.keys(columns);
    return Array.from(
      { length: this.length },
      (_, row) => Object.fromEntries(names.map((name) => [name, columns[name]?.[row]])) as S,
    );
  }

  /** Columns as lists of values. */
  toColumns(options?: ValueOptions): Record<string, unknown[]> {
    return this.columnsBy("toColumns", options);
  }

  private columnsBy(reader: string, options: ValueOptions | undefined): Record<string, unknown[]> {
    return Object.fromEntries(
      this.meta.columns.map(({ name, dtype }) => {
        const label = nameLabel(name);
        return [
          typeof label === "string" ? label : label.join("."),
          valuesOf(this.chunk.native.getColumn(name), dtype, options, reader),
        ];
      }),
    );
  }

  /** Labels of the rows: a value each, or a list of values where the index has several levels. */
  indexValues(options?: ValueOptions): unknown[] {
    return indexValuesOf(this.chunk, this.meta, options);
  }

  /** Names of the index levels. */
  get indexNames(): (string | null)[] {
    return this.meta.index.map(({ label }) => label);
  }

  *[Symbol.iterator](): Iterator<S> {
    yield* this.toRecords();
  }

  toString(): string {
    return showTable(this.chunk, this.meta, `[${this.length} rows × ${this.meta.columns.length} columns]`);
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
