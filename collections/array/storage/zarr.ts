import { ShoalError } from "../../../runtime/base/errors.ts";
import { refuseUnknownOptions } from "../../../runtime/base/known-options.ts";
import { input, literal, location } from "../../../runtime/graph/call.ts";
import { currentExecutor } from "../../../runtime/graph/executor.ts";
import { wantAll } from "../../../runtime/graph/graph.ts";
import { type BlockwiseLayer, WRITES } from "../../../runtime/graph/layer.ts";
import { kernel } from "../../../runtime/wire/function-spec.ts";
import { fileSystemOf } from "../../io/schemes.ts";
import { arrayOf, asArray, type ShoalArray } from "../array.ts";
import type { ArrayLike } from "../array-like.ts";
import { layerName, requireKnown, samePlace, shapeText } from "../blocks.ts";
import { type ChunkSpec, chunkRuns } from "../chunk-spec.ts";
import { itemsizeOf, typeString } from "../dtype.ts";
import { readZarrBlock, type StoredZarr, writeZarrBlock } from "../kernels/zarr-blocks.ts";
import { oneOf } from "../one-of.ts";
import { absolute } from "./file-array.ts";
import { storedDType } from "./npy-header.ts";
import { storedBlocks, wholeWindows } from "./stored.ts";
import { openZarr, ZarrStore } from "./zarr-store.ts";

const MODULE = "shoal:collections/array/kernels/zarr-blocks";
const READ = kernel(MODULE, "readZarrBlock", readZarrBlock);
const WRITE = kernel(MODULE, "writeZarrBlock", writeZarrBlock);

/** Options of {@link fromZarr}. */
export interface FromZarrOptions {
  /** The array's name in its group. */
  readonly component?: string;
  /** Default: the chunks it is stored in. Multiples of them read best. */
  readonly chunks?: ChunkSpec;
}

/**
 * An array over a Zarr store of format 2 or 3, sharded ones included. Metadata are read at once; chunks when they are
 * needed, and of them only those that slices leave.
 * @throws ShoalError FILE if there is no array; NOT_SUPPORTED for its codec or dtype
 * @see https://docs.dask.org/en/stable/generated/dask.array.from_zarr.html
 * @example
 * const t = await da.fromZarr("weather.zarr", { component: "temperature" });
 */
export async function fromZarr(path: string, options: FromZarrOptions = {}): Promise<ShoalArray> {
  refuseUnknownOptions(options, ["component", "chunks"], "fromZarr");
  const stored = await storedZarr(path, options.component);
  const axes = chunkRuns(options.chunks ?? stored.chunks, stored.shape, itemsizeOf(stored.dtype));
  const source: StoredZarr = { path: stored.path, version: stored.version, dtype: stored.dtype };
  const windows = wholeWindows(stored.shape);
  return asArray(storedBlocks({ prefix: "from-zarr", read: READ, source, dtype: stored.dtype, windows }, axes));
}

async function storedZarr(path: string, component?: string) {
  const root = component === undefined ? path : `${path.replace(/\/$/, "")}/${component}`;
  const array = await openZarr(root);
  const place = absolute(root);
  const meta = (await fileSystemOf(root).exists(`${root}/zarr.json`)) ? "zarr.json" : ".zarray";
  const { version } = await fileSystemOf(root).stat(`${root}/${meta}`);
  const chunks = array.chunks.map((size, axis) => Math.max(1, Math.min(size, array.shape[axis] as number)));
  return {
    path: place,
    version,
    dtype: storedDType(array.dtype, root),
    shape: array.shape,
    chunks,
    stored: array.chunks,
  };
}

/** How stored chunks are packed. */
export type ZarrCompressor = "none" | "zstd" | "blosc";

/** Options of {@link toZarr}. */
export interface ToZarrOptions {
  /** The array's name in its group. */
  readonly component?: string;
  /** Default 3. */
  readonly format?: 2 | 3;
  /** Default "zstd". */
  readonly compressor?: ZarrCompressor;
  /** Remove what is there; else that is an error. */
  readonly overwrite?: boolean;
  /** Write into an array that exists, from these positions on; they must fall on borders of its chunks. */
  readonly region?: readonly number[];
}

/**
 * Writes an array to a Zarr store, a stored chunk for each block, where the blocks are made.
 * @throws RangeError for chunks that Zarr cannot hold (unequal ones; use rechunk) or that do not meet those of a region;
 * ShoalError FILE if something is there already
 * @see https://docs.dask.org/en/stable/generated/dask.array.to_zarr.html
 * @example
 * await da.toZarr(x.rechunk(1000), "result.zarr");
 */
export async function toZarr(x: ArrayLike, path: string, options: ToZarrOptions = {}): Promise<void> {
  refuseUnknownOptions(options, ["component", "format", "compressor", "overwrite", "region"], "toZarr");
  oneOf("compressor", options.compressor ?? "zstd", ["none", "zstd", "blosc"]);
  if (![undefined, 2, 3].includes(options.format))
    throw new TypeError(`format is 2 or 3, got ${String(options.format)}`);
  const array = arrayOf(x);
  requireKnown(array, "toZarr");
  const root = options.component === undefined ? path : `${path.replace(/\/$/, "")}/${options.component}`;
  const starts = options.region ?? array.shape.map(() => 0);
  if (options.region === undefined) await createZarr(array, root, path, options);
  const stored = await storedZarr(root);
  if (options.region !== undefined) checkRegion(array, starts, stored);
  const plan: StoredZarr = { path: stored.path, version: stored.version, dtype: stored.dtype };
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName("to-zarr", array.layer, plan, starts),
    grid: array.layer.grid,
    inputs: [samePlace(array.layer)],
    annotations: WRITES,
    call: { fn: WRITE, args: [literal(plan), literal(starts), location(array.axes), input(0)] },
  };
  await currentExecutor().compute([wantAll(layer)]);
}

