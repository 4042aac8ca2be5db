// Where the nodes of a graph stand: dagre's layered layout.
import * as dagre from "/assets/vendor/dagre.js";

/**
 * @param nodes {{ name: string, width: number, height: number }[]}
 * @param edges {{ from: string, to: string, label?: { width: number, height: number } }[]}
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
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    nodes: new Map(nodes.map(({ name }) => [name, graph.node(name)])),
    edges: edges.map(({ from, to }, at) => graph.edge(from, to, String(at))),
  };
}
