// Where the nodes of a graph stand: dagre's layered layout.
// @ts-expect-error its server has it there
import * as dagre from "./vendor/dagre.js";

/**
 * @typedef {{ x: number, y: number, width: number, height: number }} Place the middle of a node
 * @typedef {{ x: number, y: number, points: { x: number, y: number }[] }} Way where an edge bends, and its label stands
 */

/**
 * @param {{ name: string, width: number, height: number }[]} nodes
 * @param {{ from: string, to: string, label?: { width: number, height: number } }[]} edges
 */
export function layout(nodes, edges, { direction = "TB", gap = 16, rankGap = 40 } = {}) {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: direction, nodesep: gap, ranksep: rankGap, edgesep: 10, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { name, width, height } of nodes) graph.setNode(name, { width, height });
  edges.forEach(({ from, to, label }, at) => {
    graph.setEdge(from, to, label === undefined ? {} : { ...label, labelpos: "c" }, String(at));
  });
  dagre.layout(graph);
  const { width = 0, height = 0 } = /** @type {{ width?: number, height?: number }} */ (graph.graph());
  return {
    width,
    height,
    nodes: new Map(nodes.map(({ name }) => [name, /** @type {Place} */ (graph.node(name))])),
    edges: edges.map(({ from, to }, at) => /** @type {Way} */ (graph.edge(from, to, String(at)))),
  };
}
