import { type Layer, sourcesOf, taskCount } from "../../../runtime/graph/layer.ts";
import { isIndexName } from "../schema.ts";
import { type Step, stepsBelow } from "./step.ts";

/** One line a layer, sources first: its tasks, and the steps that each runs as one plan of the engine. */
export function explainLayers(root: Layer): string[] {
  const seen = new Map<string, Layer>();
  const visit = (layer: Layer): void => {
    if (seen.has(layer.name)) return;
    for (const source of sourcesOf(layer)) visit(source);
    seen.set(layer.name, layer);
  };
  visit(root);
  return [...seen.values()].map((layer) => `${layer.name}: ${taskCount(layer)} × ${work(layer)}`);
}

function work(layer: Layer): string {
  if (layer.kind === "data" || layer.kind === "held") return `${layer.kind} in hand`;
  const call = layer.kind === "blockwise" ? layer.call : layer.calls.at(-1);
  const [first] = call?.args ?? [];
  if (call?.fn.name !== "runPlan" || first?.kind !== "literal") return call?.fn.name ?? layer.kind;
  return showStep(first.value as Step);
}

function showStep(step: Step): string {
  const below = stepsBelow(step).map(showStep);
  if (step.op === "input") return `input ${step.at}`;
  if (step.op === "read")
    return `read ${step.reader.format} [${step.fields
      .map(({ name }) => name)
      .filter((name) => !isIndexName(name))
      .join(", ")}]`;
  return below.length === 1 ? `${below[0]} → ${step.op}` : `(${below.join(" | ")}) → ${step.op}`;
}
