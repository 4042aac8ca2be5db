import { ShoalError } from "../../../runtime/base/errors.ts";
import { axisRuns, input, own } from "../../../runtime/graph/call.ts";
import { currentExecutor } from "../../../runtime/graph/executor.ts";
import { wantAll } from "../../../runtime/graph/graph.ts";
import { type BlockwiseLayer, WRITES } from "../../../runtime/graph/layer.ts";
import { kernel } from "../../../runtime/wire/function-spec.ts";
import { fileSystemOf } from "../../io/schemes.ts";
import { arrayOf, asArray, type ShoalArray } from "../array.ts";
import type { ArrayLike } from "../array-like.ts";
import { axisOf, layerName, requireKnown, samePlace } from "../blocks.ts";
import { axisSizes } from "../chunk-spec.ts";
import { type DType, typeString } from "../dtype.ts";
import { readNpy, writeNpy } from "../kernels/npy-stack.ts";
import { known } from "../known.ts";
import { absolute } from "./file-array.ts";
import { NPY_HEAD_BYTES, parseNpyHeader } from "./npy-header.ts";
import { type Pickled, parsePickle } from "./pickle.ts";

const MODULE = "shoal:collections/array/kernels/npy-stack";
const WRITE = kernel(MODULE, "writeNpy", writeNpy);
const READ = kernel(MODULE, "readNpy", readNpy);

/**
 * Writes an array as a folder of .npy files, one for each chunk along an axis (the other axes become one chunk), and `info`
 * beside them, as Dask does.
 * @see https://docs.dask.org/en/stable/generated/dask.array.to_npy_stack.html
 * @example
 * await da.toNpyStack("frames", x, { axis: 0 });
 */
export async function toNpyStack(
  folder: string,
  x: ArrayLike,
  options: { readonly axis?: number } = {},
): Promise<void> {
  known(options, "toNpyStack", "axis");
  const array = arrayOf(x);
  const axis = axisOf(options.axis ?? 0, array.ndim);
  requireKnown(array, "Writing files");
  const cut = array.rechunk(array.axes.map((runs, at) => (at === axis ? axisSizes(runs) : -1)));
  const files = fileSystemOf(folder);
  await files.write(`${folder}/info`, Buffer.from(infoText(cut.chunks, cut.dtype, axis), "latin1"));
  const paths = (cut.chunks[axis] as readonly number[]).map((_, at) => `${absolute(folder)}/${at}.npy`);
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName("to-npy-stack", cut.layer, paths),
    grid: cut.layer.grid,
    inputs: [samePlace(cut.layer)],
    annotations: WRITES,
    call: { fn: WRITE, args: [own(0), input(0)] },
    own: { kind: "live", items: paths },
  };
  await currentExecutor().compute([wantAll(layer)]);
}

/**
 * An array over a folder of .npy files that {@link toNpyStack} or Dask wrote: a block a file.
 * @throws ShoalError DECODE if `info` does not describe one; FileError
 * @see https://docs.dask.org/en/stable/generated/dask.array.from_npy_stack.html
 */
export async function fromNpyStack(folder: string): Promise<ShoalArray> {
  const files = fileSystemOf(folder);
  const place = `${folder}/info`;
  const { sizeBytes } = await files.stat(place);
  const info = parsePickle(await files.readRange(place, 0, sizeBytes), place);
  const { chunks, axis } = described(info, place);
  const count = (chunks[axis] as readonly number[]).length;
  const paths = Array.from({ length: count }, (_, at) => `${absolute(folder)}/${at}.npy`);
  const { dtype } = parseNpyHeader(await files.readRange(paths[0] as string, 0, NPY_HEAD_BYTES), paths[0] as string);
  const versions = await Promise.all(paths.map(async (path) => (await files.stat(path)).version));
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName("from-npy-stack", paths, versions),
    grid: chunks.map((sizes) => sizes.length),
    inputs: [],
    call: { fn: READ, args: [own(0)] },
    own: { kind: "live", items: paths },
  };
  return asArray({ layer, axes: chunks.map(axisRuns), dtype });
}

function described(info: Pickled, path: string): { chunks: number[][]; axis: number } {
  const [chunks, axis] = info instanceof Map ? [info.get("chunks"), info.get("axis")] : [];
  const isNested = Array.isArray(chunks) && chunks.every((one) => Array.isArray(one) && one.length > 0);
  const isStack =
    isNested &&
    typeof axis === "number" &&
    axis >= 0 &&
    axis < chunks.length &&
    (chunks as number[][]).every((sizes, at) => at === axis || sizes.length === 1);
  if (!isStack)
    throw new ShoalError(`${path} does not describe a stack of .npy files`, { code: "DECODE", details: { path } });
  return { chunks: chunks as number[][], axis };
}

/** What Python reads as {"chunks": …, "dtype": numpy.dtype(…), "axis": …}: a pickle in the oldest, readable form. */
function infoText(chunks: readonly (readonly number[])[], dtype: DType, axis: number): string {
  const sizes = chunks.map((one) => `(${one.map((n) => `I${n}\n`).join("")}t`).join("");
  const type = `cnumpy\ndtype\n(V${typeString(dtype)}\ntR`;
  return `(dVchunks\n(${sizes}tsVdtype\n${type}sVaxis\nI${axis}\ns.`;
}
