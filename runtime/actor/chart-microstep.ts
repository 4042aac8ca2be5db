import type { AnyStateNode } from "xstate";

/** The part of XState's transition definition that a microstep needs. */
export interface ChartTransition {
  readonly source: AnyStateNode;
  readonly target: readonly AnyStateNode[] | undefined;
  readonly guard?: unknown;
  readonly actions: readonly unknown[];
  readonly reenter: boolean;
}

/** Active state nodes, ancestors included. */
export type Configuration = ReadonlySet<AnyStateNode>;

export interface Microstep {
  readonly configuration: Configuration;
  /** Exit, transition and entry actions as the definition holds them, in XState's order. */
  readonly actions: readonly unknown[];
}

/**
 * The transitions an event enables, innermost first in every region.
 * `ask` answers a guard; it is called in the order in which XState evaluates guards.
 */
export function selectTransitions(
  node: AnyStateNode,
  configuration: Configuration,
  event: string,
  ask: (guard: unknown) => boolean,
): ChartTransition[] {
  const inner = childrenOf(node)
    .filter((child) => configuration.has(child))
    .flatMap((child) => selectTransitions(child, configuration, event, ask));
  if (inner.length > 0) return inner;
  const own = candidatesOf(node, event).find((candidate) => candidate.guard === undefined || ask(candidate.guard));
  return own === undefined ? [] : [own];
}

/**
 * One microstep of the SCXML algorithm as XState 5 runs it: conflicts removed, states left from the last to the first in
 * document order, transition actions, states entered from the first to the last.
 * @see https://www.w3.org/TR/scxml/#AlgorithmforSCXMLInterpretation
 */
export function microstep(configuration: Configuration, selected: readonly ChartTransition[]): Microstep {
  const transitions = withoutConflicts(selected, configuration);
  const next = new Set(configuration);
  const actions: unknown[] = [];
  for (const node of exitSet(transitions, configuration).sort((a, b) => b.order - a.order)) {
    actions.push(...node.exit);
    next.delete(node);
  }
  for (const transition of transitions) actions.push(...transition.actions);
  const { entered, byDefault } = entrySet(transitions);
  for (const node of [...entered].sort((a, b) => a.order - b.order)) {
    next.add(node);
    actions.push(...node.entry);
    if (byDefault.has(node)) actions.push(...node.initial.actions);
  }
  if (hasEnded(next)) for (const node of [...next].sort((a, b) => b.order - a.order)) actions.push(...node.exit);
  return { configuration: next, actions };
}

/** The configuration a machine starts in, and the actions that its start runs. */
export function initialStep(root: AnyStateNode): Microstep {
  const entry: EntrySet = { entered: new Set([root]), byDefault: new Set([root]) };
  enterDescendants(root, entry);
  const nodes = [...entry.entered].sort((a, b) => a.order - b.order);
  const actions = nodes.flatMap((node) => [
    ...node.entry,
    ...(entry.byDefault.has(node) ? (node.initial.actions as unknown[]) : []),
  ]);
  return { configuration: new Set(nodes), actions };
}

/** True when a final state of the root is active: such a machine has stopped and takes no event. */
export function hasEnded(configuration: Configuration): boolean {
  return [...configuration].some((node) => node.type === "final");
}

export const childrenOf = (node: AnyStateNode): AnyStateNode[] => Object.values(node.states) as AnyStateNode[];

function candidatesOf(node: AnyStateNode, event: string): ChartTransition[] {
  const transitions = node.transitions as ReadonlyMap<string, ChartTransition[]>;
  return [...(transitions.get(event) ?? []), ...(event === "*" ? [] : (transitions.get("*") ?? []))];
}

function withoutConflicts(selected: readonly ChartTransition[], configuration: Configuration): ChartTransition[] {
  const kept = new Set<ChartTransition>();
  for (const transition of selected) {
    const exits = new Set(exitSet([transition], configuration));
    const rivals = [...kept].filter((other) => exitSet([other], configuration).some((node) => exits.has(node)));
    if (!rivals.every((other) => isBelow(transition.source, other.source))) continue;
    for (const rival of rivals) kept.delete(rival);
    kept.add(transition);
  }
  return [...kept];
}

