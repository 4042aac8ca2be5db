import { input, literal } from "../../../runtime/graph/call.ts";
import type { BlockwiseLayer, Layer } from "../../../runtime/graph/layer.ts";
import { kernel } from "../../../runtime/wire/function-spec.ts";
import { Bag } from "../../bag/bag.ts";
import { provideConversion, type ToArrayOptions } from "../../bag/conversions.ts";
import { arrayOf, asArray, type ShoalArray } from "../array.ts";
import type { ArrayLike } from "../array-like.ts";
import { layerName } from "../blocks.ts";
import { parseDType } from "../dtype.ts";
import { blockOfItems, itemsOfBlock } from "../kernels/bag-blocks.ts";

declare module "../../bag/conversions.ts" {
  interface BagConversions {
    readonly array: ShoalArray;
  }
}

const MODULE = "shoal:collections/array/kernels/bag-blocks";
const BLOCK = kernel(MODULE, "blockOfItems", blockOfItems);
const ITEMS = kernel(MODULE, "itemsOfBlock", itemsOfBlock);

/**
 * An array of a bag's items along its first axis, a chunk for each partition: numbers, or lists of numbers of `itemShape`. How many there
 * are is not known before `computeChunkSizes()`.
 * @throws RangeError at compute for items of another shape; TypeError for items that are no numbers
 * @see https://docs.dask.org/en/stable/generated/dask.array.from_delayed.html
 * @example
 * const lengths = da.fromBag(db.fromSequence(["Oslo", "Bergen"]).map((city) => city.length), { dtype: "int64" });
 */
export function fromBag(bag: Bag<unknown>, options: ToArrayOptions = {}): ShoalArray {
  return bag.toArray(options);
}

/**
 * A bag of an array's rows: numbers of an array of one axis, nested lists of one of more. A partition for each chunk of the first axis.
 * @throws TypeError for an array without axes
 */
export function toBag(x: ArrayLike): Bag<unknown> {
  const array = asArray(arrayOf(x));
  const { ndim } = array;
  if (ndim === 0) throw new TypeError("An array without axes has no rows that a bag could hold");
  const whole = Object.fromEntries(Array.from({ length: ndim - 1 }, (_, at) => [at + 1, -1]));
  const { layer: source } = ndim === 1 ? array : array.rechunk(whole);
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName("rows", source),
    grid: [source.grid[0] as number],
    inputs: [
      { source, axes: source.grid.map((_, axis) => (axis === 0 ? { kind: "axis", axis } : { kind: "at", index: 0 })) },
    ],
    call: { fn: ITEMS, args: [input(0)] },
  };
  return new Bag<unknown>(layer);
}

function arrayOfBag(source: Layer, { dtype = "float64", itemShape = [] }: ToArrayOptions): ShoalArray {
  const npartitions = source.grid[0] as number;
  const type = parseDType(dtype);
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName("from-bag", source, type, itemShape),
    grid: [npartitions, ...itemShape.map(() => 1)],
    inputs: [{ source, axes: [{ kind: "axis", axis: 0 }] }],
    call: { fn: BLOCK, args: [literal(type), literal([...itemShape]), input(0)] },
  };
  const axes = [[[Number.NaN, npartitions]], ...itemShape.map((n) => [[n, 1]])] as const;
  return asArray({ layer, axes: axes as never, dtype: type });
}

provideConversion("array", arrayOfBag);
