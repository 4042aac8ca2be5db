import type { BlockLocation } from "../../../runtime/graph/call.ts";
import { chunkOf } from "../array-like.ts";
import { Chunk, isRowMajor } from "../chunk.ts";
import { type AnyData, type DType, dtypeInfo } from "../dtype.ts";
import { openZarr, type ZarrArray, zarrita } from "../storage/zarr-store.ts";
import { castTo } from "./elementwise.ts";
import { copyOf, materialize, type Source } from "./pending.ts";
import { boxOf, type Window, withoutFixed } from "./stored-block.ts";

/** An array in a Zarr store. */
export interface StoredZarr {
  /** The folder of the array. */
  readonly path: string;
  /** Changes when the metadata do. */
  readonly version: string;
  readonly dtype: DType;
}

const OPEN_KEPT = 16;
const open = new Map<string, Promise<ZarrArray>>();

/** Opened arrays are kept: their metadata need not be read for every block. */
function opened({ path, version }: StoredZarr): Promise<ZarrArray> {
  const key = `${path}@${version}`;
  let found = open.get(key);
  if (found === undefined) {
    if (open.size >= OPEN_KEPT) open.delete(open.keys().next().value as string);
    open.set(key, (found = openZarr(path)));
    found.catch(() => open.delete(key));
  }
  return found;
}

/** Reads one block: only the stored chunks that it touches. */
export async function readZarrBlock(
  stored: StoredZarr,
  windows: readonly Window[],
  location: BlockLocation,
): Promise<Chunk> {
  const { get, slice } = await zarrita();
  const array = await opened(stored);
  const box = boxOf(windows, location);
  const shape = box.map((span) => span.count);
  const { array: Data } = dtypeInfo(stored.dtype);
  if (shape.some((n) => n === 0)) return withoutFixed(new Chunk(new Data(0), stored.dtype, shape), windows);
  const parts = box.map(({ start, step, count }) => slice(start, start + (count - 1) * step + 1, step));
  if (shape.length === 0) return chunkOf((await get(array, [])) as number | bigint | boolean, stored.dtype);
  const found = (await get(array, parts)) as { data: AnyData; shape: number[]; stride: number[] };
  const { buffer, byteOffset, length } = found.data;
  return withoutFixed(
    new Chunk(new Data(buffer, byteOffset, length), stored.dtype, found.shape, found.stride),
    windows,
  );
}

/** Writes one block to its place in an array that was made for it; gives the number of elements. */
export async function writeZarrBlock(
  stored: StoredZarr,
  starts: readonly number[],
  location: BlockLocation,
  block: Source,
): Promise<number> {
  const { set, slice } = await zarrita();
  const made = materialize(castTo(block, stored.dtype));
  const chunk = isRowMajor(made) && made.offset === 0 ? made : copyOf(made);
  const size = chunk.shape.reduce((product, n) => product * n, 1);
  if (size === 0) return 0;
  const at = location.start.map((start, axis) => start + (starts[axis] as number));
  const parts = at.map((start, axis) => slice(start, start + (chunk.shape[axis] as number)));
  const data = stored.dtype === "bool" ? await boolsOf(chunk) : chunk.data;
  await set(await opened(stored), parts, {
    data: data as never,
    shape: [...chunk.shape],
    stride: [...chunk.strides],
  });
  return size;
}

/** zarrita keeps booleans in a class of its own over the same bytes. */
async function boolsOf(chunk: Chunk): Promise<unknown> {
  const { BoolArray } = await zarrita();
  const { buffer, byteOffset, length } = chunk.data;
  return new BoolArray(buffer as ArrayBuffer, byteOffset, length);
}
