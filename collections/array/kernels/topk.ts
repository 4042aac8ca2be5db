import type { BlockLocation } from "../../../runtime/graph/call.ts";
import { Chunk, sizeOf } from "../chunk.ts";
import { type AnyData, lanesOf } from "../dtype.ts";
import { axisBack, rowsAlong } from "./along.ts";
import { concatenateChunks } from "./concatenate.ts";
import type { Source } from "./pending.ts";
import { bestPlaces, gatherLanes, type Ranked, type TopK } from "./sorting.ts";

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

/** Picks the best of every row; rows lie along the last axis. */
function best({ values, places }: Ranked, k: number, axis: number): Ranked {
  const n = values.shape[values.shape.length - 1] as number;
  const outer = values.shape.slice(0, -1);
  const length = Math.min(n, Math.abs(k));
  const count = sizeOf(outer);
  const kept = (values.data as Float64Array).slice(0, 0);
  const lanes = lanesOf(values.dtype);
  const picked = new (kept.constructor as Float64ArrayConstructor)(count * length * lanes);
  const at = new Float64Array(count * length);
  for (let i = 0; i < count; i++) {
    const start = (values.offset + i * n) * lanes;
    const row = values.data.subarray(start, start + n * lanes) as AnyData;
    const found = bestPlaces(row, k, lanes);
    gatherLanes(row, found, lanes, picked.subarray(i * length * lanes) as AnyData);
    found.forEach((place, j) => {
      at[i * length + j] = (places.data as Float64Array)[places.offset + i * n + place] as number;
    });
  }
  const shape = [...outer, length];
  return {
    values: axisBack(new Chunk(picked, values.dtype, shape), axis),
    places: axisBack(new Chunk(at, "float64", shape), axis),
  };
}

/** The elements. */
export const topkValues = (plan: TopK, parts: readonly Ranked[]): Chunk => topkCombine(plan, parts).values;

/** Their places, as int64. */
export function topkPlaces(plan: TopK, parts: readonly Ranked[]): Chunk {
  const { places } = topkCombine(plan, parts);
  return new Chunk(
    BigInt64Array.from(places.data as Float64Array, BigInt),
    "int64",
    places.shape,
    places.strides,
    places.offset,
  );
}
