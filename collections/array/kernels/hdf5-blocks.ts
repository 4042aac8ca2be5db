import type { BlockLocation } from "../../../runtime/graph/call.ts";
import { Chunk, isRowMajor, sizeOf } from "../chunk.ts";
import { type AnyData, type DType, dtypeInfo } from "../dtype.ts";
import { datasetOf, hdf5Library, withHdf5 } from "../storage/hdf5-file.ts";
import { castTo } from "./elementwise.ts";
import { copyOf, materialize, type Source } from "./pending.ts";
import { boxOf, type Window, withoutFixed } from "./stored-block.ts";

/** A dataset in an HDF5 file. */
export interface StoredHdf5 {
  readonly path: string;
  /** Changes when the file does. */
  readonly version: string;
  readonly name: string;
  readonly dtype: DType;
}

/** Reads one block: of the file only the stored chunks that it touches. */
export async function readHdf5Block(
  stored: StoredHdf5,
  windows: readonly Window[],
  location: BlockLocation,
): Promise<Chunk> {
  const library = await hdf5Library();
  const box = boxOf(windows, location);
  const shape = box.map((span) => span.count);
  const { array: Data } = dtypeInfo(stored.dtype);
  if (sizeOf(shape) === 0) return withoutFixed(new Chunk(new Data(0), stored.dtype, shape), windows);
  const found = withHdf5(library, stored.path, "r", (file) => {
    const dataset = datasetOf(library, file, stored.name);
    if (shape.length === 0) return dataset.value;
    return dataset.slice(box.map(({ start, step, count }) => [start, start + (count - 1) * step + 1, step]));
  });
  const data = (ArrayBuffer.isView(found) ? found : [found].flat()) as AnyData;
  return withoutFixed(new Chunk(data instanceof Data ? data : new Data(data as never), stored.dtype, shape), windows);
}

/**
 * Writes one block to its place in a dataset that was made for it; gives the number of elements.
 * @param _before what the writing of the block before gave: one writes at a time
 */
export async function writeHdf5Block(
  stored: StoredHdf5,
  location: BlockLocation,
  block: Source,
  _before: readonly unknown[],
): Promise<number> {
  const library = await hdf5Library();
  const made = materialize(castTo(block, stored.dtype));
  const chunk = isRowMajor(made) && made.offset === 0 ? made : copyOf(made);
  const size = sizeOf(chunk.shape);
  if (size === 0) return 0;
  withHdf5(library, stored.path, "a", (file) => {
    const ranges = location.start.map((start, axis): [number, number] => [
      start,
      start + (chunk.shape[axis] as number),
    ]);
    datasetOf(library, file, stored.name).write_slice(ranges, chunk.data.subarray(0, size));
  });
  return size;
}
