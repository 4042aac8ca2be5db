import { type Call, input, literal, own } from "../../runtime/graph/call.ts";
import type { Layer, TaskLayer } from "../../runtime/graph/layer.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import { type AnyFunction, kernel, liveFunction } from "../../runtime/wire/function-spec.ts";
import type { Collection } from "../core/collection.ts";
import { type AnyRow, DataFrame } from "./dataframe.ts";
import { parseDtype } from "./dtype.ts";
import { tableOfItem, tableOfOutcome } from "./kernels/table-of-outcome.ts";
import type { Schema } from "./map.ts";
import { numberedLayer } from "./plan/numbered-layer.ts";
import { viewOfNode } from "./plan/view.ts";
import type { Field } from "./schema.ts";

const MODULE = "shoal:collections/dataframe/kernels/map-entry";
const OF_OUTCOME = kernel(MODULE, "tableOfOutcome", tableOfOutcome);
const OF_ITEM = kernel(MODULE, "tableOfItem", tableOfItem);

export interface FromMapOptions {
  /** Types of the columns, in order. */
  readonly schema: Schema;
}

/**
 * A table of one partition for each item: what a function gives for it, as a Frame, an object of columns, or rows.
 * @see https://docs.dask.org/en/stable/generated/dask.dataframe.from_map.html
 * @example
 * const days = fromMap((day: number) => ({ day: [day], hours: [24] }), [1, 2, 3], { schema: { day: "int64", hours: "int64" } });
 */
export function fromMap<T, S = AnyRow>(
  fn: (item: T) => unknown,
  items: Iterable<T>,
  options: FromMapOptions,
): DataFrame<S> {
  const all = [...items];
  if (all.length === 0) throw new RangeError("fromMap() needs at least one item");
  const columns = columnsOf(options.schema, "fromMap");
  const spec = liveFunction(fn as AnyFunction);
  return tableOver<S>(columns, {
    kind: "blockwise",
    name: `from-map-${tokenize(spec, columns, all)}`,
    grid: [all.length],
    inputs: [],
    call: { fn: OF_ITEM, args: [{ kind: "function", spec }, literal(columns), own(0)] },
    own: { kind: "live", items: all },
  });
}

/**
 * A table of one partition for each lazy value: a Frame, an object of columns, or rows.
 * @throws TypeError for what is not lazy
 * @see https://docs.dask.org/en/stable/generated/dask.dataframe.from_delayed.html
 */
export function fromDelayed<S = AnyRow>(values: Iterable<Collection<unknown>>, options: FromMapOptions): DataFrame<S> {
  const lazies = [...values];
  const stranger = lazies.findIndex((value) => typeof (value as Partial<Collection<unknown>>)?.wants !== "function");
  if (stranger >= 0)
    throw new TypeError(`fromDelayed() needs lazy values, and item ${stranger} is none; wrap it with delayed()`);
  if (lazies.length === 0) throw new RangeError("fromDelayed() needs at least one lazy value");
  for (const kind of new Set(lazies.map((one) => one.constructor)))
    lazies.find((one) => one.constructor === kind)?.settle(lazies.filter((one) => one.constructor === kind));
  const columns = columnsOf(options.schema, "fromDelayed");
  const wants = lazies.map((lazy) => lazy.wants());
  const sources: Layer[] = [...new Set(wants.map(({ layer }) => layer))];
  const call: Call = { fn: OF_OUTCOME, args: [literal(columns), input(0)] };
  const rows = wants.map(({ layer, indices }) => [sources.indexOf(layer), indices?.[0] ?? 0] as const);
  const layer: TaskLayer = {
    kind: "tasks",
    name: `from-delayed-${tokenize(
      columns,
      sources.map(({ name }) => name),
      rows,
    )}`,
    grid: [rows.length],
    calls: [call],
    sources,
    inputOffsets: Uint32Array.from({ length: rows.length + 1 }, (_, at) => at),
    inputSource: Uint16Array.from(rows, ([source]) => source),
    inputIndex: Uint32Array.from(rows, ([, row]) => row),
  };
  return tableOver<S>(columns, layer);
}

function columnsOf(schema: Schema | undefined, method: string): Field[] {
  const columns = Object.entries(schema ?? {}).map(([name, dtype]) => ({ name, dtype: parseDtype(dtype) }));
  if (columns.length === 0) throw new TypeError(`${method}() needs the types of its columns: give schema`);
  return columns;
}

function tableOver<S>(columns: readonly Field[], layer: Layer): DataFrame<S> {
  return new DataFrame<S>(viewOfNode(numberedLayer(columns, layer), { index: [{ label: null }], columns }));
}
