import { ShoalError } from "../../../runtime/base/errors.ts";
import { refuseUnknownOptions } from "../../../runtime/base/known-options.ts";
import { inputsFrom, literal, location } from "../../../runtime/graph/call.ts";
import { currentExecutor } from "../../../runtime/graph/executor.ts";
import { wantAll } from "../../../runtime/graph/graph.ts";
import { gridSize } from "../../../runtime/graph/key.ts";
import { SELF, type TaskLayer } from "../../../runtime/graph/layer.ts";
import { kernel } from "../../../runtime/wire/function-spec.ts";
import { fileSystemOf } from "../../io/schemes.ts";
import { arrayOf, asArray, type ShoalArray } from "../array.ts";
import type { ArrayLike } from "../array-like.ts";
import { layerName, requireKnown } from "../blocks.ts";
import { sizeOf } from "../chunk.ts";
import { type ChunkSpec, chunkRuns } from "../chunk-spec.ts";
import { dtypeInfo, itemsizeOf } from "../dtype.ts";
import { readHdf5Block, type StoredHdf5, writeHdf5Block } from "../kernels/hdf5-blocks.ts";
import { datasetOf, hdf5DType, hdf5Library, withHdf5 } from "./hdf5-file.ts";
import { storedBlocks, wholeWindows } from "./stored.ts";

const MODULE = "shoal:collections/array/kernels/hdf5-blocks";
const READ = kernel(MODULE, "readHdf5Block", readHdf5Block);
const WRITE = kernel(MODULE, "writeHdf5Block", writeHdf5Block);

/**
 * An array over a dataset of a local HDF5 file, which all workers must see. Blocks are read when they are needed, and of them only
 * what slices leave.
 * @param dataset its path in the file, such as "group/x"
 * @throws ShoalError FILE if there is no file or dataset; NOT_SUPPORTED for text, compounds and other elements that are no numbers
 * @see https://docs.dask.org/en/stable/array-creation.html
 * @example
 * const t = await da.fromHdf5("weather.h5", "temperature", { chunks: [1000, 1000] });
 */
export async function fromHdf5(
  path: string,
  dataset: string,
  options: { readonly chunks?: ChunkSpec } = {},
): Promise<ShoalArray> {
  refuseUnknownOptions(options, ["chunks"], "fromHdf5");
  const { version } = await fileSystemOf(path).stat(path);
  const library = await hdf5Library();
  const { shape, dtype, stored } = withHdf5(library, path, "r", (file) => {
    const { metadata } = datasetOf(library, file, dataset);
    return { shape: metadata.shape ?? [], dtype: hdf5DType(metadata, dataset), stored: metadata.chunks };
  });
  const chunks = options.chunks ?? (stored === null ? "auto" : multiplesOf(stored, shape, itemsizeOf(dtype)));
  const source: StoredHdf5 = { path, version, name: dataset, dtype };
  return asArray(
    storedBlocks(
      { prefix: "from-hdf5", read: READ, source, dtype, windows: wholeWindows(shape) },
      chunkRuns(chunks, shape, itemsizeOf(dtype)),
    ),
  );
}

/** Stored chunks are often small: blocks are as many of them as make a block of the usual size. */
function multiplesOf(stored: readonly number[], shape: readonly number[], itemsize: number): number[] {
  const wanted = chunkRuns("auto", shape, itemsize);
  return stored.map((size, axis) => {
    const width = Math.max(...(wanted[axis] ?? [[1, 1]]).map(([one]) => one));
    return Math.max(1, Math.min(shape[axis] as number, size * Math.max(1, Math.floor(width / size))));
  });
}

/** Options of {@link toHdf5}. */
export interface ToHdf5Options {
  /** How hard gzip tries, 1 to 9; not compressed if left out. */
  readonly compression?: number;
  /** The shape of stored chunks; that of the first block if left out. */
  readonly chunks?: readonly number[];
}

const CODES: Readonly<Record<string, string>> = {
  int8: "<b",
  uint8: "<B",
  int16: "<h",
  uint16: "<H",
  int32: "<i",
  uint32: "<I",
  int64: "<q",
  uint64: "<Q",
  float32: "<f",
  float64: "<d",
};

