import { type AxisPlace, axisPlace, type Call } from "./call.ts";
import { callDepth, callSize, hoistLets, mapLeaves, spellInputs, substituteInput } from "./call-rewrite.ts";
import type { Graph, Want } from "./graph.ts";
import { gridSize } from "./key.ts";
import { type AxisPick, type BlockInput, type BlockwiseLayer, type Layer, sourcesOf, type Values } from "./layer.ts";
import { tokenize } from "./tokenize.ts";

/** Evaluation recurses into nested calls, and a call is sent whole: a longer chain becomes several layers. */
const CALLS_PER_LAYER_MAX = 512;
const CALL_DEPTH_MAX = 128;
/** So many times a block is made again, rather than kept, where that is cheap. */
const TIMES_MADE_MAX = 4;
/** Operations an element that are done again in further readers, rather than written out and read: about what that costs. */
const OPS_AGAIN_MAX = 4;

/** A layer while layers are merged into it. */
interface Draft {
  readonly layer: BlockwiseLayer;
  inputs: readonly BlockInput[];
  call: Call;
  own: Values | undefined;
  readonly annotations: string;
  /** Operations an element in it that other layers do too. */
  opsAgain: number;
  changed: boolean;
}

/**
 * Merges blockwise layers into the one layer that reads them, so that a chain or tree of block operations is one task
 * a block. Works on layers, never on tasks: its cost does not depend on how many blocks there are. The fused layer
 * keeps the name of the last, so keys stay. A layer is left alone if it is wanted, read by several layers or
 * through several patterns (but for one that is cheap or light to make), would be computed more than once, or has other annotations,
 * `fuse: false` or `effectful`; one that is effectful takes up what it reads, unless it may be run but once.
 * @see https://docs.dask.org/en/stable/optimize.html
 */
export function fuseBlockwise(graph: Graph): Graph {
  const drafts = new Map<string, Draft>();
  const readers = new Map<string, Set<string>>();
  for (const layer of graph.layers) {
    if (layer.kind === "blockwise") drafts.set(layer.name, draftOf(layer));
    for (const source of sourcesOf(layer)) readersOf(readers, source.name).add(layer.name);
  }
  const kept = new Set(graph.wants.map((want) => want.layer.name));
  const gone = new Set<string>();
  for (const layer of [...graph.layers].reverse()) {
    const draft = drafts.get(layer.name);
    if (draft === undefined || gone.has(layer.name)) continue;
    for (let found = findFusable(draft, drafts, readers, kept); found !== undefined; ) {
      for (const name of [...readersOf(readers, found.layer.name)]) merge(drafts.get(name) as Draft, found, readers);
      gone.add(found.layer.name);
      found = findFusable(draft, drafts, readers, kept);
    }
  }
  return gone.size === 0 ? graph : rebuilt(graph, drafts, gone);
}

function draftOf(layer: BlockwiseLayer): Draft {
  return {
    layer,
    inputs: layer.inputs,
    call: layer.call,
    own: layer.own,
    annotations: askedOf(layer),
    opsAgain: 0,
    changed: false,
  };
}

/** What is asked of a layer's tasks, but for their effects. */
function askedOf({ annotations = {} }: Layer): string {
  const { effectful: _effectful, ...asked } = annotations;
  return Object.keys(asked).length === 0 ? "" : tokenize(asked);
}

function readersOf(readers: Map<string, Set<string>>, name: string): Set<string> {
  let found = readers.get(name);
  if (found === undefined) readers.set(name, (found = new Set()));
  return found;
}

const mayFuse = (layer: Layer): boolean => layer.annotations?.fuse !== false;
const mayGoIntoReaders = (layer: Layer): boolean => mayFuse(layer) && !layer.annotations?.effectful;
/** What may be run but once does not run what it reads: were its worker to end meanwhile, nobody could tell whether it had its effect. */
const mayTakeUp = (layer: Layer): boolean => mayFuse(layer) && layer.annotations?.effectful !== "once";

