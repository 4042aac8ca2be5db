import { parseBytes } from "../../runtime/base/units.ts";
import { currentExecutor } from "../../runtime/graph/executor.ts";
import { wantAll } from "../../runtime/graph/graph.ts";
import { type Layer, sourcesOf, taskCount } from "../../runtime/graph/layer.ts";
import { boundariesBySize, boundaryLayer, bytesLayer, splitLayer, takeLayer } from "./partitions.ts";

/** How many partitions are computed before the reader asks for them. */
const PARTITIONS_AHEAD = 2;

/** The first `count` items of the first partitions; no other partition is computed. */
export async function takeNow(source: Layer, count: number, partitions: number): Promise<unknown[]> {
  const have = taskCount(source);
  const read = partitions < 0 ? have : partitions;
  if (!Number.isInteger(count) || count < 0)
    throw new RangeError(`take() needs a whole number from 0 up, got ${count}`);
  if (!Number.isInteger(read) || read < 1 || read > have)
    throw new RangeError(`take() can read 1 to ${have} partitions here (-1 for all), not ${partitions}`);
  const indices = Uint32Array.from({ length: read }, (_, at) => at);
  const [blocks] = await currentExecutor().compute([{ layer: takeLayer(source, count), indices }]);
  const items = (blocks as unknown[][]).flat().slice(0, count);
  if (items.length < count && read < have) warnOfFew(items.length, count, { read, have });
  return items;
}

function warnOfFew(
  found: number,
  wanted: number,
  { read, have }: { readonly read: number; readonly have: number },
): void {
  process.emitWarning(
    `take(${wanted}) found ${found} items in the first ${read} of ${have} partitions; take(${wanted}, { npartitions: -1 }) reads on`,
    { type: "Shoal", code: "SHOAL_FEW_ITEMS" },
  );
}

/** Items of all partitions in order. */
export async function* iteratePartitions(source: Layer): AsyncGenerator<unknown> {
  const layer = readsAlone(source) ? source : (currentExecutor().persist([wantAll(source)])[0] as Layer);
  const count = taskCount(layer);
  const ahead: Promise<unknown[]>[] = [];
  const start = (at: number): void => {
    if (at >= count) return;
    const one = currentExecutor().compute([{ layer, indices: Uint32Array.of(at) }]);
    const items = one.then((blocks) => (blocks[0] as unknown[][])[0] as unknown[]);
    // Whoever stops reading early leaves a promise that nobody awaits.
    items.catch(() => undefined);
    ahead.push(items);
  };
  for (let at = 0; at < PARTITIONS_AHEAD; at++) start(at);
  for (let at = 0; at < count; at++) {
    const items = await (ahead.shift() as Promise<unknown[]>);
    start(at + PARTITIONS_AHEAD);
    yield* items;
  }
}

/** Whether each partition can be computed by itself without doing others' work again. */
function readsAlone(layer: Layer): boolean {
  if (layer.kind === "data" || layer.kind === "held") return true;
  if (layer.kind === "tasks") return layer.inputIndex.length === 0;
  const alone = layer.inputs.every(({ axes }) => axes.every((pick) => pick.kind === "axis"));
  return alone && sourcesOf(layer).every(readsAlone);
}

/** Partitions of at most about a size; measures them first. @throws RangeError if the size is not above 0 */
export async function repartitionBySize(source: Layer, size: number | string): Promise<Layer> {
  const bytesMax = parseBytes(size);
  if (!(bytesMax > 0)) throw new RangeError(`repartition() needs a partitionSize above 0, got ${size}`);
  const [measured] = await currentExecutor().compute([wantAll(bytesLayer(source))]);
  const parts = (measured as number[]).map((bytes) => Math.max(1, Math.ceil(bytes / bytesMax)));
  const cut = parts.every((count) => count === 1) ? source : splitLayer(source, parts);
  const bytes = (measured as number[]).flatMap((all, at) =>
    Array.from({ length: parts[at] as number }, () => all / (parts[at] as number)),
  );
  return boundaryLayer(cut, boundariesBySize(bytes, bytesMax));
}
