import type { AnyFunction } from "../../../runtime/wire/function-spec.ts";
import { type PolarsFrame, polars } from "../engine/polars.ts";
import { Column } from "../frame/column.ts";
import { Frame } from "../frame/frame.ts";
import { TableChunk } from "../frame/table-chunk.ts";
import type { MapCall } from "../plan/node.ts";
import { chunkOf, resolved } from "./mapped-result.ts";

/**
 * Calls a function of the user's with a partition between rows of its neighbours, and cuts what it gives for those off again.
 * @throws TypeError where it does not give a row for each that it gets: nobody could tell which to cut off
 */
export async function mapOverlapped(
  fn: AnyFunction,
  call: MapCall,
  chunk: TableChunk,
  before: TableChunk,
  after: TableChunk,
): Promise<TableChunk> {
  const parts = [before, chunk, after].filter(({ rows }) => rows > 0).map(({ native }) => native);
  const whole =
    parts.length < 2 ? (parts[0] ?? chunk.native) : polars().concat(parts as never, { how: "vertical" } as never);
  const frame = new Frame<unknown>(new TableChunk(whole as PolarsFrame), call.meta);
  const given = call.keys?.[0] === "column" ? new Column(frame.chunk, frame.meta) : frame;
  const made = chunkOf(await resolved(fn(given, ...call.args)), frame, call.out);
  if (made.rows !== frame.length)
    throw new TypeError(
      `The function of mapOverlap() gives a row for each it gets; it got ${frame.length} and gave ${made.rows}`,
    );
  return new TableChunk(made.native.slice(before.rows, chunk.rows) as PolarsFrame);
}