/** A producer that may go into all its readers, of which the draft is one. */
function findFusable(
  draft: Draft,
  drafts: ReadonlyMap<string, Draft>,
  readers: ReadonlyMap<string, ReadonlySet<string>>,
  kept: ReadonlySet<string>,
): Draft | undefined {
  if (!mayTakeUp(draft.layer)) return undefined;
  for (const { source } of draft.inputs) {
    const producer = drafts.get(source.name);
    if (producer === undefined || kept.has(source.name) || !mayGoIntoReaders(producer.layer)) continue;
    const into = [...(readers.get(source.name) as ReadonlySet<string>)].map((name) => drafts.get(name));
    if (into.every((one) => one !== undefined && isLightEnough(producer, one, into.length) && mayMerge(one, producer)))
      return producer;
  }
  return undefined;
}

const mayMerge = (draft: Draft, producer: Draft): boolean =>
  mayTakeUp(draft.layer) && producer.annotations === draft.annotations && canMerge(draft, producer);

/** Whether so many readers may each do what the producer does. */
const isLightEnough = (
  { layer: { lightOps = Number.POSITIVE_INFINITY } }: Draft,
  draft: Draft,
  times: number,
): boolean => times === 1 || (draft.opsAgain + lightOps) * (times - 1) <= OPS_AGAIN_MAX;

function canMerge(draft: Draft, producer: Draft): boolean {
  const patterns = patternsOf(draft, producer);
  const timesMax = producer.layer.isCheap === true && producer.inputs.length === 0 ? TIMES_MADE_MAX : 1;
  if (patterns.length > timesMax) return false;
  for (const pattern of patterns) {
    if (!readsEachBlockOnce(pattern, draft.layer.grid)) return false;
    if (!producer.inputs.every((one) => composedPicks(one.axes, pattern.axes) !== undefined)) return false;
    if (producer.own !== undefined && !isIdentity(pattern, draft.layer.grid)) return false;
  }
  if (producer.own !== undefined && draft.own !== undefined && producer.own !== draft.own) return false;
  return (
    callSize(draft.call) + patterns.length * callSize(producer.call) <= CALLS_PER_LAYER_MAX &&
    callDepth(draft.call) + callDepth(producer.call) <= CALL_DEPTH_MAX
  );
}

/** The different ways in which a layer reads another's blocks. */
function patternsOf(draft: Draft, producer: Draft): readonly BlockInput[] {
  const picks = draft.inputs.filter((one) => one.source.name === producer.layer.name);
  return picks.filter((one, at) => picks.findIndex((other) => samePicks(other.axes, one.axes)) === at);
}

/** Whether no block of the source is read by two tasks: else fusing would compute it twice. */
function readsEachBlockOnce(one: BlockInput, grid: readonly number[]): boolean {
  if (!one.axes.every((pick) => pick.kind === "axis" || pick.kind === "at")) return false;
  const followed = new Set(one.axes.map((pick) => (pick.kind === "axis" ? pick.axis : -1)));
  return grid.every((size, axis) => size <= 1 || followed.has(axis));
}

function isIdentity(one: BlockInput, grid: readonly number[]): boolean {
  return gridSize(one.source.grid) === gridSize(grid) && one.axes.length === grid.length && one.axes.every(isOwnPlace);
}

const isOwnPlace = (pick: AxisPick, axis: number): boolean =>
  pick.kind === "axis" && pick.axis === axis && (pick.offset ?? 0) === 0 && (pick.step ?? 1) === 1;

/** The picks of a producer's input as the consumer's tasks see them, or undefined if no pick says that. */
function composedPicks(inner: readonly AxisPick[], outer: readonly AxisPick[]): readonly AxisPick[] | undefined {
  const picks: AxisPick[] = [];
  for (const pick of inner) {
    if (pick.kind === "all" || pick.kind === "at") {
      picks.push(pick);
      continue;
    }
    const through = outer[pick.axis] as AxisPick;
    const [offset, step] = through.kind === "axis" ? [through.offset ?? 0, through.step ?? 1] : [0, 1];
    if (pick.kind === "axis" && through.kind === "at")
      picks.push({ kind: "at", index: through.index * (pick.step ?? 1) + (pick.offset ?? 0) });
    else if (pick.kind === "axis" && through.kind === "axis")
      picks.push(axisPlace(through.axis, offset * (pick.step ?? 1) + (pick.offset ?? 0), step * (pick.step ?? 1)));
    else if (pick.kind === "group" && through.kind === "axis" && offset === 0 && step === 1)
      picks.push({ kind: "group", axis: through.axis, size: pick.size });
    else return undefined;
  }
  return picks;
}

