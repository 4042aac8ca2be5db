import type { BlockLocation } from "../../../runtime/graph/call.ts";
import { Chunk, emptyChunk, sizeOf } from "../chunk.ts";
import { type AnyData, lanesOf } from "../dtype.ts";
import { axisBack, rowsAlong } from "./along.ts";
import { concatenateChunks } from "./concatenate.ts";
import type { Source } from "./pending.ts";
import { bestPlaces, gatherLanes, type Ranked, sortedPlaces, type TopK } from "./sorting.ts";
import { orderKeys } from "./time-keys.ts";

/** The best elements of one block, with their places in the whole. */
export function topkChunk({ k, axis }: TopK, location: BlockLocation, source: Source): Ranked {
  const start = location.start[axis] as number;
  const rows = rowsAlong(source, axis);
  const n = rows.shape[rows.shape.length - 1] as number;
  const count = sizeOf(rows.shape.slice(0, -1));
  const places = new Float64Array(count * n);
  for (let i = 0; i < places.length; i++) places[i] = start + (i % Math.max(1, n));
  return best({ values: rows, places: new Chunk(places, "float64", rows.shape) }, k, axis);
}

/** The best of several blocks' best. */
export function topkCombine({ k, axis }: TopK, parts: readonly Ranked[]): Ranked {
  if (parts.length === 1) return parts[0] as Ranked;
  const join = (which: "values" | "places"): Chunk =>
    rowsAlong(
      concatenateChunks(
        parts.map((one) => one[which]),
        axis,
      ),
      axis,
    );
  return best({ values: join("values"), places: join("places") }, k, axis);
}

/** Picks the best of every row, in any order; rows lie along the last axis. */
function best({ values, places }: Ranked, k: number, axis: number): Ranked {
  const n = values.shape[values.shape.length - 1] as number;
  if (n <= Math.abs(k)) return { values: axisBack(values, axis), places: axisBack(places, axis) };
  return pickRows({ values, places }, { axis, length: Math.abs(k) }, (row, lanes) => bestPlaces(row, k, lanes));
}

/** Of every row the elements at the places that a function gives, `length` of them. */
function pickRows(
  { values, places }: Ranked,
  { axis, length }: { readonly axis: number; readonly length: number },
  pick: (row: AnyData, lanes: 1 | 2) => Uint32Array,
): Ranked {
  const n = values.shape[values.shape.length - 1] as number;
  const outer = values.shape.slice(0, -1);
  const lanes = lanesOf(values.dtype);
  const picked = Array.from({ length: sizeOf(outer) }, (_, i) => {
    const start = (values.offset + i * n) * lanes;
    return pick(orderKeys(values.data.subarray(start, start + n * lanes) as AnyData, values.dtype), lanes);
  });
  const shape = [...outer, length];
  const [best, at] = [emptyChunk(values.dtype, shape), emptyChunk("float64", shape)];
  picked.forEach((found, i) => {
    const start = (values.offset + i * n) * lanes;
    const row = values.data.subarray(start, start + n * lanes) as AnyData;
    gatherLanes(row, found, lanes, best.data.subarray(i * found.length * lanes) as AnyData);
    found.forEach((place, j) => {
      (at.data as Float64Array)[i * found.length + j] = (places.data as Float64Array)[
        places.offset + i * n + place
      ] as number;
    });
  });
  return { values: axisBack(best, axis), places: axisBack(at, axis) };
}

/** The best of all, best first: of equal ones, those behind come first where the greatest are asked for, as in Dask. */
function ranked(plan: TopK, parts: readonly Ranked[]): Ranked {
  const { values, places } = topkCombine(plan, parts);
  const rows = { values: rowsAlong(values, plan.axis), places: rowsAlong(places, plan.axis) };
  const length = rows.values.shape[rows.values.shape.length - 1] as number;
  return pickRows(rows, { axis: plan.axis, length }, (row, lanes) => {
    const order = sortedPlaces(row, lanes);
    return plan.k < 0 ? order : order.reverse();
  });
}

/** The elements. */
export const topkValues = (plan: TopK, parts: readonly Ranked[]): Chunk => ranked(plan, parts).values;

/** Their places, as int64. */
export function topkPlaces(plan: TopK, parts: readonly Ranked[]): Chunk {
  const { places } = ranked(plan, parts);
  return new Chunk(
    BigInt64Array.from(places.data as Float64Array, BigInt),
    "int64",
    places.shape,
    places.strides,
    places.offset,
  );
}
