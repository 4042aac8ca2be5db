import type { StateCounts } from "./kept-counts.ts";
import { S, type SchedulerState } from "./scheduler-state.ts";
import type { Slab } from "./slab.ts";
import { countLayer } from "./state-counts.ts";

/** The graph as it runs: a node is a task while there are few, else all tasks of a layer, or of a kind where layers are many. */
export interface GraphFigures {
  readonly kind: "tasks" | "layers" | "kinds";
  readonly nodes: readonly GraphNode[];
  /** Positions of nodes: reader after what it reads. */
  readonly edges: readonly (readonly [from: number, to: number])[];
  /** Tasks in the graph, shown or not. */
  readonly total: number;
}

export interface GraphNode {
  /** A key, or the name of a layer or kind. */
  readonly name: string;
  readonly prefix: string;
  readonly count: number;
  /** Tasks by state, those that are there. */
  readonly states: Readonly<Record<string, number>>;
}

const TASKS_MAX = 150;
const LAYERS_MAX = 60;
/** Edges looked at for each layer: its tasks read the same layers. */
const EDGES_PER_LAYER_MAX = 2000;

/** What is submitted and not forgotten, newest submissions first where it is too much. O(tasks). @param by whether groups are wanted also where tasks are few */
export function graphFigures(state: SchedulerState, by: "size" | "groups" = "size"): GraphFigures {
  const slabs = [...state.slabs.values()];
  const total = slabs.reduce((sum, slab) => sum + slab.count, 0);
  if (by === "size" && total <= TASKS_MAX) return taskGraph(state, slabs, total);
  const layers = slabs.reduce((sum, slab) => sum + slab.layers.length, 0);
  return groupGraph(state, slabs, { kind: layers <= LAYERS_MAX ? "layers" : "kinds", total });
}

const stateName = (state: SchedulerState, row: number): string => {
  const now = state.tasks.state[row] as number;
  if (now === S.released && (state.tasks.attempt[row] as number) > 0) return "done";
  return state.chart.chart.states[now] as string;
};

function taskGraph(state: SchedulerState, slabs: readonly Slab[], total: number): GraphFigures {
  const nodes: GraphNode[] = [];
  const at = new Map<number, number>();
  const edges: [number, number][] = [];
  for (const slab of slabs)
    for (let row = slab.base; row < slab.base + slab.count; row++) {
      at.set(row, nodes.length);
      nodes.push({
        name: slab.keyOf(row),
        prefix: state.estimates.names[slab.prefixOf(row)] as string,
        count: 1,
        states: { [stateName(state, row)]: 1 },
      });
    }
  for (const slab of slabs)
    for (let i = 0; i < slab.count; i++)
      for (let e = slab.inputOffsets[i] as number; e < (slab.inputOffsets[i + 1] as number); e++) {
        const from = at.get(slab.inputs[e] as number);
        if (from !== undefined) edges.push([from, at.get(slab.base + i) as number]);
      }
  return { kind: "tasks", nodes, edges, total };
}

/** Tasks in groups: by layer, or by kind. */
function groupGraph(
  state: SchedulerState,
  slabs: readonly Slab[],
  { kind, total }: { readonly kind: "layers" | "kinds"; readonly total: number },
): GraphFigures {
  const nodes: { name: string; prefix: string; count: number; states: Record<string, number> }[] = [];
  const byName = new Map<string, number>();
  const nodeOf = ({ layer, prefix }: Slab["layers"][number]): number => {
    const shown = state.estimates.names[prefix] as string;
    const name = kind === "layers" ? layer.name : shown;
    let at = byName.get(name);
    if (at === undefined) {
      at = nodes.push({ name, prefix: shown, count: 0, states: {} }) - 1;
      byName.set(name, at);
    }
    return at;
  };
  const edges = new Map<string, [number, number]>();
  for (const slab of slabs)
    slab.layers.forEach((entry, position) => {
      const to = nodeOf(entry);
      const node = nodes[to] as (typeof nodes)[number];
      const first = slab.base + (slab.bases[position] as number);
      const end = slab.base + (slab.bases[position + 1] as number);
      node.count += end - first;
      addStates(node.states, state, countLayer(state, entry, [first, end]));
      for (const from of sourcesOf(state, slab, position, nodeOf))
        if (from !== to) edges.set(`${from} ${to}`, [from, to]);
    });
  return { kind, nodes, edges: [...edges.values()], total };
}

function addStates(states: Record<string, number>, state: SchedulerState, counted: StateCounts): void {
  state.chart.chart.states.forEach((name, at) => {
    const n = (counted.byState[at] as number) - (at === S.released ? counted.done : 0);
    if (n > 0) states[name] = (states[name] ?? 0) + n;
  });
  if (counted.done > 0) states["done"] = (states["done"] ?? 0) + counted.done;
}

/** The groups that a layer's tasks read, as far as some of its edges tell. */
function sourcesOf(
  state: SchedulerState,
  slab: Slab,
  position: number,
  nodeOf: (entry: Slab["layers"][number]) => number,
): Set<number> {
  const found = new Set<number>();
  const first = slab.inputOffsets[slab.bases[position] as number] as number;
  const last = slab.inputOffsets[slab.bases[position + 1] as number] as number;
  const step = Math.max(1, Math.floor((last - first) / EDGES_PER_LAYER_MAX));
  for (let e = first; e < last; e += step) {
    const input = slab.inputs[e] as number;
    const source = state.slabs.get(state.tasks.slab[input] as number);
    if (source !== undefined) found.add(nodeOf(source.layers[source.layerAt(input)] as Slab["layers"][number]));
  }
  return found;
}
