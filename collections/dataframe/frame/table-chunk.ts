import { plainColumn } from "../engine/plain-column.ts";
import type { PolarsFrame } from "../engine/polars.ts";

/** Bytes a value of a column takes; a bit for what is missing is not counted. */
const WIDTHS: Readonly<Record<string, number>> = {
  Bool: 0.125,
  Int8: 1,
  UInt8: 1,
  Int16: 2,
  UInt16: 2,
  Int32: 4,
  UInt32: 4,
  Float32: 4,
  Date: 4,
  Null: 0,
  Categorical: 4,
};
const WIDE = 8;
/** A text's place in its column, beside its bytes. */
const TEXT_PLACE_BYTES = 16;
const SAMPLED_ROWS = 64;

/**
 * A partition as tasks hand it on: a live table of the engine's. It belongs to the thread that made it; between
 * threads and processes it travels as Arrow IPC bytes (`frame-bytes.ts`).
 */
export class TableChunk {
  readonly native: PolarsFrame;
  private weight: number | undefined;

  constructor(native: PolarsFrame) {
    this.native = native;
  }

  get rows(): number {
    return this.native.height;
  }

  /** About how many bytes of memory it takes; texts are judged by a few rows of them. */
  get nbytes(): number {
    this.weight ??= this.native.dtypes.reduce((sum, { variant }, at) => sum + this.rows * this.widthOf(variant, at), 0);
    return this.weight;
  }

  /** The same of each column, by its physical name. */
  get columnBytes(): Record<string, number> {
    const { columns, dtypes } = this.native;
    return Object.fromEntries(
      columns.map((name, at) => [name, this.rows * this.widthOf((dtypes[at] as { variant: string }).variant, at)]),
    );
  }

  private widthOf(variant: string, at: number): number {
    if (variant === "List") return this.listWidth(at);
    if (variant !== "String" && variant !== "Utf8") return WIDTHS[variant] ?? WIDE;
    // Spread over the table, as the first rows of sorted texts are alike; odd, as every other row may be alike too.
    const stride = Math.floor(this.rows / SAMPLED_ROWS) | 1;
    const column = plainColumn(this.native, this.native.columns[at] as string);
    let [bytes, count] = [0, 0];
    for (let row = 0; row < this.rows; row += stride) {
      bytes += ((column.getIdx(row) as string | null) ?? "").length;
      count += 1;
    }
    return TEXT_PLACE_BYTES + bytes / Math.max(1, count);
  }

  private listWidth(at: number): number {
    const items = plainColumn(this.native, this.native.columns[at] as string)
      .explode()
      .len();
    return TEXT_PLACE_BYTES + (items * WIDE) / Math.max(1, this.rows);
  }
}
