import { ShoalError } from "../../runtime/base/errors.ts";
import type { Call } from "../../runtime/graph/call.ts";
import { blockKey, type TaskKey } from "../../runtime/graph/key.ts";
import { type Annotations, type Layer, SELF, type TaskLayer, type Values } from "../../runtime/graph/layer.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import type { FunctionSpec } from "../../runtime/wire/function-spec.ts";
import type { Collection } from "../core/collection.ts";
import { type DelayedNode, type NodeInput, type Place, uniqueKey } from "./node.ts";

/**
 * Gives every node that the roots reach and that has none yet its place: one layer of tasks in columns for all of
 * them (one per kind of annotations, and as few as their order allows). A node is placed once and for all, so what
 * is shared between computations keeps its key. O(nodes + edges), without recursion.
 */
export function placeNodes(roots: readonly DelayedNode[]): void {
  const fresh = reachable(roots);
  if (fresh.length === 0) return;
  fresh.sort((a, b) => a.id - b.id);
  for (const group of groupsOf(fresh)) placeGroup(group);
}

const isNode = (input: NodeInput): input is DelayedNode => "place" in input && "shape" in input;

function reachable(roots: readonly DelayedNode[]): DelayedNode[] {
  const found = new Set<DelayedNode>();
  const stack = roots.filter((node) => node.place === undefined);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    for (const input of node.inputs)
      if (isNode(input) && input.place === undefined && !found.has(input)) stack.push(input);
  }
  return [...found];
}

/** Nodes by annotations, in stages: a node stands a stage above any input that is annotated otherwise. */
function groupsOf(nodes: readonly DelayedNode[]): DelayedNode[][] {
  if (nodes.every((node) => node.annotations === undefined)) return [[...nodes]];
  const stageOf = new Map<DelayedNode, number>();
  const groups = new Map<string, { stage: number; nodes: DelayedNode[] }>();
  const kindOf = (annotations: Annotations | undefined): string =>
    annotations === undefined ? "" : tokenize(annotations);
  for (const node of nodes) {
    const kind = kindOf(node.annotations);
    let stage = 0;
    for (const input of node.inputs) {
      const below = isNode(input) ? stageOf.get(input) : undefined;
      if (below !== undefined)
        stage = Math.max(stage, below + (kindOf((input as DelayedNode).annotations) === kind ? 0 : 1));
    }
    stageOf.set(node, stage);
    const name = `${stage} ${kind}`;
    const group = groups.get(name) ?? { stage, nodes: [] };
    groups.set(name, group);
    group.nodes.push(node);
  }
  return [...groups.values()].sort((a, b) => a.stage - b.stage).map((group) => group.nodes);
}

function placeGroup(nodes: readonly DelayedNode[]): void {
  const name = uniqueKey("delayed");
  const keys = keysOf(nodes, name);
  const annotations = nodes[0]?.annotations;
  // Nodes know their places before there are columns, so that these need no map from nodes to places.
  const layer = { kind: "tasks", name, grid: [nodes.length] } as unknown as TaskLayer;
  nodes.forEach((node, index) => {
    node.place = { layer, index };
  });
  try {
    Object.assign(layer, columnsOf(nodes, layer), keys && { keys }, annotations && { annotations });
  } catch (error) {
    for (const node of nodes) node.place = undefined;
    throw error;
  }
}

function columnsOf(nodes: readonly DelayedNode[], layer: Layer) {
  const edges = new EdgeColumns(layer);
  const calls = new CallColumn();
  const callOf = new Uint32Array(nodes.length);
  const inputOffsets = new Uint32Array(nodes.length + 1);
  const ownOffsets = new Uint32Array(nodes.length + 1);
  const items: unknown[] = [];
  nodes.forEach((node, at) => {
    callOf[at] = calls.indexOf(node);
    for (const input of node.inputs) edges.push(input);
    inputOffsets[at + 1] = edges.index.length;
    for (const value of node.own) items.push(value);
    ownOffsets[at + 1] = items.length;
  });
  return {
    calls: calls.calls,
    callOf,
    kinds: calls.calls.map(({ fn }) => fn.name),
    sources: edges.sources,
    inputOffsets,
    inputSource: Uint16Array.from(edges.source),
    inputIndex: Uint32Array.from(edges.index),
    ownOffsets,
    own: valuesOf(items),
  } satisfies Partial<TaskLayer>;
}

const valuesOf = (items: readonly unknown[]): Values =>
  items.length > 0 && items.every((value) => typeof value === "number")
    ? { kind: "numbers", data: Float64Array.from(items as number[]) }
    : { kind: "live", items };

function keysOf(nodes: readonly DelayedNode[], name: string): TaskKey[] | undefined {
  if (nodes.every((node) => node.key === undefined)) return undefined;
  const taken = new Set<string>();
  return nodes.map((node, at) => {
    const key = node.key ?? blockKey(name, [at]);
    if (taken.has(key))
      throw new ShoalError(`Two different lazy calls have the key "${key}"; give each its own`, {
        code: "NAME_TAKEN",
        details: { key },
      });
    taken.add(key);
    return key;
  });
}

/** Calls by function and shape, each once. */
class CallColumn {
  readonly calls: Call[] = [];
  private readonly known = new Map<FunctionSpec, Map<string, number>>();

  indexOf(node: DelayedNode): number {
    let shapes = this.known.get(node.fn);
    if (shapes === undefined) this.known.set(node.fn, (shapes = new Map()));
    let at = shapes.get(node.shape);
    if (at === undefined) {
      at = this.calls.push({ fn: node.fn, args: node.args }) - 1;
      shapes.set(node.shape, at);
    }
    return at;
  }
}

class EdgeColumns {
  readonly sources: Layer[] = [];
  readonly source: number[] = [];
  readonly index: number[] = [];
  private readonly known = new Map<string, number>();
  private readonly self: Layer;

  constructor(self: Layer) {
    this.self = self;
  }

  push(input: NodeInput): void {
    if (!isNode(input)) {
      this.pushBlocks(input);
      return;
    }
    const { layer, index } = input.place as Place;
    this.add(layer === this.self ? SELF : this.sourceOf(layer), index);
  }

  private pushBlocks(collection: Collection<unknown>): void {
    const { layer, indices } = collection.wants();
    const source = this.sourceOf(layer);
    if (indices !== null) for (const at of indices) this.add(source, at);
    else for (let at = 0, n = layer.grid.reduce((a, b) => a * b, 1); at < n; at++) this.add(source, at);
  }

  private add(source: number, index: number): void {
    this.source.push(source);
    this.index.push(index);
  }

  private sourceOf(layer: Layer): number {
    const known = this.known.get(layer.name);
    if (known !== undefined) return known;
    const at = this.sources.push(layer) - 1;
    if (at >= SELF) throw new RangeError(`One layer reads at most ${SELF} others; persist some of them first`);
    this.known.set(layer.name, at);
    return at;
  }
}
