import { cullTable } from "../../runtime/graph/cull.ts";
import { functionsOf } from "../../runtime/graph/evaluate.ts";
import { graphOf, type Want } from "../../runtime/graph/graph.ts";
import { keyPrefix } from "../../runtime/graph/key.ts";
import { type Layer, sourcesOf, taskCount } from "../../runtime/graph/layer.ts";
import { optimizeGraph } from "../../runtime/graph/optimize.ts";
import { orderTasks } from "../../runtime/graph/order.ts";
import { expandGraph, keyOfRow } from "../../runtime/graph/task-table.ts";

/** What is drawn of a graph. */
export interface PictureOptions {
  /** `tasks`: every task; `plan`: every layer, with how many tasks it has. Default tasks. */
  readonly of?: "tasks" | "plan";
  /** `order` colours tasks by when they run, early to late as violet to yellow. Default none. */
  readonly color?: "order" | "none";
  /** Draw what will run, after fusion; default false: as it was built. */
  readonly optimize?: boolean;
  /** Which way it grows; default bottom to top, as Dask draws it. */
  readonly direction?: "BT" | "TB" | "LR" | "RL";
}

const TASKS_MAX = 2000;

/**
 * A graph in the language of Graphviz.
 * @throws RangeError for more tasks than a picture can show
 */
export function graphDot(wants: readonly Want[], options: PictureOptions = {}): string {
  const { of = "tasks", direction = "BT", optimize = false } = options;
  const built = graphOf(wants);
  const graph = optimize ? optimizeGraph(built) : built;
  const lines = of === "plan" ? planLines(graph.layers) : taskLines(graph, options.color ?? "none");
  return [
    "digraph {",
    `  rankdir=${direction}; bgcolor="transparent";`,
    '  node [shape=box, style="rounded,filled", fillcolor="#f4f4f8", fontname="Helvetica", fontsize=11];',
    ...lines,
    "}",
  ].join("\n");
}

function planLines(layers: readonly Layer[]): string[] {
  const numbers = new Map(layers.map((layer, at) => [layer.name, at]));
  return layers.flatMap((layer, at) => [
    `  n${at} [label=${quoted(`${labelOf(layer)}\n${layer.grid.join(" × ") || "1"} · ${taskCount(layer)} tasks`)}, tooltip=${quoted(layer.name)}];`,
    ...sourcesOf(layer).map((source) => `  n${numbers.get(source.name)} -> n${at};`),
  ]);
}

function taskLines(graph: Parameters<typeof expandGraph>[0], color: "order" | "none"): string[] {
  const table = expandGraph(graph);
  const culled = cullTable(table);
  if (culled.count > TASKS_MAX)
    throw new RangeError(
      `A picture of ${culled.count} tasks shows nothing: draw the layers with { of: "plan" }, or part of the work (at most ${TASKS_MAX} tasks)`,
    );
  const ranks = color === "order" ? orderTasks(culled) : undefined;
  const lines: string[] = [];
  for (let row = 0; row < culled.count; row++) {
    const key = keyOfRow(table, culled.rowOf[row] as number);
    const rank = ranks?.[row];
    const fill = rank === undefined ? "" : `, fillcolor="${shade(rank / Math.max(1, culled.count - 1))}"`;
    const label = rank === undefined ? shortKey(key) : `${shortKey(key)}\n${rank}`;
    lines.push(`  n${row} [label=${quoted(label)}, tooltip=${quoted(key)}${fill}];`);
    for (let e = culled.inputOffsets[row] as number; e < (culled.inputOffsets[row + 1] as number); e++)
      lines.push(`  n${culled.inputs[e]} -> n${row};`);
  }
  return lines;
}

const labelOf = (layer: Layer): string =>
  [...new Set(functionsOf(layer).map((fn) => fn.name))].reverse().join(" → ") || keyPrefix(layer.name);

/** The name of a task without its token: `sum-3f2…/0/1` is `sum 0,1`. */
function shortKey(key: string): string {
  const [name = "", ...index] = key.split("/");
  return [keyPrefix(name), index.join(",")].filter(Boolean).join(" ");
}

/** Early to late: violet, blue, green, yellow, all light enough to read on. */
function shade(part: number): string {
  const stops = ["#c9b3e6", "#a9c4ea", "#a6dcc0", "#f6e58d"] as const;
  const at = part * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(at));
  const mix = (from: string, to: string, channel: number): number => {
    const [a, b] = [from, to].map((stop) => Number.parseInt(stop.slice(1 + 2 * channel, 3 + 2 * channel), 16));
    return Math.round((a as number) + ((b as number) - (a as number)) * (at - low));
  };
  const channels = [0, 1, 2].map((channel) => mix(stops[low] as string, stops[low + 1] as string, channel));
  return `#${channels.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

const quoted = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