const samePicks = (a: readonly AxisPick[], b: readonly AxisPick[]): boolean =>
  a.length === b.length && a.every((pick, at) => pickText(pick) === pickText(b[at] as AxisPick));

function pickText(pick: AxisPick): string {
  switch (pick.kind) {
    case "axis":
      return `${pick.axis}*${pick.step ?? 1}+${pick.offset ?? 0}`;
    case "group":
      return `${pick.axis}/${pick.size}`;
    case "all":
      return "all";
    case "at":
      return `@${pick.index}`;
  }
}

function merge(draft: Draft, producer: Draft, readers: Map<string, Set<string>>): void {
  const name = producer.layer.name;
  const isShared = readersOf(readers, name).size > 1;
  const inputs: BlockInput[] = [];
  const position = (one: BlockInput): number => {
    const at = inputs.findIndex((known) => known.source.name === one.source.name && samePicks(known.axes, one.axes));
    return at >= 0 ? at : inputs.push(one) - 1;
  };
  const patterns = patternsOf(draft, producer);
  const patternOf = (one: BlockInput): number => patterns.findIndex((other) => samePicks(other.axes, one.axes));
  const ofDraft = draft.inputs.map((one) => (one.source.name === name ? -1 - patternOf(one) : position(one)));
  let call = renumbered(draft, ofDraft);
  patterns.forEach(({ axes: through }, k) => {
    const ofProducer = producer.inputs.map((one) =>
      position({ source: one.source, axes: composedPicks(one.axes, through) as readonly AxisPick[] }),
    );
    call = substituteInput(call, -1 - k, moved(renumbered(producer, ofProducer), through));
  });
  draft.call = call;
  draft.inputs = inputs;
  draft.own ??= producer.own;
  draft.changed = true;
  if (isShared) draft.opsAgain += producer.layer.lightOps ?? 0;
  for (const { source } of producer.inputs) {
    const found = readersOf(readers, source.name);
    found.delete(name);
    found.add(draft.layer.name);
  }
}

/** A call whose locations are those of its own blocks, seen from tasks that read these by picks. */
function moved(call: Call, through: readonly AxisPick[]): Call {
  if (through.every(isOwnPlace)) return call;
  return mapLeaves(call, (leaf) => {
    if (leaf.kind !== "location") return leaf;
    const own = leaf.places ?? leaf.chunks.map((_, axis): AxisPlace => ({ kind: "axis", axis }));
    return { ...leaf, places: composedPicks(own, through) as readonly AxisPlace[] };
  });
}

/** The draft's call with one scope of lets and its inputs counted anew; what is fused away has numbers below zero. */
function renumbered(draft: Draft, positions: readonly number[]): Call {
  const call = hoistLets(spellInputs(draft.call, draft.inputs.length));
  return mapLeaves(call, (leaf) =>
    leaf.kind === "input" ? { kind: "input", at: positions[leaf.at] as number } : leaf,
  );
}

/** The graph with drafts as layers and every reference moved to them; layers that nothing changed stay the same objects. */
function rebuilt(graph: Graph, drafts: ReadonlyMap<string, Draft>, gone: ReadonlySet<string>): Graph {
  const made = new Map<string, Layer>();
  const now = (source: Layer): Layer => made.get(source.name) ?? source;
  for (const layer of graph.layers) {
    if (gone.has(layer.name)) continue;
    const draft = drafts.get(layer.name);
    const moved = sourcesOf(layer).some((source) => now(source) !== source);
    if (draft !== undefined && (draft.changed || moved)) made.set(layer.name, layerOf(draft, now));
    else if (layer.kind === "tasks" && moved) made.set(layer.name, { ...layer, sources: layer.sources.map(now) });
    else made.set(layer.name, layer);
  }
  const wants = graph.wants.map((want): Want => ({ ...want, layer: now(want.layer) }));
  return { layers: [...made.values()], wants };
}

function layerOf(draft: Draft, now: (source: Layer) => Layer): BlockwiseLayer {
  const { own: _own, ...layer } = draft.layer;
  const inputs = draft.inputs.map((one) => ({ source: now(one.source), axes: one.axes }));
  return { ...layer, inputs, call: draft.call, ...(draft.own === undefined ? {} : { own: draft.own }) };
}
