import { kernel, liveFunction } from "../../../runtime/wire/function-spec.ts";
import { asArray, type ShoalArray } from "../array.ts";
import type { ArrayLike } from "../array-like.ts";
import { type ChunkSpec, chunkRuns } from "../chunk-spec.ts";
import { type DType, itemsizeOf, parseDType } from "../dtype.ts";
import { type Region, readThrough } from "../kernels/outer-blocks.ts";
import { known } from "../known.ts";
import { storedBlocks, wholeWindows } from "./stored.ts";

const READ = kernel("shoal:collections/array/kernels/outer-blocks", "readThrough", readThrough);

/** Something that holds an array elsewhere and gives parts of it. */
export interface OuterSource {
  readonly shape: readonly number[];
  readonly dtype: DType | (string & {});
  /** Gives the elements of a region, in its shape; a typed array is taken in row-major order. Travels like any function. */
  readonly read: (region: Region) => ArrayLike | Promise<ArrayLike>;
}

/**
 * An array over anything that can be read by regions: a database, a device, a format of your own. Slices are pushed into
 * `read`, so that only what is needed is asked for.
 * @see https://docs.dask.org/en/stable/generated/dask.array.from_array.html
 * @example
 * const rows = da.fromSource({ shape: [1e6], dtype: "float64", read: ({ start, count }) => series(start[0], count[0]) });
 */
export function fromSource(source: OuterSource, options: { readonly chunks?: ChunkSpec } = {}): ShoalArray {
  known(options, "fromSource", "chunks");
  const dtype = parseDType(source.dtype);
  const shape = [...source.shape];
  const argument = liveFunction(source.read);
  const axes = chunkRuns(options.chunks ?? "auto", shape, itemsizeOf(dtype));
  return asArray(
    storedBlocks(
      { prefix: "from-source", read: READ, argument, source: { dtype, shape }, dtype, windows: wholeWindows(shape) },
      axes,
    ),
  );
}
