import { fuseBlockwise } from "./blockwise-fusion.ts";
import type { Graph } from "./graph.ts";

/** A rewriting of graphs that keeps the keys and values of what is wanted. */
export type GraphPass = (graph: Graph) => Graph;

/** The passes over layers, in order; what is done on tasks (cull, fuse chains, order) comes after expansion. */
export const layerPasses: readonly GraphPass[] = [fuseBlockwise];

/** Applies the passes. Cost follows the number of layers, not of tasks. */
export function optimizeGraph(graph: Graph, passes: readonly GraphPass[] = layerPasses): Graph {
  return passes.reduce((so, pass) => pass(so), graph);
}
