import type { AnyFunction } from "../../../runtime/wire/function-spec.ts";
import { NDArray } from "../../array/ndarray.ts";
import { type PolarsFrame, polars } from "../engine/polars.ts";
import { Column } from "../frame/column.ts";
import { Frame } from "../frame/frame.ts";
import { TableChunk } from "../frame/table-chunk.ts";
import type { MapCall } from "../plan/node.ts";
import { indexName, isIndexName, type TableMeta } from "../schema.ts";
import { chunkOf, resolved, stackTables } from "./mapped-result.ts";

/** Calls a function of the user's with a partition, its rows, its values or its groups; the outcome is a table again. */
export async function mapTable(fn: AnyFunction, call: MapCall, chunk: TableChunk): Promise<TableChunk> {
  switch (call.mode) {
    case "frame": {
      const frame = withColumns(new Frame<unknown>(chunk, call.meta));
      return chunkOf(await resolved(fn(single(call, frame), ...call.args)), frame, call.out);
    }
    case "rows":
      return mapValues(fn, call, chunk, new Frame<unknown>(chunk, call.meta).toRecords());
    case "values":
      return mapValues(fn, call, chunk, new Column<unknown>(chunk, call.meta).toArray());
    case "windows":
      return mapWindows(fn, call, chunk);
    default:
      return mapGroups(fn, call, chunk);
  }
}

/** A function over one column gets the Column. */
const single = (call: MapCall, frame: Frame<unknown>): unknown =>
  call.keys?.[0] === "column" ? new Column(frame.chunk, frame.meta) : frame;

/** Columns are properties too, where no method has their name: `frame.delay`. */
function withColumns(frame: Frame<unknown>): Frame<unknown> {
  for (const { name } of frame.meta.columns)
    if (!(name in frame))
      Object.defineProperty(frame, name, { get: () => frame.get(name as never), enumerable: false });
  return frame;
}

async function mapValues(
  fn: AnyFunction,
  call: MapCall,
  chunk: TableChunk,
  values: readonly unknown[],
): Promise<TableChunk> {
  const results: unknown[] = [];
  for (const value of values) results.push(await fn(value, ...call.args));
  return chunkOf(asTable(results, call), new Frame<unknown>(chunk, call.meta), call.out);
}

/** Objects become columns where more than one column was promised. */
function asTable(results: readonly unknown[], call: MapCall): unknown {
  const columns = call.out?.columns ?? [];
  if (columns.length < 2) return results;
  return Object.fromEntries(
    columns.map(({ name }) => [name, results.map((one) => (one as Record<string, unknown> | null)?.[name] ?? null)]),
  );
}

async function mapWindows(fn: AnyFunction, call: MapCall, chunk: TableChunk): Promise<TableChunk> {
  const values = new Column<number>(chunk, call.meta).toArray();
  const size = call.window ?? 1;
  const needed = call.minPeriods ?? size;
  const results: unknown[] = [];
  for (let at = 0; at < values.length; at++) {
    const window = values.slice(Math.max(0, at - size + 1), at + 1).filter((value) => value !== null) as number[];
    results.push(window.length >= needed ? plainNumber(await fn(NDArray.from(Float64Array.from(window)))) : null);
  }
  return chunkOf(results, new Frame<unknown>(chunk, call.meta), call.out);
}

const plainNumber = (value: unknown): unknown => (value instanceof NDArray ? value.item() : value);

/** Groups in the order of their keys; rows of a group keep theirs. */
async function mapGroups(fn: AnyFunction, call: MapCall, chunk: TableChunk): Promise<TableChunk> {
  const pl = polars();
  const keys = call.keys ?? [];
  const sorted = (await chunk.native
    .lazy()
    .filter(keys.map((key) => pl.col(key).isNotNull()).reduce((a, b) => a.and(b)))
    .sort([...keys], false, true, true)
    .collect()) as PolarsFrame;
  const sizes = await sorted
    .lazy()
    .groupBy(keys.map((key) => pl.col(key)) as never, true)
    .agg((pl.len() as ReturnType<typeof pl.col>).cast(pl.Float64).alias("__n"))
    .collect();
  const parts: TableChunk[] = [];
  let from = 0;
  const counts = sizes.getColumn("__n").toArray() as number[];
  for (const [group, rows] of counts.entries()) {
    const own = new TableChunk(sorted.slice(from, rows) as PolarsFrame);
    from += rows;
    const frame = withColumns(new Frame<unknown>(own, call.meta));
    const argument = call.mode === "groupColumns" ? new Column(own, call.meta) : frame;
    parts.push(groupOutcome(await resolved(fn(argument, ...call.args)), frame, call, sizes as PolarsFrame, group));
  }
  return stackTables(parts, outFields(call.out as TableMeta));
}

const outFields = (out: TableMeta): { name: string; dtype: TableMeta["index"][number]["dtype"] }[] => [
  ...out.index.map(({ dtype }, level) => ({ name: indexName(level), dtype })),
  ...out.columns.map(({ name, dtype }) => ({ name, dtype })),
];

/** One value a group is labelled by the group's keys; rows keep their own labels. */
function groupOutcome(
  value: unknown,
  frame: Frame<unknown>,
  call: MapCall,
  groups: PolarsFrame,
  group: number,
): TableChunk {
  const rowwise =
    value instanceof Frame ||
    value instanceof Column ||
    (call.mode === "groupColumns" &&
      Array.isArray(value) &&
      value.length === frame.length &&
      call.out?.index.length === call.meta.index.length &&
      !isKeyed(call));
  if (rowwise) return chunkOf(value, frame, call.out);
  const out = call.out as TableMeta;
  const one = chunkOf([value], frame, { index: [{ label: null, dtype: "int64" }], columns: out.columns });
  const pl = polars();
  const labels = (call.keys ?? []).map((key, level) => groups.getColumn(key).slice(group, 1).alias(indexName(level)));
  const columns = one.native.columns.filter((name) => !isIndexName(name)).map((name) => one.native.getColumn(name));
  return new TableChunk(pl.DataFrame([...labels, ...columns] as never) as PolarsFrame);
}

const isKeyed = (call: MapCall): boolean => call.window === 0;
