import { registerValue } from "../../../runtime/base/value-type.ts";
import { type PolarsFrame, polars } from "../engine/polars.ts";
import type { TableMeta } from "../schema.ts";
import { Column } from "./column.ts";
import { Frame } from "./frame.ts";
import { TableChunk } from "./table-chunk.ts";

/**
 * A table as the bytes of an Arrow IPC file. It blocks its thread (about 60 ms for 1e6 rows of five columns), which in
 * workers is the thread that runs tasks, never the one that holds a connection.
 */
export const frameToBytes = (chunk: TableChunk): Uint8Array => chunk.native.writeIPC();

/** The table of such bytes, in this thread. */
export const frameFromBytes = (bytes: Uint8Array): TableChunk =>
  new TableChunk(polars().readIPC(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)) as PolarsFrame);

const MODULE = "shoal:collections/dataframe/frame/frame-bytes";

registerValue<TableChunk>({
  name: "shoal.TableChunk",
  class: TableChunk,
  encode: (chunk) => new Uint8Array(frameToBytes(chunk)),
  decode: (plain) => frameFromBytes(plain as Uint8Array),
  module: MODULE,
});
registerValue<Frame<unknown>>({
  name: "shoal.Frame",
  class: Frame,
  encode: (frame) => [new Uint8Array(frameToBytes(frame.chunk)), frame.meta],
  decode: (plain) => {
    const [bytes, meta] = plain as [Uint8Array, TableMeta];
    return new Frame(frameFromBytes(bytes), meta);
  },
  module: MODULE,
});
registerValue<Column<unknown>>({
  name: "shoal.Column",
  class: Column,
  encode: (column) => {
    const { name } = column.meta.columns[0] as TableMeta["columns"][number];
    const levels = column.meta.index.map((_, level) => `__index_${level}`);
    return [
      new Uint8Array(frameToBytes(new TableChunk(column.chunk.native.select(...levels, name) as PolarsFrame))),
      column.meta,
    ];
  },
  decode: (plain) => {
    const [bytes, meta] = plain as [Uint8Array, TableMeta];
    return new Column(frameFromBytes(bytes), meta);
  },
  module: MODULE,
});
