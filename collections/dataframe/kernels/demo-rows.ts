import { Random } from "../../../runtime/base/random.ts";
import "../frame/frame-bytes.ts";
import { tableOfLists } from "../engine/plain-column.ts";
import { type PolarsExpr, type PolarsFrame, polars, polarsType } from "../engine/polars.ts";
import { TableChunk } from "../frame/table-chunk.ts";
import { type Field, indexName } from "../schema.ts";

/** A stretch of times, in microseconds, and the seed of what is drawn for it. */
export interface DemoPart {
  readonly from: number;
  readonly step: number;
  readonly rows: number;
  readonly seed: number;
}

/** Names that are drawn for columns of text. */
export const DEMO_NAMES = [
  "Alba",
  "Bo",
  "Chi",
  "Dara",
  "Emre",
  "Freya",
  "Goran",
  "Hana",
  "Ines",
  "Jonas",
  "Kofi",
  "Lena",
];
const MIDDLE = 1_000;

/** Rows by the clock: names, whole numbers around 1000, fractions from -1 to 1. Each column has a stream of its own. */
export async function demoRows(columns: readonly Field[], { from, step, rows, seed }: DemoPart): Promise<TableChunk> {
  const pl = polars();
  const chance = new Random(seed);
  const times = Float64Array.from({ length: rows }, (_, at) => from + at * step);
  const lists = columns.map(({ name, dtype }) => [name, drawn(chance.fork(name), dtype, rows)] as const);
  const index = pl.col(indexName(0)).cast(pl.Int64).cast(polarsType("datetime"));
  const names = (pl.lit(pl.Series("", DEMO_NAMES) as never) as PolarsExpr).explode();
  const shown = columns.map(({ name, dtype }) => {
    const column = pl.col(name);
    if (dtype === "string") return names.gather(column.cast(pl.UInt32) as never).alias(name);
    return dtype === "float64" ? column : column.cast(polarsType(dtype));
  });
  const table = tableOfLists([[indexName(0), times], ...lists]).lazy();
  return new TableChunk((await table.select(index, ...shown).collect()) as PolarsFrame);
}

function drawn(chance: Random, dtype: Field["dtype"], rows: number): Float64Array {
  const values = new Float64Array(rows);
  const draw =
    dtype === "string"
      ? () => chance.below(DEMO_NAMES.length)
      : dtype === "int64"
        ? () => Math.round(MIDDLE + Math.sqrt(MIDDLE) * normal(chance))
        : dtype === "bool"
          ? () => chance.below(2)
          : () => chance.next() * 2 - 1;
  for (let row = 0; row < rows; row++) values[row] = draw();
  return values;
}

/** Box and Muller's. */
const normal = (chance: Random): number =>
  Math.sqrt(-2 * Math.log(1 - chance.next())) * Math.cos(2 * Math.PI * chance.next());
