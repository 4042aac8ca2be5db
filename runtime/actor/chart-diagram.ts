import type { AnyStateMachine, AnyStateNode } from "xstate";
import { type ChartTransition, childrenOf } from "./chart-microstep.ts";
import { nameOf, nodesOf, pathOf } from "./chart-rules.ts";

/**
 * A Mermaid state diagram of a machine, for docs: regions, entry and exit actions, and every edge as
 * `event [guard] / actions`.
 * @see https://mermaid.js.org/syntax/stateDiagram.html
 */
export function chartToMermaid(machine: AnyStateMachine): string {
  const root = machine.root as AnyStateNode;
  const edges = nodesOf(root).flatMap((node) => edgesOf(node));
  return ["stateDiagram-v2", ...bodyOf(root, "  "), ...edges.map((edge) => `  ${edge}`)].join("\n");
}

function bodyOf(node: AnyStateNode, indent: string): string[] {
  const children = childrenOf(node);
  const lines: string[] = [];
  if (node.type === "compound") lines.push(`${indent}[*] --> ${idOf(node.initial.target[0] as AnyStateNode)}`);
  for (const [at, child] of children.entries()) {
    if (node.type === "parallel" && at > 0) lines.push(`${indent}--`);
    lines.push(`${indent}state "${[child.key, ...notesOf(child)].join("\\n")}" as ${idOf(child)}`);
    if (childrenOf(child).length > 0)
      lines.push(`${indent}state ${idOf(child)} {`, ...bodyOf(child, `${indent}  `), `${indent}}`);
    if (child.type === "final") lines.push(`${indent}${idOf(child)} --> [*]`);
  }
  return lines;
}

function notesOf(node: AnyStateNode): string[] {
  return [
    ...node.entry.map((action) => `entry / ${nameOf(action)}`),
    ...node.exit.map((action) => `exit / ${nameOf(action)}`),
  ];
}

function edgesOf(node: AnyStateNode): string[] {
  const byEvent = [...(node.transitions as ReadonlyMap<string, ChartTransition[]>)];
  return byEvent.flatMap(([event, transitions]) =>
    transitions.flatMap((transition) => {
      const targets = transition.target ?? [node];
      return targets.map((target) => `${idOf(node)} --> ${idOf(target)} : ${labelOf(event, transition)}`);
    }),
  );
}

function labelOf(event: string, { guard, actions }: ChartTransition): string {
  const condition = guard === undefined ? "" : ` [${nameOf(guard)}]`;
  return `${event}${condition}${actions.length === 0 ? "" : ` / ${actions.map(nameOf).join(", ")}`}`;
}

/** Mermaid's ids hold no dots; the root is drawn as a state of the machine's name only when an edge names it. */
function idOf(node: AnyStateNode): string {
  return (pathOf(node) || node.machine.id).replace(/[^A-Za-z0-9]/g, "_");
}
