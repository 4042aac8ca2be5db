import { type CulledEdges, cullTable } from "../../runtime/graph/cull.ts";
import { functionsOf } from "../../runtime/graph/evaluate.ts";
import { graphOf, type Want } from "../../runtime/graph/graph.ts";
import { keyPrefix } from "../../runtime/graph/key.ts";
import { type Layer, sourcesOf, taskCount } from "../../runtime/graph/layer.ts";
import { optimizeGraph } from "../../runtime/graph/optimize.ts";
import { orderTasks } from "../../runtime/graph/order.ts";
import { expandGraph, keyOfRow, kindOfRow } from "../../runtime/graph/task-table.ts";

/** What is drawn of a graph. */
export interface PictureOptions {
  /** `tasks`: every task; `plan`: every layer, with how many tasks it has. Default tasks. */
  readonly of?: "tasks" | "plan";
  /**
   * `order` colours tasks by when they run, early to late as violet to yellow; `time` by how long tasks of their kind took in `runs`,
   * short to long, with the mean. Default none.
   */
  readonly color?: "order" | "time" | "none";
  /** What ran, for colour by time: `(await getTaskStream(work)).runs`. What runs is the optimized graph: ask for that one. */
  readonly runs?: readonly TimedRun[];
  /** Draw what will run, after fusion; default false: as it was built. */
  readonly optimize?: boolean;
  /** Which way it grows; default bottom to top, as Dask draws it. */
  readonly direction?: "BT" | "TB" | "LR" | "RL";
}

/** Some tasks of one kind that ran, and how long they took together. */
export interface TimedRun {
  readonly prefix: string;
  readonly durationMs: number;
  readonly count: number;
}

const TASKS_MAX = 2000;

/**
 * A graph in the language of Graphviz.
 * @throws RangeError for more tasks than a picture can show; TypeError for colour by time without `runs`
 */
export function graphDot(wants: readonly Want[], options: PictureOptions = {}): string {
  const { of = "tasks", direction = "BT", optimize = false } = options;
  const built = graphOf(wants);
  const graph = optimize ? optimizeGraph(built) : built;
  const lines = of === "plan" ? planLines(graph.layers) : taskLines(graph, options);
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

function taskLines(graph: Parameters<typeof expandGraph>[0], options: PictureOptions): string[] {
  const table = expandGraph(graph);
  const culled = cullTable(table);
  if (culled.count > TASKS_MAX)
    throw new RangeError(
      `A picture of ${culled.count} tasks shows nothing: draw the layers with { of: "plan" }, or part of the work (at most ${TASKS_MAX} tasks)`,
    );
  const mark = markOf(options, culled);
  const lines: string[] = [];
  for (let row = 0; row < culled.count; row++) {
    const key = keyOfRow(table, culled.rowOf[row] as number);
    const kind = kindOfRow(table, culled.rowOf[row] as number);
    const { part, text } = mark(row, kind) ?? {};
    const fill = part === undefined ? "" : `, fillcolor="${shade(part)}"`;
    const label = text === undefined ? shortName(kind, key) : `${shortName(kind, key)}\n${text}`;
    lines.push(`  n${row} [label=${quoted(label)}, tooltip=${quoted(key)}${fill}];`);
    for (let e = culled.inputOffsets[row] as number; e < (culled.inputOffsets[row + 1] as number); e++)
      lines.push(`  n${culled.inputs[e]} -> n${row};`);
  }
  return lines;
}

/** How a task is marked: its shade, from 0 to 1, and a word. */
type Mark = (row: number, kind: string) => { readonly part: number; readonly text: string } | undefined;

function markOf({ color = "none", runs }: PictureOptions, table: CulledEdges): Mark {
  if (color === "none") return () => undefined;
  if (color === "order") {
    const ranks = orderTasks(table);
    return (row) => ({ part: (ranks[row] as number) / Math.max(1, table.count - 1), text: `${ranks[row]}` });
  }
  if (runs === undefined)
    throw new TypeError('Colour by time needs what ran: { color: "time", runs: (await getTaskStream(work)).runs }');
  const meansMs = meansOf(runs);
  const longestMs = Math.max(...meansMs.values());
  return (_, kind) => {
    const meanMs = meansMs.get(kind);
    return meanMs === undefined ? undefined : { part: meanMs / longestMs, text: `${Number(meanMs.toPrecision(2))} ms` };
  };
}

function meansOf(runs: readonly TimedRun[]): ReadonlyMap<string, number> {
  const sums = new Map<string, { ms: number; count: number }>();
  for (const { prefix, durationMs, count } of runs) {
    const { ms, count: before } = sums.get(prefix) ?? { ms: 0, count: 0 };
    sums.set(prefix, { ms: ms + durationMs, count: before + count });
  }
  return new Map([...sums].map(([prefix, { ms, count }]) => [prefix, ms / Math.max(1, count)]));
}

const labelOf = (layer: Layer): string =>
  [...new Set(functionsOf(layer).map((fn) => fn.name))].reverse().join(" → ") || keyPrefix(layer.name);

/** The name of a task without its token: `sum-3f2…/0/1` is `sum 0,1`. */
const shortName = (kind: string, key: string): string =>
  [kind, key.split("/").slice(1).join(",")].filter(Boolean).join(" ");

/** Early to late: violet, blue, green, yellow, all light enough to read on. */
export function shade(part: number): string {
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

/** A text in the language of Graphviz. */
export const quoted = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
