import { literal, own } from "../../runtime/graph/call.ts";
import type { BlockwiseLayer } from "../../runtime/graph/layer.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { type AnyRow, DataFrame } from "./dataframe.ts";
import { parseDtype } from "./dtype.ts";
import { parseFrequencyMicros } from "./frequency.ts";
import { type DemoPart, demoRows } from "./kernels/demo-rows.ts";
import type { Schema } from "./map.ts";
import { named } from "./plan/node.ts";
import { viewOfNode } from "./plan/view.ts";
import { type Field, indexName } from "./schema.ts";

export interface TimeseriesOptions {
  /** The first time; default 2000-01-01. */
  readonly start?: Date | string;
  /** No row is at it or after it; default 2000-01-31. */
  readonly end?: Date | string;
  /** Between rows; default "1s". */
  readonly freq?: string;
  /** Of each partition; default "1d". */
  readonly partitionFreq?: string;
  /** Types of the columns: string, int64, float64, bool; default name, id, x and y. */
  readonly dtypes?: Schema;
  /** The same seed gives the same rows; default 0. */
  readonly seed?: number;
}

const DEMO_ROWS = kernel("shoal:collections/dataframe/kernels/demo-rows", "demoRows", demoRows);
const DRAWN: ReadonlySet<string> = new Set(["string", "int64", "float64", "bool"]);

/**
 * Made-up rows by the clock, to try things on: indexed by `timestamp`, in partitions of known divisions; nothing is made before it is needed.
 * Text is a name, whole numbers lie around 1000, fractions from -1 to 1.
 * @throws TypeError for a type that is not drawn, RangeError for an end that is not after the start, SyntaxError for text that is no time or
 * frequency
 * @see https://docs.dask.org/en/stable/generated/dask.datasets.timeseries.html
 * @example
 * const calm = await timeseries({ end: "2000-01-03" }).groupby("name").agg({ x: "std" }).compute();
 */
export function timeseries<S = AnyRow>(options: TimeseriesOptions = {}): DataFrame<S> {
  const { dtypes = { name: "string", id: "int64", x: "float64", y: "float64" }, seed = 0 } = options;
  const columns = Object.entries(dtypes).map(([name, dtype]): Field => ({ name, dtype: parseDtype(dtype) }));
  const odd = columns.find(({ dtype }) => !DRAWN.has(dtype));
  if (odd !== undefined)
    throw new TypeError(`timeseries() draws ${[...DRAWN].join(", ")}; column "${odd.name}" is ${odd.dtype}`);
  const parts = partsOf(options, seed);
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: `timeseries-${tokenize(columns, parts)}`,
    grid: [parts.length],
    inputs: [],
    call: { fn: DEMO_ROWS, args: [literal(columns), own(0)] },
    own: { kind: "live", items: parts },
  };
  const last = parts.at(-1) as DemoPart;
  const node = named({
    kind: "layer",
    layer,
    label: layer.name,
    fields: [{ name: indexName(0), dtype: "datetime" }, ...columns],
    npartitions: parts.length,
    divisions: {
      column: indexName(0),
      values: [...parts.map(({ from }) => from), last.from + last.step * last.rows],
    },
  });
  return new DataFrame<S>(viewOfNode(node, { index: [{ label: "timestamp" }], columns }));
}

function partsOf(options: TimeseriesOptions, seed: number): DemoPart[] {
  const { start = "2000-01-01", end = "2000-01-31", freq = "1s", partitionFreq = "1d" } = options;
  const [from, to] = [microsOf(start, "start"), microsOf(end, "end")];
  const [step, stretch] = [parseFrequencyMicros(freq), parseFrequencyMicros(partitionFreq)];
  if (!(to > from)) throw new RangeError("timeseries() needs an end that is after its start");
  if (!(step > 0 && stretch >= step)) throw new RangeError(`Partitions of ${partitionFreq} have no row every ${freq}`);
  const rows = Math.ceil((to - from) / step);
  const perPart = Math.floor(stretch / step);
  return Array.from({ length: Math.ceil(rows / perPart) }, (_, at) => ({
    from: from + at * perPart * step,
    step,
    rows: Math.min(perPart, rows - at * perPart),
    // Spread, as streams of neighbouring seeds are alike at first.
    seed: Math.imul((seed + 1) ^ Math.imul(at + 1, 0x9e37_79b1), 0x85eb_ca6b) >>> 0,
  }));
}

/** Text is read as UTC. */
function microsOf(time: Date | string, name: string): number {
  const zoned = typeof time === "string" && !/[zZ]$|[+-]\d\d:?\d\d$/.test(time) && time.length > 10 ? `${time}Z` : time;
  const millis = new Date(zoned).getTime();
  if (Number.isNaN(millis)) throw new SyntaxError(`${name} of timeseries() is no time: ${String(time)}`);
  return millis * 1_000;
}
