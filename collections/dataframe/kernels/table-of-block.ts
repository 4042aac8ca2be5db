import type { BlockLocation } from "../../../runtime/graph/call.ts";
import type { Chunk } from "../../array/chunk.ts";
import { type AnyData, allocate, type DType } from "../../array/dtype.ts";
import { contiguous } from "../../array/kernels/pending.ts";
import "../frame/frame-bytes.ts";
import { type PolarsFrame, polars } from "../engine/polars.ts";
import { TableChunk } from "../frame/table-chunk.ts";
import { type Field, indexName } from "../schema.ts";
import { numberedRows, seriesOf } from "./read-columns.ts";

/** Rows of a block of numbers as a partition, numbered as the array's rows are, or from 0 where that is not known. */
export function tableOfBlock(columns: readonly Field[], location: BlockLocation, block: Chunk): TableChunk {
  const chunk = contiguous(block);
  const rows = chunk.shape[0] as number;
  const start = location.start[0] as number;
  const first = Number.isNaN(start) ? 0 : start;
  const index = numberedRows(indexName(0), { first, rows });
  const series = columns.map(({ name, dtype }, at) => seriesOf(name, columnOf(chunk, rows, at, columns.length), dtype));
  return new TableChunk(polars().DataFrame([index, ...series] as never) as PolarsFrame);
}

function columnOf(chunk: Chunk, rows: number, at: number, width: number): AnyData {
  const out = allocate(chunk.dtype as DType, rows) as unknown as Float64Array;
  const data = chunk.data as unknown as Float64Array;
  for (let row = 0; row < rows; row++) out[row] = data[chunk.offset + row * width + at] as number;
  return out;
}
