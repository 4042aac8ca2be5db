import { axesOf, axisOf, type Blocks, shapeOf } from "./blocks.ts";
import { getBlocks, type Indexer } from "./get.ts";
import { concatenateBlocks } from "./join.ts";
import { reshapeBlocks } from "./reshape.ts";

/** Elements reversed along axes; all if none is named. */
export function flipBlocks(blocks: Blocks, axis?: number | readonly number[] | null): Blocks {
  const axes = axesOf(axis, blocks.axes.length);
  return getBlocks(
    blocks,
    blocks.axes.map((_, at) => (axes.includes(at) ? "::-1" : ":")),
  );
}

/** Elements moved along axes, those pushed over the end coming in at the start; flattened without an axis. */
export function rollBlocks(
  blocks: Blocks,
  shift: number | readonly number[],
  axis?: number | readonly number[],
): Blocks {
  if (axis === undefined) {
    if (typeof shift !== "number") throw new TypeError("Several shifts need as many axes");
    return reshapeBlocks(rollBlocks(reshapeBlocks(blocks, [-1]), shift, 0), shapeOf(blocks));
  }
  const axes = [axis].flat().map((one) => axisOf(one, blocks.axes.length));
  const shifts = [shift].flat() as number[];
  if (shifts.length !== axes.length && shifts.length !== 1)
    throw new RangeError(`${shifts.length} shifts were given for ${axes.length} axes`);
  const bad = shifts.find((one) => !Number.isInteger(one));
  if (bad !== undefined) throw new TypeError(`A shift must be a whole number, got ${String(bad)}`);
  return axes.reduce((so, one, at) => {
    const n = shapeOf(so)[one] as number;
    const by = n === 0 ? 0 : ((((shifts[at] ?? shifts[0]) as number) % n) + n) % n;
    if (by === 0 && n > 0) return so;
    const part = (index: string): Blocks =>
      getBlocks(
        so,
        so.axes.map((_, k): Indexer => (k === one ? index : ":")),
      );
    return concatenateBlocks([part(`${n - by}:`), part(`:${n - by}`)], one);
  }, blocks);
}
