import { input, literal } from "../../runtime/graph/call.ts";
import { SELF, type TaskLayer } from "../../runtime/graph/layer.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { shownUrl } from "../io/sql-database.ts";
import { DataFrame } from "./dataframe.ts";
import { createSqlTable, type SqlOut, writeSqlPart } from "./kernels/write-sql.ts";
import { type WhenWritten, Writing, writtenLayer, writtenWhen } from "./write-parts.ts";

export interface ToSqlOptions extends WhenWritten {
  /** What happens where there is such a table: an error (the default), another in its place, or rows added to it. */
  readonly ifExists?: "fail" | "replace" | "append";
  /** Writes the index as a column; unless told, where it has a name. */
  readonly index?: boolean;
  /** Rows of one statement ("multi", the default), or a row each ("single"). */
  readonly method?: "multi" | "single";
  /** At most so many rows in a statement; 1000 unless told. */
  readonly chunksize?: number;
  /** Partitions are written side by side; unless told, one after the other, so that the rows come in their order. */
  readonly parallel?: boolean;
}

const MODULE = "shoal:collections/dataframe/kernels/write-sql";
const CREATE = kernel(MODULE, "createSqlTable", createSqlTable);
const WRITE = kernel(MODULE, "writeSqlPart", writeSqlPart);
const IF_EXISTS = ["fail", "replace", "append"];
const METHODS = ["multi", "single"];

async function toSql(table: DataFrame<unknown>, name: string, url: string, options: ToSqlOptions) {
  const { ifExists = "fail", method = "multi", chunksize = 1000, parallel = false, compute = true } = options;
  if (!IF_EXISTS.includes(ifExists))
    throw new RangeError(`ifExists is one of ${IF_EXISTS.join(", ")}, got ${ifExists}`);
  if (!METHODS.includes(method)) throw new RangeError(`method is one of ${METHODS.join(", ")}, got ${method}`);
  if (!(Number.isInteger(chunksize) && chunksize > 0))
    throw new RangeError(`chunksize is a number of rows, got ${chunksize}`);
  if (!/^(sqlite|postgres|postgresql):/.test(url))
    throw new RangeError(`toSql() writes to sqlite:PATH or postgres://…, got ${shownUrl(url)}`);
  const index = options.index ?? table.view.index.some(({ label }) => label !== null);
  const out: SqlOut = { url, table: name, index, ifExists, rowsMax: method === "single" ? 1 : chunksize };
  return writtenWhen({ compute }, new Writing<number>(sqlLayer(table, out, parallel)));
}

/** One task makes the table, one a partition writes its rows: behind the one before it, or all behind the first. */
function sqlLayer(table: DataFrame<unknown>, out: SqlOut, parallel: boolean): TaskLayer {
  const source = writtenLayer(table, out.index);
  const count = table.npartitions;
  return {
    kind: "tasks",
    name: `to-sql-${tokenize(source.name, out, parallel)}`,
    grid: [count + 1],
    calls: [
      { fn: CREATE, args: [literal(table.meta), literal(out)] },
      { fn: WRITE, args: [literal(table.meta), literal(out), input(0), input(1)] },
    ],
    callOf: Uint32Array.from({ length: count + 1 }, (_, at) => Math.min(at, 1)),
    sources: [source],
    inputOffsets: Uint32Array.from({ length: count + 2 }, (_, at) => Math.max(0, 2 * (at - 1))),
    inputSource: Uint16Array.from({ length: 2 * count }, (_, at) => (at % 2 === 0 ? 0 : SELF)),
    inputIndex: Uint32Array.from({ length: 2 * count }, (_, at) => (at % 2 === 1 && parallel ? 0 : at >> 1)),
    annotations: { effectful: "once" },
  };
}

declare module "./dataframe.ts" {
  interface DataFrame<S> {
    /**
     * Writes the rows into a table of a database, `sqlite:PATH` or `postgres://…`, which is made with columns of fitting types. A partition is
     * inserted whole or not at all, and not again once its task has finished; a worker that ends between the two may leave its partition there twice.
     * @returns how many rows each partition had; with `compute: false` what is still to be written
     * @throws ShoalError SQL with the database's words, or where the table is there and `ifExists` is "fail"; NOT_SUPPORTED for columns that the database has no type for
     * @see https://docs.dask.org/en/stable/generated/dask.dataframe.to_sql.html
     * @example await df.toSql("sales", "sqlite:shop.db", { ifExists: "replace" });
     */
    toSql(name: string, url: string, options: ToSqlOptions & { compute: false }): Promise<Writing<number>>;
    toSql(name: string, url: string, options?: ToSqlOptions & { compute?: true }): Promise<number[]>;
  }
}
DataFrame.prototype.toSql = function (name: string, url: string, options: ToSqlOptions = {}) {
  return toSql(this as DataFrame<unknown>, name, url, options) as never;
};
