import { S, type SchedulerState } from "./scheduler-state.ts";
import type { Slab } from "./slab.ts";

/** The graph as it runs: a node is a task while there are few, else all tasks of a layer. */
export interface GraphFigures {
  readonly kind: "tasks" | "layers";
  readonly nodes: readonly GraphNode[];
  /** Positions of nodes: reader after what it reads. */
  readonly edges: readonly (readonly [from: number, to: number])[];
  /** Tasks in the graph, shown or not. */
  readonly total: number;
  readonly isCut: boolean;
}

export interface GraphNode {
  /** A key, or the name of a layer. */
  readonly name: string;
  readonly prefix: string;
  readonly count: number;
  /** Tasks by state, those that are there. */
  readonly states: Readonly<Record<string, number>>;
}

const TASKS_MAX = 150;
const NODES_MAX = 200;
/** Edges looked at for each layer: its tasks read the same layers. */
const EDGES_PER_LAYER_MAX = 2000;

/** What is submitted and not forgotten, newest submissions first where it is too much. O(tasks). */
export function graphFigures(state: SchedulerState): GraphFigures {
  const slabs = [...state.slabs.values()];
  const total = slabs.reduce((sum, slab) => sum + slab.count, 0);
  return total <= TASKS_MAX ? taskGraph(state, slabs, total) : layerGraph(state, slabs, total);
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
      const { prefix } = slab.layers[slab.layerAt(row)] as (typeof slab.layers)[number];
      at.set(row, nodes.length);
      nodes.push({
        name: slab.keyOf(row),
        prefix: state.estimates.names[prefix] as string,
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
  return { kind: "tasks", nodes, edges, total, isCut: false };
}

function layerGraph(state: SchedulerState, slabs: readonly Slab[], total: number): GraphFigures {
  const nodes: GraphNode[] = [];
  const at = new Map<string, number>();
  let isCut = false;
  const newest = [...slabs].sort((a, b) => b.generation - a.generation);
  for (const slab of newest)
    slab.layers.forEach(({ layer, prefix }, position) => {
      if (nodes.length >= NODES_MAX) {
        isCut = true;
        return;
      }
      const first = slab.base + (slab.bases[position] as number);
      const end = slab.base + (slab.bases[position + 1] as number);
      const states: Record<string, number> = {};
      for (let row = first; row < end; row++) {
        const name = stateName(state, row);
        states[name] = (states[name] ?? 0) + 1;
      }
      at.set(`${slab.id}/${position}`, nodes.length);
      nodes.push({ name: layer.name, prefix: state.estimates.names[prefix] as string, count: end - first, states });
    });
  return { kind: "layers", nodes, edges: layerEdges(state, newest, at), total, isCut };
}

function layerEdges(
  state: SchedulerState,
  slabs: readonly Slab[],
  at: ReadonlyMap<string, number>,
): [number, number][] {
  const edges = new Map<string, [number, number]>();
  for (const slab of slabs)
    slab.layers.forEach((_, position) => {
      const to = at.get(`${slab.id}/${position}`);
      if (to === undefined) return;
      const first = slab.inputOffsets[slab.bases[position] as number] as number;
      const last = slab.inputOffsets[slab.bases[position + 1] as number] as number;
      const step = Math.max(1, Math.floor((last - first) / EDGES_PER_LAYER_MAX));
      for (let e = first; e < last; e += step) {
        const input = slab.inputs[e] as number;
        const source = state.slabs.get(state.tasks.slab[input] as number);
        if (source === undefined) continue;
        const from = at.get(`${source.id}/${source.layerAt(input)}`);
        if (from !== undefined && from !== to) edges.set(`${from} ${to}`, [from, to]);
      }
    });
  return [...edges.values()];
}
