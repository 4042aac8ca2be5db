import { functionsOf } from "../../runtime/graph/evaluate.ts";
import { type Graph, graphOf, type Want } from "../../runtime/graph/graph.ts";
import { keyPrefix } from "../../runtime/graph/key.ts";
import { type Layer, sourcesOf, taskCount } from "../../runtime/graph/layer.ts";
import { optimizeGraph } from "../../runtime/graph/optimize.ts";

/** Describes what is wanted: a line per layer, as built and as it will run. */
export function explainWants(wants: readonly Want[]): string {
  const built = graphOf(wants);
  const optimised = optimizeGraph(built);
  const gone = new Set(built.layers.map((layer) => layer.name));
  for (const layer of optimised.layers) gone.delete(layer.name);
  const lines = [
    `Built: ${summary(built)}`,
    ...built.layers.map(layerLine),
    "",
    `Runs: ${summary(optimised)}`,
    ...optimised.layers.map(layerLine),
  ];
  if (gone.size > 0) lines.push("", `Fused into the layers that read them: ${[...gone].join(", ")}`);
  return lines.join("\n");
}

function summary(graph: Graph): string {
  const tasks = graph.layers.reduce((sum, layer) => sum + taskCount(layer), 0);
  return `${count(graph.layers.length, "layer")}, ${count(tasks, "task")}`;
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

function layerLine(layer: Layer): string {
  const functions = [...new Set(functionsOf(layer).map((fn) => fn.name))].reverse();
  const from = sourcesOf(layer).map((source) => source.name);
  return [
    `  ${layer.name}`,
    `[${layer.grid.join(" x ")}]`,
    count(taskCount(layer), "task"),
    functions.length === 0 ? layer.kind : `${layer.kind} ${keyPrefix(layer.name)}: ${functions.join(" → ")}`,
    ...(from.length === 0 ? [] : [`reads ${from.join(", ")}`]),
  ].join("  ");
}