async function createZarr(array: ShoalArray, root: string, path: string, options: ToZarrOptions): Promise<void> {
  const chunks = regularChunks(array);
  const files = fileSystemOf(root);
  const isThere = (await files.exists(`${root}/zarr.json`)) || (await files.exists(`${root}/.zarray`));
  if (isThere && options.overwrite !== true)
    throw new ShoalError(
      `There is a Zarr array at ${root} already; use { overwrite: true }, or { region } to write into it`,
      {
        code: "FILE",
        details: { path: root },
      },
    );
  if (isThere) await files.remove(root);
  const compressor = options.compressor ?? "zstd";
  const store = new ZarrStore(root);
  const put = (target: ZarrStore, key: `/${string}`, value: unknown): Promise<void> =>
    target.set(key, Buffer.from(JSON.stringify(value, null, 2)));
  const format = options.format ?? 3;
  if (options.component !== undefined)
    await (format === 3
      ? put(new ZarrStore(path), "/zarr.json", { zarr_format: 3, node_type: "group", attributes: {} })
      : put(new ZarrStore(path), "/.zgroup", { zarr_format: 2 }));
  await (format === 3
    ? put(store, "/zarr.json", metadata3(array, chunks, compressor))
    : put(store, "/.zarray", metadata2(array, chunks, compressor)));
}

/** @see https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html */
function metadata3(array: ShoalArray, chunks: readonly number[], compressor: ZarrCompressor) {
  const packing = {
    none: [],
    zstd: [{ name: "zstd", configuration: { level: 0, checksum: false } }],
    blosc: [
      {
        name: "blosc",
        configuration: { cname: "lz4", clevel: 5, shuffle: "shuffle", typesize: array.itemsize, blocksize: 0 },
      },
    ],
  }[compressor];
  return {
    zarr_format: 3,
    node_type: "array",
    shape: array.shape,
    data_type: array.dtype,
    chunk_grid: { name: "regular", configuration: { chunk_shape: chunks } },
    chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
    codecs: [{ name: "bytes", configuration: { endian: "little" } }, ...packing],
    fill_value: array.dtype === "bool" ? false : 0,
    attributes: {},
  };
}

/** @see https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html */
function metadata2(array: ShoalArray, chunks: readonly number[], compressor: ZarrCompressor) {
  return {
    zarr_format: 2,
    shape: array.shape,
    chunks,
    dtype: typeString(array.dtype),
    compressor: {
      none: null,
      zstd: { id: "zstd", level: 1 },
      blosc: { id: "blosc", cname: "lz4", clevel: 5, shuffle: 1, blocksize: 0 },
    }[compressor],
    fill_value: array.dtype === "bool" ? false : 0,
    order: "C",
    filters: null,
  };
}

function regularChunks(array: ShoalArray): number[] {
  if (/^(complex|datetime|timedelta)/.test(array.dtype))
    throw new ShoalError(`Zarr stores written here cannot hold ${array.dtype}; write its parts, or view("int64")`, {
      code: "NOT_SUPPORTED",
      details: { dtype: array.dtype },
    });
  return array.chunks.map((sizes, axis) => {
    const first = sizes[0] as number;
    const isRegular = sizes.every((size, at) => size === first || (at === sizes.length - 1 && size <= first));
    if (!isRegular)
      throw new RangeError(
        `Chunks (${sizes.join(", ")}) of axis ${axis} are unequal, and Zarr holds equal ones; rechunk to one size first`,
      );
    return Math.max(1, first);
  });
}

function checkRegion(
  array: ShoalArray,
  starts: readonly number[],
  stored: { readonly shape: readonly number[]; readonly stored: readonly number[] },
): void {
  const fits =
    stored.shape.length === array.ndim &&
    starts.length === array.ndim &&
    array.shape.every((n, axis) => (starts[axis] as number) + n <= (stored.shape[axis] as number));
  if (!fits)
    throw new RangeError(
      `Shape ${shapeText(array.shape)} at ${shapeText(starts)} does not fit a stored array of shape ${shapeText(stored.shape)}`,
    );
  array.chunks.forEach((sizes, axis) => {
    const width = stored.stored[axis] as number;
    let at = starts[axis] as number;
    for (const size of sizes) {
      if (at % width !== 0)
        throw new RangeError(
          `A block starts at ${at} of axis ${axis}, inside a stored chunk of ${width}; rechunk so that blocks start on borders`,
        );
      at += size;
    }
    if (at % width !== 0 && at !== stored.shape[axis])
      throw new RangeError(`The region ends at ${at} of axis ${axis}, inside a stored chunk of ${width}`);
  });
}
