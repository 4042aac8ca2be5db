import { type AxisPick, SELF, type Values } from "../../runtime/graph/layer.ts";
import type { WireBlockwise, WireLayer, WireTasks } from "../../runtime/protocol/wire-layer.ts";

/** More tasks than this in one layer are a mistake, not a plan. */
const TASKS_MAX = 2 ** 31;

/**
 * What is wrong with submitted layers, or undefined: everything that the scheduler will read without looking again. Calls and
 * values are not read here; workers report what is wrong with them. O(tasks + edges).
 */
export function malformedLayers(layers: readonly WireLayer[]): string | undefined {
  const names = new Set<string>();
  for (const [at, layer] of layers.entries()) {
    const problem = malformedHead(layer) ?? malformedBody(layers, at, layer);
    if (problem !== undefined)
      return `layer ${at}${typeof layer?.name === "string" ? ` (${layer.name})` : ""}: ${problem}`;
    if (names.has(layer.name)) return `two layers have the name ${layer.name}`;
    names.add(layer.name);
  }
  return undefined;
}

const countOf = (layer: WireLayer): number => layer.grid.reduce((product, n) => product * n, 1);
const isCount = (n: unknown): boolean => Number.isInteger(n) && (n as number) >= 0;

function malformedHead(layer: WireLayer): string | undefined {
  if (typeof layer !== "object" || layer === null) return "it is no record";
  if (!["blockwise", "tasks", "data", "held"].includes(layer.kind)) return `its kind is ${String(layer.kind)}`;
  if (typeof layer.name !== "string" || layer.name === "") return "it has no name";
  if (!Array.isArray(layer.grid) || !layer.grid.every(isCount)) return "its grid is not a list of counts";
  if (countOf(layer) > TASKS_MAX) return `it has ${countOf(layer)} tasks, at most ${TASKS_MAX}`;
  const notes = layer.annotations;
  if (
    notes !== undefined &&
    notes !== null &&
    (typeof notes !== "object" ||
      (notes.priority !== undefined && !Number.isFinite(notes.priority)) ||
      (notes.span !== undefined && typeof notes.span !== "string"))
  )
    return "its annotations are malformed";
  return undefined;
}

function malformedBody(layers: readonly WireLayer[], at: number, layer: WireLayer): string | undefined {
  const count = countOf(layer);
  switch (layer.kind) {
    case "blockwise":
      return (
        malformedInputs(layers, at, layer) ??
        (layer.own === undefined || layer.own === null ? undefined : malformedValues(layer.own, count))
      );
    case "tasks":
      return (
        malformedEdges(layers, at, layer, count) ??
        malformedKeys(layer.keys, count) ??
        malformedOwn(layer, count) ??
        cycle(layer)
      );
    case "data":
      return malformedKeys(layer.keys, count) ?? malformedValues(layer.values, count);
    case "held":
      return layer.handles instanceof Uint32Array && layer.handles.length === count
        ? undefined
        : "it has no handle for each block";
  }
}

function malformedInputs(layers: readonly WireLayer[], at: number, layer: WireBlockwise): string | undefined {
  if (!Array.isArray(layer.inputs)) return "its inputs are no list";
  for (const { source, axes } of layer.inputs) {
    if (!isCount(source) || source >= at) return "it reads a layer that does not come before it";
    const { grid } = layers[source] as WireLayer;
    if (!Array.isArray(axes) || axes.length !== grid.length)
      return `an input picks ${axes?.length} axes of a grid of ${grid.length}`;
    for (const [axis, pick] of axes.entries())
      if (!picksInside(pick, grid[axis] as number, layer.grid)) return `an input picks blocks outside of axis ${axis}`;
  }
  return undefined;
}

/** Whether every block of the grid finds what it picks on an axis of `size` blocks. */
function picksInside(pick: AxisPick, size: number, grid: readonly number[]): boolean {
  if (pick?.kind === "all") return true;
  if (pick?.kind === "at") return isCount(pick.index) && pick.index < size;
  if (pick?.kind !== "axis" && pick?.kind !== "group") return false;
  const positions = grid[pick.axis];
  if (positions === undefined) return false;
  if (pick.kind === "group")
    return isCount(pick.size) && pick.size > 0 && (positions - 1) * pick.size < Math.max(size, 1);
  const [offset, step] = [pick.offset ?? 0, pick.step ?? 1];
  const last = offset + (positions - 1) * step;
  const isInside = (place: number): boolean => isCount(place) && place < size;
  return (
    Number.isInteger(offset) && Number.isInteger(step) && (positions === 0 || (isInside(offset) && isInside(last)))
  );
}

