import { type Arg, type AxisRuns, axisRuns, type Call, input, literal } from "../../runtime/graph/call.ts";
import { currentExecutor } from "../../runtime/graph/executor.ts";
import { wantAll } from "../../runtime/graph/graph.ts";
import type { BlockwiseLayer, Layer } from "../../runtime/graph/layer.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { Collection } from "../core/collection.ts";
import { type NotebookForms, notebookSymbol } from "../core/notebook-forms.ts";
import type { ArrayLike } from "./array-like.ts";
import { blocksOf } from "./array-like.ts";
import { blocksAt } from "./block-view.ts";
import { type Blocks, gridOf, layerName, samePlace, shapeOf, shapeText } from "./blocks.ts";
import { type Chunk, sizeOf } from "./chunk.ts";
import { bytesText, chunkHtml, chunkSvg } from "./chunk-picture.ts";
import { axisSizes } from "./chunk-spec.ts";
import { type DType, itemsizeOf } from "./dtype.ts";
import { isBlocks } from "./elementwise.ts";
import type { Indexer } from "./get.ts";
import { joinBlocks } from "./kernels/concatenate.ts";
import { shapeOfBlock } from "./kernels/elementwise.ts";
import { type BlockFunction, type MapBlocksOptions, mapBlocksOf } from "./map-blocks.ts";
import { BlockMethods } from "./methods/block-methods.ts";
import type { ArrayKind, DTypeOf } from "./methods/kind.ts";
import { detached, emptyLike, type NDArray } from "./ndarray.ts";
import { mapOverlapOf, type OverlapOptions } from "./overlap.ts";

const JOIN = kernel("shoal:collections/array/kernels/concatenate", "joinBlocks", joinBlocks);

interface LazyKind<D extends DType> extends ArrayKind {
  readonly own: D;
  readonly array: ShoalArray<DTypeOf<this>>;
}

/** The methods of lazy arrays, shared with NDArray; copied to the class below, which is a Collection first. */
export interface ShoalArray<out D extends DType = DType> extends BlockMethods<LazyKind<D>> {
  readonly dtype: D;
}