/**
 * Writes an array as a dataset of a local HDF5 file, which is made if there is none. Blocks are made side by side, and written one
 * after another where they are made: the format has one writer. The whole is never in memory.
 * @throws ShoalError FILE if the dataset is there already; NOT_SUPPORTED for booleans, complex numbers and times
 * @see https://docs.dask.org/en/stable/generated/dask.array.to_hdf5.html
 * @example
 * await da.toHdf5(da.ones([100, 100], { chunks: 50 }), "example.h5", "group/x", { compression: 4 });
 */
export async function toHdf5(x: ArrayLike, path: string, dataset: string, options: ToHdf5Options = {}): Promise<void> {
  refuseUnknownOptions(options, ["compression", "chunks"], "toHdf5");
  const array = arrayOf(x);
  requireKnown(array, "toHdf5");
  await createDataset(array, path, dataset, options);
  const { version } = await fileSystemOf(path).stat(path);
  const stored: StoredHdf5 = { path, version, name: dataset, dtype: array.dtype };
  await currentExecutor().compute([wantAll(writingLayer(array, stored))]);
}

async function createDataset(
  array: ShoalArray,
  path: string,
  dataset: string,
  { compression, chunks: given }: ToHdf5Options,
): Promise<void> {
  const dtype = CODES[array.dtype];
  if (dtype === undefined)
    throw new ShoalError(`HDF5 files written here cannot hold ${array.dtype}; write its parts, or astype("uint8")`, {
      code: "NOT_SUPPORTED",
      details: { dtype: array.dtype },
    });
  if (array.ndim === 0)
    throw new RangeError("An array without axes is no dataset to be written by parts; reshape([1])");
  if (compression !== undefined && !(Number.isInteger(compression) && compression >= 1 && compression <= 9))
    throw new RangeError(`compression is a whole number from 1 to 9, got ${compression}`);
  const { shape } = array;
  const chunks = (given ?? array.chunksize).map((size, axis) => Math.max(1, Math.min(size, shape[axis] as number)));
  if (chunks.length !== shape.length)
    throw new RangeError(`chunks are given for ${chunks.length} axes, but the array has ${shape.length}`);
  const library = await hdf5Library();
  withHdf5(library, path, (await fileSystemOf(path).exists(path)) ? "a" : "w", (file) => {
    if (file.get(dataset) !== null)
      throw new ShoalError(`There is a dataset ${dataset} in ${path} already; name another, or remove the file`, {
        code: "FILE",
        details: { path, dataset },
      });
    const folders = dataset
      .split("/")
      .filter((one) => one !== "")
      .slice(0, -1);
    folders.forEach((_, at) => {
      const folder = folders.slice(0, at + 1).join("/");
      if (file.get(folder) === null) file.create_group(folder);
    });
    const { array: Data } = dtypeInfo(array.dtype);
    // Made without elements and then grown: what is not written yet takes no memory.
    const isWhole = sizeOf(shape) === 0;
    const plan = { name: dataset, dtype, data: new Data(0) as never };
    const made = file.create_dataset(
      isWhole
        ? { ...plan, shape: [...shape] }
        : {
            ...plan,
            shape: shape.map(() => 0),
            maxshape: [...shape],
            chunks,
            ...(compression === undefined ? {} : { compression }),
          },
    );
    if (!isWhole) made.resize([...shape]);
  });
}

/** Each task writes its block after the task before has written its own. */
function writingLayer(array: ShoalArray, stored: StoredHdf5): TaskLayer {
  const { grid } = array.layer;
  const size = gridSize(grid);
  const edges = Array.from({ length: size }, (_, at) => (at === 0 ? [at] : [at, at - 1]));
  const inputOffsets = Uint32Array.from({ length: size + 1 }, (_, at) => (at === 0 ? 0 : 2 * at - 1));
  return {
    kind: "tasks",
    name: layerName("to-hdf5", array.layer, stored),
    grid,
    calls: [{ fn: WRITE, args: [literal(stored), location(array.axes), { kind: "input", at: 0 }, inputsFrom(1)] }],
    sources: [array.layer],
    inputOffsets,
    inputSource: Uint16Array.from(edges.flatMap((one) => one.map((_, at) => (at === 0 ? 0 : SELF)))),
    inputIndex: Uint32Array.from(edges.flat()),
  };
}