function malformedEdges(layers: readonly WireLayer[], at: number, layer: WireTasks, count: number): string | undefined {
  const { sources, inputOffsets, inputSource, inputIndex } = layer;
  if (!Array.isArray(sources) || sources.some((source) => !isCount(source) || source >= at))
    return "it reads a layer that does not come before it";
  if (!(inputOffsets instanceof Uint32Array) || !(inputIndex instanceof Uint32Array)) return "its edges are no columns";
  if (inputOffsets.length !== count + 1 || !grows(inputOffsets, inputIndex.length))
    return "its input offsets do not fit its tasks";
  const hasSources = inputSource !== undefined && inputSource !== null;
  if (hasSources && (!(inputSource instanceof Uint16Array) || inputSource.length !== inputIndex.length))
    return "its edges differ in length";
  if (layer.callOf !== undefined && layer.callOf !== null && layer.callOf.length !== count)
    return "it has no call for each task";
  if (layer.kinds !== undefined && layer.kinds !== null && !namesCalls(layer.kinds, layer.callOf ?? [0]))
    return "its kinds do not name every call";
  const bounds = sources.map((source) => countOf(layers[source] as WireLayer));
  for (let e = 0; e < inputIndex.length; e++) {
    const source = hasSources ? (inputSource[e] as number) : 0;
    const bound = source === SELF ? count : (bounds[source] ?? 0);
    if ((inputIndex[e] as number) >= bound) return `edge ${e} points outside of what it reads`;
  }
  return undefined;
}

const namesCalls = (kinds: unknown, callOf: ArrayLike<number>): boolean =>
  Array.isArray(kinds) &&
  kinds.every((name) => typeof name === "string" && name !== "") &&
  Array.prototype.every.call(callOf, (call: number) => call < kinds.length);

const grows = (offsets: Uint32Array, end: number): boolean => {
  for (let i = 1; i < offsets.length; i++) if ((offsets[i] as number) < (offsets[i - 1] as number)) return false;
  return offsets[0] === 0 && (offsets[offsets.length - 1] as number) <= end;
};

function malformedKeys(keys: readonly string[] | undefined | null, count: number): string | undefined {
  if (keys === undefined || keys === null) return undefined;
  if (!Array.isArray(keys) || keys.length !== count) return `it has ${keys.length} keys for ${count} tasks`;
  return keys.every((key) => typeof key === "string" && key !== "") ? undefined : "a key is no text, or empty";
}

function malformedOwn(layer: WireTasks, count: number): string | undefined {
  const { own, ownOffsets } = layer;
  if (own === undefined || own === null) return undefined;
  if (ownOffsets === undefined || ownOffsets === null) return malformedValues(own, count);
  if (ownOffsets.length !== count + 1 || !grows(ownOffsets, sizeOfValues(own)))
    return "its own values do not fit its tasks";
  return undefined;
}

const malformedValues = (values: Values, count: number): string | undefined =>
  sizeOfValues(values) >= count ? undefined : `it has ${sizeOfValues(values)} values for ${count} tasks`;

function sizeOfValues(values: Values): number {
  if (values?.kind === "numbers") return values.data?.length ?? -1;
  if (values?.kind === "live") return values.items?.length ?? -1;
  if (values?.kind !== "encoded" || !(values.offsets instanceof Uint32Array)) return -1;
  return grows(values.offsets, values.bytes?.byteLength ?? -1) ? values.offsets.length - 1 : -1;
}

/** Tasks that read tasks of their own layer may form a cycle only where one reads itself or a later one. */
function cycle({ inputOffsets, inputSource, inputIndex }: WireTasks): string | undefined {
  if (inputSource === undefined || inputSource === null) return undefined;
  const count = inputOffsets.length - 1;
  const missing = new Uint32Array(count);
  const readers: number[][] = [];
  let looksAhead = false;
  for (let task = 0; task < count; task++)
    for (let e = inputOffsets[task] as number; e < (inputOffsets[task + 1] as number); e++) {
      if (inputSource[e] !== SELF) continue;
      if ((inputIndex[e] as number) >= task) looksAhead = true;
    }
  if (!looksAhead) return undefined;
  for (let task = 0; task < count; task++)
    for (let e = inputOffsets[task] as number; e < (inputOffsets[task + 1] as number); e++) {
      if (inputSource[e] !== SELF) continue;
      missing[task] = (missing[task] as number) + 1;
      const list = readers[inputIndex[e] as number];
      if (list === undefined) readers[inputIndex[e] as number] = [task];
      else list.push(task);
    }
  const free: number[] = [];
  for (let task = 0; task < count; task++) if (missing[task] === 0) free.push(task);
  let done = 0;
  for (let task = free.pop(); task !== undefined; task = free.pop()) {
    done += 1;
    for (const reader of readers[task] ?? [])
      if ((missing[reader] = (missing[reader] as number) - 1) === 0) free.push(reader);
  }
  return done === count ? undefined : `${count - done} of its tasks wait for each other in a cycle`;
}
