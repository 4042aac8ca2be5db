import { Random } from "../../../runtime/base/random.ts";
import type { PolarsFrame } from "../engine/polars.ts";
import { polars } from "../engine/polars.ts";
import { TableChunk } from "../frame/table-chunk.ts";

/** Which rows of a partition are drawn: a share of them, or those whose number between 0 and 1 falls into a range. */
export type SampleCall =
  | { readonly kind: "share"; readonly share: number; readonly replace: boolean; readonly seed: number }
  | { readonly kind: "range"; readonly from: number; readonly to: number; readonly seed: number };

/** Each partition draws from a stream of its own, so that the same seed gives the same rows wherever they are drawn. */
export function sampleRows(chunk: TableChunk, call: SampleCall, partition: number): TableChunk {
  const random = new Random(call.seed).fork(`partition ${partition}`);
  const rows = chunk.native.height;
  return takeRows(chunk, call.kind === "share" ? drawn(random, rows, call) : within(random, rows, call));
}

function drawn(random: Random, rows: number, { share, replace }: Extract<SampleCall, { kind: "share" }>): number[] {
  const count = Math.round(rows * share);
  if (replace) return rows === 0 ? [] : Array.from({ length: count }, () => random.below(rows));
  return random.shuffle(Array.from({ length: rows }, (_, at) => at)).slice(0, count);
}

function within(random: Random, rows: number, { from, to }: Extract<SampleCall, { kind: "range" }>): number[] {
  const kept: number[] = [];
  for (let at = 0; at < rows; at++) {
    const place = random.next();
    if (place >= from && place < to) kept.push(at);
  }
  return kept;
}

function takeRows(chunk: TableChunk, rows: readonly number[]): TableChunk {
  const pl = polars();
  const places = pl.Series("rows", Float64Array.from(rows) as never).cast(pl.UInt32);
  const columns = chunk.native.getColumns().map((column) => column.gather([...places.toArray()] as number[]));
  return new TableChunk(pl.DataFrame(columns as never) as PolarsFrame);
}
