import type { AnyFunction } from "../../../runtime/wire/function-spec.ts";
import { NDArray } from "../../array/ndarray.ts";
import { ownName } from "../engine/own-name.ts";
import { type PolarsFrame, polars } from "../engine/polars.ts";
import { Column } from "../frame/column.ts";
import { Frame } from "../frame/frame.ts";
import { TableChunk } from "../frame/table-chunk.ts";
import { plainValue } from "../frame/value-types.ts";
import { partsOf } from "../group-parts.ts";
import type { MapCall } from "../plan/node.ts";
import { indexName, isIndexName, type TableMeta } from "../schema.ts";
import { chunkOf, resolved, stackTables } from "./mapped-result.ts";
import { seriesOf } from "./read-columns.ts";
import { type SampleCall, sampleRows } from "./sample-rows.ts";

const COUNT = ownName("count");

/** Calls a function of the user's with a partition, its rows, its values or its groups; the outcome is a table again. */
export async function mapTable(fn: AnyFunction, call: MapCall, chunk: TableChunk, partition = 0): Promise<TableChunk> {
  switch (call.mode) {
    case "frame": {
      const frame = withColumns(new Frame<unknown>(chunk, call.meta));
      const outcome = await resolved(fn(single(call, frame), ...call.args));
      // One value a partition is labelled by the partition's number.
      return chunkOf(outcome, frame, call.out, partition);
    }
    case "rows":
      return mapValues(fn, call, chunk, new Frame<unknown>(chunk, call.meta).toRecords());
    case "values":
      return mapValues(fn, call, chunk, new Column<unknown>(chunk, call.meta).toArray());
    case "windows":
      return mapWindows(fn, call, chunk);
    case "cells":
      return mapCells(fn, call, chunk);
    case "sample":
      return sampleRows(chunk, call.args[0] as SampleCall, partition);
    case "partGroups":
    case "partSeries":
      return mapParts(fn, call, chunk);
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

/** A function of every value of every column. */
async function mapCells(fn: AnyFunction, call: MapCall, chunk: TableChunk): Promise<TableChunk> {
  const frame = new Frame<Record<string, unknown>>(chunk, call.meta);
  const out = call.out as TableMeta;
  const columns: unknown[] = [];
  for (const [at, { name }] of out.columns.entries()) {
    const values: unknown[] = [];
    for (const value of frame.get(name).toArray()) values.push(await fn(value));
    columns.push(seriesOf(name, values.map(plainValue), (out.columns[at] as TableMeta["columns"][number]).dtype));
  }
  const levels = out.index.map((_, level) => chunk.native.getColumn(indexName(level)));
  return new TableChunk(polars().DataFrame([...levels, ...columns] as never) as PolarsFrame);
}

/** A step of an aggregation of the user's: the series it gives share their labels and stand beside each other. */
async function mapParts(fn: AnyFunction, call: MapCall, chunk: TableChunk): Promise<TableChunk> {
  const table = new Frame<Record<string, never>>(chunk, call.meta).lazy();
  const made = await Promise.all(
    partsOf(fn, table, call.mode === "partGroups" ? "groups" : "series").map((one) => one.compute()),
  );
  const out = call.out as TableMeta;
  const first = made[0] as Column<unknown>;
  const levels = out.index.map((_, level) => first.chunk.native.getColumn(indexName(level)));
  const columns = made.map((one, at) => {
    const own = one.chunk.native.columns.find((name) => !isIndexName(name)) as string;
    return one.chunk.native.getColumn(own).alias(out.columns[at]?.name as string);
  });
  return new TableChunk(polars().DataFrame([...levels, ...columns] as never) as PolarsFrame);
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
    .agg((pl.len() as ReturnType<typeof pl.col>).cast(pl.Float64).alias(COUNT))
    .collect();
  const parts: TableChunk[] = [];
  let from = 0;
  const counts = sizes.getColumn(COUNT).toArray() as number[];
  for (const [group, rows] of counts.entries()) {
    const own = new TableChunk(sorted.slice(from, rows) as PolarsFrame);
    from += rows;
    const frame = withColumns(new Frame<unknown>(own, call.meta));
    const argument = call.mode === "groupColumns" ? new Column(own, call.meta) : frame;
    const outcome = await resolved(fn(argument, ...call.args));
    // A transform that gives one value gives it to every row of the group.
    const spread = call.mode === "groupColumns" && !isKeyed(call) && isSingle(outcome);
    const value = spread ? new Array<unknown>(frame.length).fill(outcome) : outcome;
    parts.push(groupOutcome(value, frame, call, sizes as PolarsFrame, group));
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

const isSingle = (value: unknown): boolean =>
  !(value instanceof Frame || value instanceof Column || Array.isArray(value) || ArrayBuffer.isView(value));
const isKeyed = (call: MapCall): boolean => call.window === 0;
