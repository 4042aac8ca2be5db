import { type AnyFunction, kernel } from "../../runtime/wire/function-spec.ts";
import { DataFrame } from "./dataframe.ts";
import type { Column } from "./frame/column.ts";
import type { Frame } from "./frame/frame.ts";
import { parseFrequencyMicros } from "./frequency.ts";
import { mapOverlapped } from "./kernels/map-overlapped.ts";
import { isMeta, type MapPartitionsOptions, mapNode, schemaMeta } from "./map.ts";
import type { MapOverlap } from "./plan/node.ts";
import { type View, viewOfNode } from "./plan/view.ts";
import { Series } from "./series.ts";

const MAP_OVERLAPPED = kernel("shoal:collections/dataframe/kernels/map-entry", "mapOverlapped", mapOverlapped);

function mapOverlap(
  table: DataFrame<unknown> | Series<unknown>,
  fn: AnyFunction,
  overlap: MapOverlap,
  { schema, args = [] }: MapPartitionsOptions,
): View {
  const { meta } = table;
  const out = schema === undefined ? meta : isMeta(schema) ? schema : schemaMeta(schema, meta.index);
  const call = { mode: "frame", out, args, ...(table instanceof Series ? { keys: ["column"] } : {}) } as const;
  return viewOfNode(mapNode(table.view, fn, call, meta, [], { kernel: MAP_OVERLAPPED, overlap }), out);
}

/** @throws RangeError for rows that are no whole number from 0, TypeError for a time before without an index of times */
function overlapOf(table: DataFrame<unknown> | Series<unknown>, before: number | string, after: number): MapOverlap {
  for (const rows of [before, after])
    if (typeof rows === "number" && !(Number.isInteger(rows) && rows >= 0))
      throw new RangeError(`mapOverlap() takes whole numbers of rows before and after, got ${rows}`);
  if (typeof after !== "number")
    throw new TypeError("mapOverlap() takes a number of rows after, not a stretch of time");
  if (typeof before === "number") return { before: { rows: before }, after: { rows: after } };
  const dtype = table.meta.index[0]?.dtype;
  if (dtype !== "datetime") throw new TypeError(`A time before needs an index of times, this one is ${dtype}`);
  return { before: { micros: parseFrequencyMicros(before) }, after: { rows: after } };
}

declare module "./dataframe.ts" {
  interface DataFrame<S> {
    /**
     * Calls a function with each partition and the rows around it; it gives a row for each it gets, and those for the rows around are
     * cut off again.
     * @param before rows, or a stretch of time such as "2D" where the index is sorted times
     * @param after rows
     * @see https://docs.dask.org/en/stable/generated/dask.dataframe.DataFrame.map_overlap.html
     * @example
     * const changes = table.mapOverlap((part) => part.lazy().diff(), 1, 0);
     */
    mapOverlap<R = S>(
      fn: (partition: Frame<S>, ...args: never[]) => unknown,
      before: number | string,
      after: number,
      options?: MapPartitionsOptions,
    ): DataFrame<R>;
  }
}
declare module "./series.ts" {
  interface Series<T> {
    /** As a table's, with a Column. */
    mapOverlap<R = T>(
      fn: (partition: Column<T>, ...args: never[]) => unknown,
      before: number | string,
      after: number,
      options?: MapPartitionsOptions,
    ): Series<R>;
  }
}

DataFrame.prototype.mapOverlap = function (this: DataFrame<unknown>, fn: AnyFunction, before, after, options = {}) {
  return new DataFrame(mapOverlap(this, fn, overlapOf(this, before, after), options));
} as DataFrame<unknown>["mapOverlap"];
Series.prototype.mapOverlap = function (this: Series<unknown>, fn: AnyFunction, before, after, options = {}) {
  return new Series(mapOverlap(this, fn, overlapOf(this, before, after), options));
} as Series<unknown>["mapOverlap"];
