import type { AnyStateMachine, AnyStateNode } from "xstate";
import { ShoalError } from "../base/errors.ts";
import { type ChartTransition, childrenOf } from "./chart-microstep.ts";

/**
 * Refuses, by name, what a chart whose rows are table entries cannot hold: time (`after`), chains (`always`), child actors
 * (`invoke`), memory (`history`), data (`context`), nested ends (`onDone`), and anything without a name.
 * @throws ShoalError NOT_SUPPORTED naming the state and the construct.
 */
export function checkChart(machine: AnyStateMachine): void {
  if (machine.config.context !== undefined)
    refuse(machine.root, "context", "keep facts in the row's columns and read them in guards");
  for (const node of nodesOf(machine.root)) checkNode(node, machine);
}

/** Every node of a chart in document order, the root first. */
export function nodesOf(root: AnyStateNode): AnyStateNode[] {
  return [root, ...childrenOf(root).flatMap(nodesOf)];
}

/** The node's path such as "work.executing"; the root's is "". */
export const pathOf = (node: AnyStateNode): string => node.path.join(".");

/** The name of a guard or an action as the chart writes it. */
export function nameOf(reference: unknown): string | undefined {
  if (typeof reference === "string") return reference;
  const named = reference as { type?: unknown; params?: unknown } | undefined;
  if (typeof reference === "object" && typeof named?.type === "string" && named.params === undefined) return named.type;
  return undefined;
}

export function refuse(node: AnyStateNode, construct: string, instead: string): never {
  throw new ShoalError(
    `State "${pathOf(node) || "(root)"}" of chart "${node.machine.id}" uses ${construct}, which a compiled chart cannot hold: ${instead}`,
    { code: "NOT_SUPPORTED", details: { chart: node.machine.id, state: pathOf(node), construct } },
  );
}

function checkNode(node: AnyStateNode, machine: AnyStateMachine): void {
  if (node.type === "history") refuse(node, "history", "name the state to return to");
  if (node.after.length > 0) refuse(node, "after", "let a timer of the shell send an event");
  if ((node.always?.length ?? 0) > 0) refuse(node, "always", "put the guard on the event that leads here");
  if (node.invoke.length > 0) refuse(node, "invoke", "start the work in an action");
  if (node.type === "final" && (node.parent !== machine.root || machine.root.type !== "compound"))
    refuse(node, "a nested final state", "only the root may end; send an event instead");
  if (pathOf(node).includes("|")) refuse(node, '"|" in a name', "it separates the regions of a state's name");
  checkActions(node, "entry", node.entry, machine);
  checkActions(node, "exit", node.exit, machine);
  if (node.type === "compound") checkActions(node, "initial", node.initial.actions, machine);
  for (const [event, transitions] of node.transitions as ReadonlyMap<string, ChartTransition[]>)
    checkTransitions(node, event, transitions, machine);
}

function checkTransitions(
  node: AnyStateNode,
  event: string,
  transitions: readonly ChartTransition[],
  machine: AnyStateMachine,
): void {
  if (event.startsWith("xstate.")) refuse(node, `the event ${event}`, "onDone and route have no place in a flat table");
  if (event !== "*" && event.includes("*")) refuse(node, `the partial wildcard ${event}`, "list the events");
  for (const { guard, actions } of transitions) {
    if (guard !== undefined && nameOf(guard) === undefined)
      refuse(node, `an unnamed guard on ${event}`, "name it in setup(), without parameters");
    checkActions(node, event, actions, machine);
  }
}

function checkActions(node: AnyStateNode, at: string, actions: readonly unknown[], machine: AnyStateMachine): void {
  for (const action of actions) {
    const name = nameOf(action);
    if (name === undefined) refuse(node, `an unnamed action on ${at}`, "name it in setup(), without parameters");
    const implementation: unknown = machine.implementations.actions[name];
    if (typeof implementation === "function" && "resolve" in implementation)
      refuse(node, `the built-in action "${name}" on ${at}`, "an action is an intent that the row's owner carries out");
  }
}