/**
 * A chunked array of n dimensions, computed when asked for.
 * @see https://docs.dask.org/en/stable/array.html
 * @example
 * const x = da.random.normal([2000, 2000], { chunks: [1000, 1000], seed: 1 });
 * const y = await x.add(x.T).mean({ axis: 0 }).compute();
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: see above.
export class ShoalArray<out D extends DType = DType> extends Collection<NDArray<D>> implements Blocks {
  readonly layer: Layer;
  /** Chunk sizes of each axis, run-length encoded. */
  readonly axes: readonly AxisRuns[];

  constructor(blocks: Blocks) {
    super();
    this.layer = blocks.layer;
    this.axes = blocks.axes;
    (this as { dtype: DType }).dtype = blocks.dtype;
  }

  /** The length of each axis; NaN where it is not known yet. */
  get shape(): readonly number[] {
    return shapeOf(this);
  }

  /** Every chunk size of each axis. */
  get chunks(): readonly (readonly number[])[] {
    return this.axes.map(axisSizes);
  }

  /** The largest chunk size of each axis. */
  get chunksize(): readonly number[] {
    return this.axes.map((runs) => Math.max(...runs.map(([size]) => size)));
  }

  /** Blocks along each axis. */
  get numblocks(): readonly number[] {
    return gridOf(this.axes);
  }

  /** The number of blocks. */
  get npartitions(): number {
    return this.numblocks.reduce((product, n) => product * n, 1);
  }

  get ndim(): number {
    return this.axes.length;
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  get itemsize(): number {
    return itemsizeOf(this.dtype);
  }

  /** An eager array without elements, of this array's dtype and number of dimensions: what is known of its blocks before any is made. */
  get meta(): NDArray<D> {
    return emptyLike(this.dtype, this.ndim);
  }

  get nbytes(): number {
    return this.size * this.itemsize;
  }

  /** The name of the work that makes the blocks. */
  get name(): string {
    return this.layer.name;
  }

  asBlocks(): Blocks {
    return this;
  }

  protected made<R>(blocks: Blocks): R {
    return asArray(blocks) as R;
  }

  finish(blocks: readonly unknown[]): NDArray<D> {
    return detached(joinBlocks(blocks as readonly Chunk<D>[], this.layer.grid) as Chunk<D>);
  }

  override finishCall(blocks: Arg): Call {
    return { fn: JOIN, args: [blocks, literal(this.layer.grid)] };
  }

  rebuild(layer: Layer): this {
    return new ShoalArray({ layer, axes: this.axes, dtype: this.dtype }) as this;
  }

  /** An array of the same blocks: lazy arrays never change, so nothing is copied. */
  copy(): ShoalArray<D> {
    return new ShoalArray<D>(this);
  }

  /** Blocks by their place in the grid: indexers count blocks. */
  blocks(...indexers: Indexer[]): ShoalArray<D> {
    return asArray(blocksAt(this, indexers)) as ShoalArray<D>;
  }

  /** Calls a function on every block; it gets an eager array, the further `args`, and where the block lies. */
  mapBlocks(fn: BlockFunction, options: MapBlocksOptions = {}): ShoalArray {
    return asArray(mapBlocksOf(fn, this, options));
  }

  /** Calls a function on every block with elements of its neighbours around it, and trims the result. */
  mapOverlap(fn: BlockFunction, options: OverlapOptions & MapBlocksOptions & { readonly trim?: boolean }): ShoalArray {
    return asArray(mapOverlapOf(fn, this, options));
  }

  /**
   * The length of the first axis.
   * @throws RangeError if it is not known, TypeError if there is no axis
   */
  len(): number {
    const n = this.shape[0];
    if (n === undefined) throw new TypeError("An array without axes has no length");
    if (Number.isNaN(n)) throw new RangeError("The length of axis 0 is unknown; call computeChunkSizes() first");
    return n;
  }

  /**
   * Computes the only element.
   * @throws RangeError at once if there are more
   */
  async item(): Promise<ReturnType<NDArray["item"]>> {
    if (this.size !== 1)
      throw new RangeError(
        `An array of shape ${shapeText(this.shape)} is no single value; use any() or all(), or compute it`,
      );
    return (await this.compute()).item();
  }

  /** Computes sizes of chunks that are not known yet: the same array with all of them known. */
  async computeChunkSizes(): Promise<ShoalArray<D>> {
    const wanted = this.axes.map((runs) => runs.some(([size]) => Number.isNaN(size)));
    if (!wanted.includes(true)) return this;
    const sizes = { kind: "blockwise" as const, ...sizesLayer(this) };
    const [shapes] = (await currentExecutor().compute([wantAll(sizes)])) as [number[][]];
    const axes = this.axes.map((runs, axis): AxisRuns => {
      if (!wanted[axis]) return runs;
      const step = this.layer.grid.slice(axis + 1).reduce((product, n) => product * n, 1);
      return axisRuns(
        Array.from({ length: this.layer.grid[axis] as number }, (_, at) => shapes[at * step]?.[axis] as number),
      );
    });
    return new ShoalArray<D>({ layer: this.layer, axes, dtype: this.dtype });
  }

  override toString(): string {
    const chunk = this.chunksize;
    const count = this.npartitions;
    return `Array ${this.dtype} ${shapeText(this.shape)} ${count} chunk${count === 1 ? "" : "s"} of ${shapeText(chunk)}, ${bytesText(this.nbytes)}`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /**
   * A picture of the grid of chunks, of up to three axes; undefined where there is nothing to draw.
   * @param size pixels of the longest axis
   */
  toSvg(size?: number): string | undefined {
    return chunkSvg(this, size);
  }

  /** Bytes, shape, chunks and dtype as a table of HTML, and the picture beside it. */
  toHtml(): string {
    return chunkHtml(this);
  }

  /** What notebooks show. */
  override [notebookSymbol](): NotebookForms {
    const svg = this.toSvg();
    const picture = svg === undefined ? {} : { "image/svg+xml": svg };
    return { "text/plain": this.toString(), "text/html": this.toHtml(), ...picture };
  }
}

for (let from = BlockMethods.prototype; from !== Object.prototype; from = Object.getPrototypeOf(from))
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(from)))
    if (!(name in ShoalArray.prototype)) Object.defineProperty(ShoalArray.prototype, name, property);

const SHAPE = kernel("shoal:collections/array/kernels/elementwise", "shapeOfBlock", shapeOfBlock);

function sizesLayer(array: Blocks): Omit<BlockwiseLayer, "kind"> {
  const { layer } = array;
  const call = { fn: SHAPE, args: [input(0)] };
  return { name: layerName("shape", layer), grid: layer.grid, inputs: [samePlace(layer)], call };
}

/** A lazy array of blocks; an array as it is. */
export const asArray = (blocks: Blocks): ShoalArray => (blocks instanceof ShoalArray ? blocks : new ShoalArray(blocks));

/** A lazy array of anything that stands for one. */
export const arrayOf = (value: ArrayLike): ShoalArray => asArray(isBlocks(value) ? value : blocksOf(value));
