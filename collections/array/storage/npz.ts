import { literal } from "../../../runtime/graph/call.ts";
import type { BlockwiseLayer } from "../../../runtime/graph/layer.ts";
import { kernel } from "../../../runtime/wire/function-spec.ts";
import { fileSystemOf } from "../../io/schemes.ts";
import { arrayOf, asArray, type ShoalArray } from "../array.ts";
import type { ArrayLike } from "../array-like.ts";
import { layerName } from "../blocks.ts";
import { sizeOf } from "../chunk.ts";
import type { ChunkSpec } from "../chunk-spec.ts";
import { itemsizeOf } from "../dtype.ts";
import { readDeflated } from "../kernels/deflated-block.ts";
import { known } from "../known.ts";
import { checkLength } from "./check-length.ts";
import { fileBlocks, locate } from "./file-array.ts";
import { inflatedHead } from "./inflated-head.ts";
import { npyBytes } from "./npy-bytes.ts";
import { NPY_HEAD_BYTES, type NpyHeader, parseNpyHeader } from "./npy-header.ts";
import { type ZipEntry, zipEntries, zipPieces } from "./zip.ts";

const UNPACK = kernel("shoal:collections/array/kernels/deflated-block", "readDeflated", readDeflated);

/**
 * The arrays of a NumPy archive, by name. Blocks of arrays that `numpy.savez` stored are read alone; those that
 * `numpy.savez_compressed` packed are unpacked whole, once, and then cut.
 * @throws ShoalError DECODE if it is no archive of .npy files; FileError
 * @see https://numpy.org/doc/stable/reference/generated/numpy.savez.html
 * @example
 * const { x, y } = await da.fromNpz("points.npz", { chunks: 10_000 });
 */
export async function fromNpz(
  path: string,
  options: { readonly chunks?: ChunkSpec } = {},
): Promise<Record<string, ShoalArray>> {
  known(options, "fromNpz", "chunks");
  const found = await locate(path);
  const arrays: Record<string, ShoalArray> = {};
  for (const entry of await zipEntries(path)) {
    if (!entry.name.endsWith(".npy")) continue;
    arrays[entry.name.slice(0, -4)] = await entryArray({ ...found, given: path }, entry, options.chunks);
  }
  return arrays;
}

interface Archive {
  readonly path: string;
  readonly given: string;
  readonly version: string;
}

async function entryArray(archive: Archive, entry: ZipEntry, chunks: ChunkSpec | undefined): Promise<ShoalArray> {
  const { path, version, given } = archive;
  const name = `${entry.name} in ${given}`;
  const wanted = Math.min(entry.packedBytes, NPY_HEAD_BYTES);
  const first = await fileSystemOf(path).readRange(path, entry.offset, wanted);
  const header = parseNpyHeader(entry.packing === "stored" ? first : await inflatedHead(first), name);
  checkLength(name, entry.sizeBytes, header.offset + sizeOf(header.shape) * itemsizeOf(header.dtype));
  if (entry.packing === "stored")
    return asArray(fileBlocks("from-npz", { ...header, offset: entry.offset + header.offset, path, version }, chunks));
  const whole = unpackedArray(archive, entry, header);
  return chunks === undefined ? whole : whole.rechunk(chunks);
}

function unpackedArray({ path, version }: Archive, entry: ZipEntry, header: NpyHeader): ShoalArray {
  const plan = { path, version, name: entry.name, offset: entry.offset, packedBytes: entry.packedBytes };
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName("from-npz", plan),
    grid: header.shape.map(() => 1),
    inputs: [],
    call: { fn: UNPACK, args: [literal(plan)] },
  };
  return asArray({ layer, axes: header.shape.map((n) => [[n, 1]]), dtype: header.dtype });
}

/**
 * Computes arrays one after another and writes them as one NumPy archive, unpacked; one of them at a time is in memory.
 * @throws RangeError if the archive would be over 4 GiB
 * @example
 * await da.toNpz("points.npz", { x, y: y.mul(2) });
 */
export async function toNpz(path: string, arrays: Readonly<Record<string, ArrayLike>>): Promise<void> {
  if (typeof path !== "string")
    throw new TypeError("toNpz takes a path first, as NumPy's savez: toNpz(path, { x, y })");
  async function* files(): AsyncIterable<readonly [string, Uint8Array]> {
    for (const [name, array] of Object.entries(arrays))
      yield [`${name}.npy`, npyBytes(await arrayOf(array).compute())] as const;
  }
  await fileSystemOf(path).write(path, zipPieces(files()));
}
