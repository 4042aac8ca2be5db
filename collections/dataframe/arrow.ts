import type * as Arrow from "apache-arrow";
import type { DataLayer } from "../../runtime/graph/layer.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import { type AnyRow, DataFrame } from "./dataframe.ts";
import { dtypeOf, type PolarsExpr, type PolarsFrame, polars, polarsType } from "./engine/polars.ts";
import { Frame } from "./frame/frame.ts";
import { TableChunk } from "./frame/table-chunk.ts";
import { splitRows } from "./kernels/split.ts";
import { writtenColumns } from "./kernels/write-ipc.ts";
import { numberedLayer } from "./plan/numbered-layer.ts";
import { viewOfNode } from "./plan/view.ts";
import { type Field, indexName } from "./schema.ts";

export interface FromArrowOptions {
  /** How many partitions; 1 unless told. */
  readonly npartitions?: number;
}

/**
 * A table over an apache-arrow Table in memory; its rows are numbered from 0. Dictionaries become text, times microseconds.
 * @throws TypeError for columns of structs and maps, which tables do not have
 * @see https://arrow.apache.org/docs/js/classes/Arrow.dom.Table.html
 * @example
 * const arrow = await (await fromColumns({ id: [1, 2] }).compute()).toArrow();
 * const again = await fromArrow(arrow, { npartitions: 2 });
 */
export async function fromArrow<S = AnyRow>(
  table: Arrow.Table,
  { npartitions = 1 }: FromArrowOptions = {},
): Promise<DataFrame<S>> {
  if (!(Number.isInteger(npartitions) && npartitions >= 1))
    throw new RangeError(`fromArrow() makes at least one partition, got ${npartitions}`);
  const { tableToIPC } = await import("apache-arrow");
  const bytes = tableToIPC(table, "file");
  const read = polars().readIPC(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)) as PolarsFrame;
  const columns = read.columns.map((name): Field => {
    const dtype = dtypeOf(read.getColumn(name).dtype);
    if (dtype === "object") throw new TypeError(`fromArrow() cannot take column "${name}": it holds structs or maps`);
    return { name, dtype };
  });
  const whole = new TableChunk((await typed(read, columns).collect()) as PolarsFrame);
  const layer: DataLayer = {
    kind: "data",
    name: `arrow-${tokenize(bytes, npartitions)}`,
    grid: [npartitions],
    values: {
      kind: "live",
      items: Array.from({ length: npartitions }, (_, at) => splitRows(whole, [at, npartitions])),
    },
  };
  const starts = Array.from({ length: npartitions }, (_, at) => Math.floor((at * whole.rows) / npartitions));
  const divisions =
    whole.rows < npartitions ? null : { column: indexName(0), values: [...starts, Math.max(0, whole.rows - 1)] };
  const node = numberedLayer(columns, layer, divisions);
  return new DataFrame<S>(viewOfNode(node, { index: [{ label: null }], columns }));
}

/** Columns in the engine's types of ours, behind the numbers of the rows. */
function typed(read: PolarsFrame, columns: readonly Field[]) {
  const pl = polars();
  const rows = pl.intRange({ start: 0, end: pl.len(), step: 1 } as never) as unknown as PolarsExpr;
  return read.lazy().select(
    rows.cast(pl.Int64).alias(indexName(0)),
    ...columns.map(({ name, dtype }) => {
      const column = pl.col(name).cast(polarsType(dtype));
      return (dtype.startsWith("float") ? column.fillNan(pl.lit(null) as never) : column).alias(name);
    }),
  );
}

declare module "./frame/frame.ts" {
  interface Frame<S> {
    /** The rows as an apache-arrow Table; the index, where it has a name, comes first. */
    toArrow(): Promise<Arrow.Table>;
  }
}
declare module "./dataframe.ts" {
  interface DataFrame<S> {
    /** Computes the table and gives its rows as an apache-arrow Table; the index, where it has a name, comes first. */
    toArrow(): Promise<Arrow.Table>;
  }
}

Frame.prototype.toArrow = async function () {
  const { tableFromIPC } = await import("apache-arrow");
  const index = this.meta.index.some(({ label }) => label !== null);
  const columns = writtenColumns(this.meta, index);
  const table = (await this.chunk.native
    .lazy()
    .select(...columns)
    .collect()) as PolarsFrame;
  return tableFromIPC(table.writeIPC({ compression: "uncompressed" }));
};
DataFrame.prototype.toArrow = async function () {
  return (await this.compute()).toArrow();
};
