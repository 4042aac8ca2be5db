import { functionArg, input, literal, location } from "../../../runtime/graph/call.ts";
import { currentExecutor } from "../../../runtime/graph/executor.ts";
import { type Want, wantAll } from "../../../runtime/graph/graph.ts";
import { type BlockwiseLayer, WRITES } from "../../../runtime/graph/layer.ts";
import { kernel, liveFunction } from "../../../runtime/wire/function-spec.ts";
import { arrayOf, type ShoalArray } from "../array.ts";
import type { ArrayLike } from "../array-like.ts";
import { gridOf, layerName, requireKnown, samePlace, shapeText } from "../blocks.ts";
import type { Chunk } from "../chunk.ts";
import { partOf } from "../kernels/assemble.ts";
import { castTo } from "../kernels/elementwise.ts";
import { type Region, writeThrough } from "../kernels/outer-blocks.ts";
import { assign } from "../kernels/pending.ts";
import { known } from "../known.ts";
import { chunkOfNDArray, NDArray } from "../ndarray.ts";

const WRITE = kernel("shoal:collections/array/kernels/outer-blocks", "writeThrough", writeThrough);

/**
 * Where blocks go: an eager array of this process, which is filled in place, or a function that is called where the
 * block is made, and must be able to write from there.
 */
export type StoreTarget = NDArray | ((block: NDArray, region: Region) => unknown);

/** Options of {@link store}. */
export interface StoreOptions {
  /** Where each array starts in its target, one position an axis; default 0 everywhere. */
  readonly regions?: ReadonlyArray<readonly number[] | null>;
}

/**
 * Computes arrays and puts their blocks into targets, in one submission, so that shared work is done once. With function targets
 * blocks are written as they are made, and the whole is never in memory.
 * @throws RangeError if an array does not fit its target at its place; TypeError for other targets
 * @see https://docs.dask.org/en/stable/generated/dask.array.store.html
 * @example
 * await da.store([x.sum({ axis: 0 })], [(block, { start }) => database.put(start[0], block.data)]);
 */
export async function store(
  sources: ArrayLike | readonly Exclude<ArrayLike, readonly unknown[]>[],
  targets: StoreTarget | readonly StoreTarget[],
  options: StoreOptions = {},
): Promise<void> {
  known(options, "store", "regions");
  const arrays = (Array.isArray(sources) ? sources : [sources]).map((one) => arrayOf(one as ArrayLike));
  const places = [targets].flat() as StoreTarget[];
  if (arrays.length !== places.length)
    throw new RangeError(`${arrays.length} arrays were given for ${places.length} targets`);
  const works = arrays.map((array, at) => work(array, places[at] as StoreTarget, options.regions?.[at] ?? null));
  const blocks = await currentExecutor().compute(works.map((one) => one.want));
  works.forEach((one, at) => {
    one.finish(blocks[at] as unknown[]);
  });
}

interface StoreWork {
  readonly want: Want;
  finish(blocks: readonly unknown[]): void;
}

function work(array: ShoalArray, target: StoreTarget, region: readonly number[] | null): StoreWork {
  const starts = region ?? array.shape.map(() => 0);
  if (starts.length !== array.ndim)
    throw new RangeError(`A region of ${starts.length} positions was given for an array of ${array.ndim} axes`);
  const stranger = starts.find((at) => !Number.isInteger(at) || at < 0);
  if (stranger !== undefined)
    throw new RangeError(`A region begins at whole numbers from 0 on each axis, got ${shapeText(starts)}`);
  if (typeof target === "function")
    return { want: wantAll(writeLayer(array, target, starts)), finish: () => undefined };
  if (!(target instanceof NDArray)) throw new TypeError("A target is an NDArray, or a function (block, region)");
  requireKnown(array, "store");
  const isInside =
    target.ndim === array.ndim &&
    array.shape.every((n, axis) => n + (starts[axis] as number) <= (target.shape[axis] as number));
  if (!isInside)
    throw new RangeError(
      `Shape ${shapeText(array.shape)} at ${shapeText(starts)} does not fit a target of shape ${shapeText(target.shape)}`,
    );
  const into = partOf(chunkOfNDArray(target), starts, array.shape);
  return {
    want: array.wants(),
    finish: (blocks) => {
      const whole = chunkOfNDArray(array.finish(blocks as readonly Chunk[]) as NDArray);
      assign(into, castTo(whole, into.dtype));
    },
  };
}

function writeLayer(
  array: ShoalArray,
  write: (block: NDArray, region: Region) => unknown,
  starts: readonly number[],
): BlockwiseLayer {
  return {
    kind: "blockwise",
    name: layerName("store", array.layer, write, starts),
    grid: gridOf(array.axes),
    inputs: [samePlace(array.layer)],
    annotations: WRITES,
    call: { fn: WRITE, args: [functionArg(liveFunction(write)), literal(starts), location(array.axes), input(0)] },
  };
}
