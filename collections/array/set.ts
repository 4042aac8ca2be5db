import { type AxisRuns, input, literal, location } from "../../runtime/graph/call.ts";
import type { AxisPick, BlockwiseLayer } from "../../runtime/graph/layer.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { type Blocks, layerName, samePlace, shapeOf, shapeText } from "./blocks.ts";
import { Chunk } from "./chunk.ts";
import { regularRuns } from "./chunk-spec.ts";
import { dtypeInfo } from "./dtype.ts";
import { applyBlocks, castBlocks, isBlocks } from "./elementwise.ts";
import { axesTaken, axisIndex, getBlocks, type Indexer } from "./get.ts";
import { type AxisIndex, indexedSize, newaxis, spreadIndexers } from "./indexer.ts";
import { setBlock } from "./kernels/set-block.ts";
import { rechunkTo } from "./rechunk.ts";
import { type ScalarLike, toElement } from "./scalar.ts";

const SET = kernel("shoal:collections/array/kernels/set-block", "setBlock", setBlock);

/**
 * The array with some elements replaced by a value that broadcasts to them.
 * @throws RangeError for positions out of bounds, or a value of another shape
 * @see https://docs.dask.org/en/stable/array-assignment.html
 */
export function setBlocks(blocks: Blocks, indexers: readonly Indexer[], value: Blocks | ScalarLike): Blocks {
  const shape = shapeOf(blocks);
  if (!Array.isArray(indexers))
    throw new TypeError('set takes a list of indexers first, one an axis: x.set([0, ":"], value)');
  const [first] = indexers as readonly Indexer[];
  // A mask without axes is for all elements at once.
  if (indexers.length === 1 && isBlocks(first) && first.axes.length === 0 && first.dtype === "bool")
    return castBlocks(applyBlocks("where", [first, value, blocks]), blocks.dtype);
  const spread = spreadIndexers(indexers, shape.length, axesTaken, (one) => one === "…" || one === "...");
  const mask = indexers.find((one) => isBlocks(one));
  if (mask !== undefined) return setByMask(blocks, spread, mask as Blocks, value);
  const indices = shape.map((n, axis): AxisIndex => {
    const found = spread.find((one) => one.axis === axis)?.one;
    return found === undefined ? { kind: "whole" } : (axisIndex(found, n, axis) as AxisIndex);
  });
  const chosen = indices.map((index, axis) => indexedSize(index, shape[axis] as number));
  const kept = chosen.filter((_, axis) => (indices[axis] as AxisIndex).kind !== "at");
  const source = isBlocks(value) ? wholeValue(value, kept) : undefined;
  const { kind } = dtypeInfo(blocks.dtype);
  if (source === undefined && (kind === "i" || kind === "u") && (typeof value === "bigint" || Number.isInteger(value)))
    toElement(value as ScalarLike, blocks.dtype);
  const element =
    source === undefined ? applyBlocks("where", [zeroAxes(), value as ScalarLike, value as ScalarLike]) : source;
  const cast = castBlocks(element, blocks.dtype);
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName("set", blocks.layer, indices, cast.layer),
    grid: blocks.layer.grid,
    inputs: [
      samePlace(blocks.layer),
      { source: cast.layer, axes: cast.axes.map((): AxisPick => ({ kind: "at", index: 0 })) },
    ],
    call: { fn: SET, args: [literal(indices), location(blocks.axes), input(0), input(1)] },
  };
  return { ...blocks, layer };
}

/**
 * Where a box begins that a value of the same shape replaces: a range by step 1 for every axis, and the value as long as each.
 * Undefined for any other assignment.
 */
export function boxStart(
  indexers: readonly Indexer[],
  shape: readonly number[],
  valueShape: readonly number[],
): readonly number[] | undefined {
  if (!Array.isArray(indexers) || indexers.length !== shape.length || valueShape.length !== shape.length)
    return undefined;
  const starts = (indexers as readonly Indexer[]).map((one, axis) => {
    const n = shape[axis] as number;
    if (typeof one !== "string" || !one.includes(":")) return -1;
    const index = axisIndex(one, n, axis) as AxisIndex;
    if (index.kind === "whole") return valueShape[axis] === n ? 0 : -1;
    return index.kind === "range" && index.step === 1 && index.count === valueShape[axis] ? index.start : -1;
  });
  return starts.includes(-1) ? undefined : starts;
}

/** A mask of no dimensions, so that a plain value becomes an array of none. */
function zeroAxes(): Blocks {
  const layer = { kind: "data" as const, name: "true", grid: [], values: { kind: "live" as const, items: [TRUE] } };
  return { layer, axes: [], dtype: "bool" };
}

const TRUE = new Chunk(new Uint8Array([1]), "bool", []);

function wholeValue(value: Blocks, shape: readonly number[]): Blocks {
  const own = shapeOf(value);
  const lead = shape.length - own.length;
  const trimmed = lead < 0 ? own.slice(-lead) : own;
  const fits = trimmed.every((n, axis) => n === 1 || n === shape[axis + Math.max(0, lead)]);
  if (!fits || own.slice(0, Math.max(0, -lead)).some((n) => n !== 1))
    throw new RangeError(
      `A value of shape ${shapeText(own)} does not broadcast to the ${shapeText(shape)} that it replaces`,
    );
  return rechunkTo(
    value,
    own.map((n): AxisRuns => regularRuns(n, n)),
  );
}

function setByMask(
  blocks: Blocks,
  spread: readonly { one: Indexer | undefined; axis: number | null }[],
  mask: Blocks,
  value: Blocks | ScalarLike,
): Blocks {
  const others = spread.filter(({ one }) => one !== undefined && one !== mask);
  if (others.length > 0 || mask.dtype !== "bool")
    throw new TypeError("A lazy mask must stand alone when elements are assigned");
  const axis = spread.find(({ one }) => one === mask)?.axis as number;
  const trailing = blocks.axes.length - axis - mask.axes.length;
  const wide = trailing === 0 ? mask : getBlocks(mask, ["…", ...new Array<Indexer>(trailing).fill(newaxis)]);
  const chosen = applyBlocks("where", [wide, value, blocks]);
  if (shapeOf(chosen).some((n, at) => n !== shapeOf(blocks)[at]))
    throw new RangeError(
      `A value of shape ${shapeText(shapeOf(value as Blocks))} does not fit ${shapeText(shapeOf(blocks))}`,
    );
  return castBlocks(chosen, blocks.dtype);
}
