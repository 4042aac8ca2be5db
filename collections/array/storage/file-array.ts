import { uniqueToken } from "../../../runtime/base/random.ts";
import { input, literal, location } from "../../../runtime/graph/call.ts";
import { currentExecutor } from "../../../runtime/graph/executor.ts";
import { wantAll } from "../../../runtime/graph/graph.ts";
import { type BlockwiseLayer, WRITES } from "../../../runtime/graph/layer.ts";
import { kernel } from "../../../runtime/wire/function-spec.ts";
import { fileSystemOf } from "../../io/schemes.ts";
import { type Blocks, gridOf, layerName, requireKnown, samePlace, shapeOf } from "../blocks.ts";
import { sizeOf } from "../chunk.ts";
import { type ChunkSpec, chunkRuns } from "../chunk-spec.ts";
import { itemsizeOf } from "../dtype.ts";
import { type FileArray, readFileBlock, regionsOf, writeFileBlock } from "../kernels/file-blocks.ts";
import { storedBlocks, wholeWindows } from "./stored.ts";

const MODULE = "shoal:collections/array/kernels/file-blocks";
const READ = kernel(MODULE, "readFileBlock", readFileBlock);
const WRITE = kernel(MODULE, "writeFileBlock", writeFileBlock);

/** An array over a file; blocks read the bytes that are theirs. */
export function fileBlocks(prefix: string, file: FileArray, chunks: ChunkSpec = "auto"): Blocks {
  const axes = chunkRuns(chunks, file.shape, itemsizeOf(file.dtype));
  const windows = wholeWindows(file.shape);
  return storedBlocks({ prefix, read: READ, source: file, dtype: file.dtype, windows }, axes);
}

/**
 * Writes an array into one file: a head, and the elements in row-major order. Blocks are written where they are made, each to
 * its place, under another name until all are there; so workers must reach the same files.
 * @throws ShoalError NOT_SUPPORTED where the file system cannot write parts; RangeError for chunks of unknown sizes
 */
export async function writeFile(blocks: Blocks, path: string, head: Uint8Array): Promise<void> {
  requireKnown(blocks, "Writing a file");
  const regions = regionsOf(path);
  const { dtype } = blocks;
  const shape = shapeOf(blocks);
  const unfinished = `${path}.${uniqueToken()}.part`;
  await regions.create(unfinished, head.length + sizeOf(shape) * itemsizeOf(dtype));
  try {
    await regions.write(unfinished, { offsets: Float64Array.of(0), length: head.length }, head);
    const plan = { path: absolute(unfinished), dtype, shape, offset: head.length };
    const layer: BlockwiseLayer = {
      kind: "blockwise",
      name: layerName("write", blocks.layer, plan),
      grid: gridOf(blocks.axes),
      inputs: [samePlace(blocks.layer)],
      annotations: WRITES,
      call: { fn: WRITE, args: [literal(plan), location(blocks.axes), input(0)] },
    };
    await currentExecutor().compute([wantAll(layer)]);
    await regions.rename(unfinished, path);
  } catch (error) {
    await fileSystemOf(path).remove(unfinished);
    throw error;
  }
}

/** A path that means the same in every process of this machine. */
export function absolute(path: string): string {
  const { listing } = fileSystemOf(path);
  const escaped = /[*?[\]]/.test(path);
  return (escaped ? undefined : listing?.glob(path)[0]) ?? path;
}

/**
 * The one file of a path, as workers find it.
 * @throws FileError if there is none, or it is shorter than the array it should hold
 */
export async function locate(path: string): Promise<{ path: string; version: string; sizeBytes: number }> {
  const { version, sizeBytes } = await fileSystemOf(path).stat(path);
  return { path: absolute(path), version, sizeBytes };
}
