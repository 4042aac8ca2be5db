import { keyPrefix } from "../../../runtime/graph/key.ts";
import { type Layer, taskCount } from "../../../runtime/graph/layer.ts";
import { tokenize } from "../../../runtime/graph/tokenize.ts";
import { kernel } from "../../../runtime/wire/function-spec.ts";
import { weighTable } from "../kernels/weigh-table.ts";
import { layerThrough } from "./lower.ts";
import { inputsOf, type Node } from "./node.ts";
import { pipeOf, settle } from "./pipe.ts";

/** One node of a plan, on its own. */
export interface ToldNode {
  readonly node: Node;
  /** Nodes it reads, by their places among all. */
  readonly inputs: readonly number[];
  /** What its tasks count under. */
  readonly span: string;
  readonly tasks: number;
  /** Whether its blocks were there, or come of other work than the plan's. */
  readonly isGiven: boolean;
  /** Rows and bytes of each of its partitions. */
  readonly weights: Layer;
}

const WEIGH = kernel("shoal:collections/dataframe/kernels/weigh-table", "weighTable", weighTable);

/**
 * Lowers a plan so that each node's tasks are apart from those of others, count under a span of their own, and are surely run: they have names that nothing
 * else has.
 * @param name unlike any before
 */
export function toldPlan(root: Node, name: string, outer: string | undefined): { layer: Layer; nodes: ToldNode[] } {
  const nodes: ToldNode[] = [];
  const places = new Map<string, number>();
  const own = new OwnLayers(name);
  const layer = layerThrough(root, (node, pipe) => {
    const span = [...(outer === undefined ? [] : [outer]), name, `${nodes.length}-${node.kind}`].join("/");
    const isGiven = node.kind === "layer";
    const { made, tasks } = isGiven ? own.given(node.layer) : own.under(settle(pipe, node.kind), span);
    const weights = weighed(made, name, nodes.length);
    const inputs = placesBelow(node, places);
    places.set(node.id, nodes.push({ node, inputs, span, tasks, isGiven, weights }) - 1);
    return pipeOf(made, pipe.step.fields);
  });
  return { layer, nodes };
}

/** A node may be lowered together with one that it reads: then it reads what that one reads. */
function placesBelow(node: Node, places: ReadonlyMap<string, number>): number[] {
  const found = inputsOf(node).flatMap((input) => {
    const place = places.get(input.id);
    return place === undefined ? placesBelow(input, places) : [place];
  });
  return [...new Set(found)];
}

const weighed = (source: Layer, name: string, place: number): Layer => ({
  kind: "blockwise",
  name: `weigh-${tokenize(source.name, name, place)}`,
  grid: source.grid,
  inputs: [{ source, axes: source.grid.map((_, axis) => ({ kind: "axis", axis })) }],
  call: { fn: WEIGH, args: [{ kind: "input", at: 0 }] },
  annotations: { fuse: false, cache: false, span: `${name}/weigh` },
});

/** Layers under names of their own. */
class OwnLayers {
  private readonly name: string;
  private readonly madeOf = new Map<Layer, Layer>();
  /** What layers stand on: they are as they should be. */
  private readonly settled = new Set<Layer>();

  constructor(name: string) {
    this.name = name;
  }

  given(layer: Layer): { made: Layer; tasks: number } {
    this.settled.add(layer);
    return { made: layer, tasks: 0 };
  }

  /** The same work, down to what is settled, under a span. @returns its tasks too, those counted that were not before */
  under(layer: Layer, span: string): { made: Layer; tasks: number } {
    let tasks = 0;
    const own = (one: Layer): Layer => {
      if (this.settled.has(one) || one.kind === "data" || one.kind === "held") return one;
      const known = this.madeOf.get(one);
      if (known !== undefined) return known;
      tasks += taskCount(one);
      const name = `${keyPrefix(one.name)}-${tokenize(one.name, this.name)}`;
      const annotations = { ...one.annotations, span, cache: false };
      const made: Layer =
        one.kind === "tasks"
          ? { ...one, name, annotations, sources: one.sources.map(own) }
          : { ...one, name, annotations, inputs: one.inputs.map((input) => ({ ...input, source: own(input.source) })) };
      this.madeOf.set(one, made);
      return made;
    };
    const made = own(layer);
    this.settled.add(made);
    return { made, tasks };
  }
}