function exitSet(transitions: readonly ChartTransition[], configuration: Configuration): AnyStateNode[] {
  const left = new Set<AnyStateNode>();
  for (const transition of transitions) {
    if (transition.target === undefined || transition.target.length === 0) continue;
    const domain = domainOf(transition);
    if (domain !== undefined && transition.reenter && transition.source === domain) left.add(domain);
    for (const node of configuration) if (isBelow(node, domain)) left.add(node);
  }
  return [...left];
}

interface EntrySet {
  readonly entered: Set<AnyStateNode>;
  /** Nodes whose `initial` actions run, too. */
  readonly byDefault: Set<AnyStateNode>;
}

function entrySet(transitions: readonly ChartTransition[]): EntrySet {
  const entry: EntrySet = { entered: new Set(), byDefault: new Set() };
  for (const transition of transitions) {
    const domain = domainOf(transition);
    for (const target of transition.target ?? []) {
      if (transition.source !== target || transition.source !== domain || transition.reenter) {
        entry.entered.add(target);
        entry.byDefault.add(target);
      }
      enterDescendants(target, entry);
    }
    const border = transition.source.parent === undefined && transition.reenter ? undefined : domain;
    for (const target of transition.target ?? []) {
      const ancestors = ancestorsOf(target, domain);
      if (domain?.type === "parallel") ancestors.push(domain);
      enterAncestors(ancestors, border, entry);
    }
  }
  return entry;
}

function enterDescendants(node: AnyStateNode, entry: EntrySet): void {
  if (node.type === "compound") {
    const first = node.initial.target[0] as AnyStateNode;
    entry.entered.add(first);
    entry.byDefault.add(first);
    enterDescendants(first, entry);
    enterAncestors(ancestorsOf(first, node), undefined, entry);
  } else if (node.type === "parallel")
    for (const child of childrenOf(node))
      if (![...entry.entered].some((other) => isBelow(other, child))) {
        entry.entered.add(child);
        entry.byDefault.add(child);
        enterDescendants(child, entry);
      }
}

function enterAncestors(ancestors: AnyStateNode[], border: AnyStateNode | undefined, entry: EntrySet): void {
  for (const ancestor of ancestors) {
    if (border === undefined || isBelow(ancestor, border)) entry.entered.add(ancestor);
    if (ancestor.type !== "parallel") continue;
    for (const child of childrenOf(ancestor))
      if (![...entry.entered].some((other) => isBelow(other, child))) {
        entry.entered.add(child);
        enterDescendants(child, entry);
      }
  }
}

/** The node inside which a transition happens; undefined when it leaves the root itself. */
function domainOf(transition: ChartTransition): AnyStateNode | undefined {
  const { source, reenter } = transition;
  const targets = transition.target ?? [];
  if (!reenter && targets.every((target) => target === source || isBelow(target, source))) return source;
  const rest = [...targets, source];
  const head = rest.shift() as AnyStateNode;
  const shared = ancestorsOf(head, undefined).find((ancestor) => rest.every((node) => isBelow(node, ancestor)));
  if (shared !== undefined) return shared;
  return reenter ? undefined : (source.machine.root as AnyStateNode);
}

function ancestorsOf(node: AnyStateNode, upTo: AnyStateNode | undefined): AnyStateNode[] {
  const found: AnyStateNode[] = [];
  if (node === upTo) return found;
  for (let at = node.parent as AnyStateNode | undefined; at !== undefined && at !== upTo; at = at.parent)
    found.push(at);
  return found;
}

/** True for proper descendants; everything is below the undefined node above the root. */
function isBelow(node: AnyStateNode, above: AnyStateNode | undefined): boolean {
  let at: AnyStateNode = node;
  while (at.parent !== undefined && at.parent !== above) at = at.parent;
  return at.parent === above;
}
