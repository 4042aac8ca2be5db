import { ownName } from "../engine/own-name.ts";
import { tableOfLists } from "../engine/plain-column.ts";
import { type PolarsFrame, polars } from "../engine/polars.ts";
import { TableChunk } from "../frame/table-chunk.ts";

const ORDER = ownName("order");

/**
 * Cuts a table by the bucket of each row; rows of a bucket keep their order. Rows are counted and put in order here, which takes a few
 * nanoseconds each, where the engine would sort them by their buckets.
 * @param buckets a number below `count` for each row
 */
export async function cutTable(
  table: PolarsFrame,
  buckets: Uint8Array | Uint16Array | Uint32Array,
  count: number,
): Promise<TableChunk[]> {
  const starts = new Uint32Array(count + 1);
  for (let row = 0; row < buckets.length; row++) (starts[(buckets[row] as number) + 1] as number)++;
  for (let bucket = 0; bucket < count; bucket++) (starts[bucket + 1] as number) += starts[bucket] as number;
  const next = starts.slice(0, count);
  const order = new Uint32Array(buckets.length);
  for (let row = 0; row < buckets.length; row++) order[(next[buckets[row] as number] as number)++] = row;
  const pl = polars();
  const places = tableOfLists([[ORDER, order]]);
  // Rows are fetched three times as fast from one piece of memory as from many.
  const both = pl.concat([table.rechunk(), places] as never, { how: "horizontal" } as never) as unknown as PolarsFrame;
  const sorted = (await both
    .lazy()
    .select(...table.columns.map((name) => pl.col(name).gather(pl.col(ORDER) as never)))
    .collect()) as PolarsFrame;
  return Array.from(next, (_, bucket) => {
    const from = starts[bucket] as number;
    return new TableChunk(sorted.slice(from, (starts[bucket + 1] as number) - from) as PolarsFrame);
  });
}

/** Numbers are told apart by 64-bit fractions, which are exact up to here. */
const EXACT_MAX = 2 ** 53;
const CELLS = 4_096;

/**
 * The bucket of each key: how many of the rising bounds are not above it; undefined where a key is too large to be told exactly. A table
 * of evenly spaced cells says where to begin to look.
 */
export function bucketsOf(keys: Float64Array, bounds: Float64Array): Uint32Array | undefined {
  const buckets = new Uint32Array(keys.length);
  if (bounds.length === 0) return buckets;
  const low = bounds[0] as number;
  const width = ((bounds[bounds.length - 1] as number) - low) / (CELLS - 2);
  const scale = width > 0 ? 1 / width : 0;
  // A cell begins its search a cell early, so that rounding cannot pass a bound over.
  const begin = new Uint32Array(CELLS);
  for (let cell = 1, at = 0; cell < CELLS; cell++) {
    while (at < bounds.length && (bounds[at] as number) <= low + (cell - 1) * width) at++;
    begin[cell] = at;
  }
  let far = false;
  for (let row = 0; row < keys.length; row++) {
    const key = keys[row] as number;
    if (key > EXACT_MAX || key < -EXACT_MAX) far ||= Number.isFinite(key);
    const place = (key - low) * scale;
    let at = place > 0 ? (begin[place < CELLS ? place | 0 : CELLS - 1] as number) : 0;
    while (at < bounds.length && (bounds[at] as number) <= key) at++;
    buckets[row] = at;
  }
  return far ? undefined : buckets;
}
