import type { AnyStateMachine, AnyStateNode, EventFrom, StateValue } from "xstate";
import { InvariantError, invariant } from "../base/errors.ts";
import { type Configuration, hasEnded, initialStep, microstep, selectTransitions } from "./chart-microstep.ts";
import { checkChart, nameOf, nodesOf, pathOf, refuse } from "./chart-rules.ts";

/** What a (state, event) pair is: an edge, listed as harmless, or a bug in whoever sent the event. */
export type PairKind = "transition" | "ignored" | "impossible";

/** A cell that says the pair must never happen. */
export const IMPOSSIBLE = -1;
/** A cell that says the event means nothing in this state. */
export const IGNORED = -2;
/** Cells at or below this one hold a guard node's index: `GUARDED - cell`. */
export const GUARDED = -3;
/** The low bits of a cell hold the next state, the rest the number of the action sequence. */
export const STATE_BITS = 8;
export const STATE_MASK = 255;
const STATES_MAX = 255;
const GUARDS_MAX = 31;

/**
 * A statechart as a flat table. A row is one byte: the number of its state. Parallel regions are compiled to the product of
 * their states, named "work.idle|want.wanted".
 */
export interface Chart<Event extends string = string> {
  readonly id: string;
  readonly machine: AnyStateMachine;
  /** Every state that can be reached, by number. */
  readonly states: readonly string[];
  readonly events: readonly Event[];
  readonly guards: readonly string[];
  readonly actions: readonly string[];
  /** Numbers of events by name. */
  readonly eventIds: Readonly<Record<Event, number>>;
  readonly initial: number;
  /** Actions that XState would run at start; the owner of a row runs them when it makes one, if they matter. */
  readonly initialActions: readonly string[];
  /** XState's value of every state, for resolveState(). */
  readonly values: readonly StateValue[];
  /** `cells[state * events.length + event]`: an edge, a guard node, IGNORED or IMPOSSIBLE. */
  readonly cells: Int32Array;
  /** Triples (guard, cell when it holds, cell when not). */
  readonly guardNodes: Int32Array;
  /** Action names by sequence number, in the order in which they run. */
  readonly sequences: readonly (readonly string[])[];
  /** State nodes that no sequence of events activates. */
  readonly unreachable: readonly string[];
  /** The number of a state. @throws RangeError if the chart has no such state. */
  stateId(name: string): number;
  /** 1 for every state in which the node at this path ("work.executing") is active. @throws RangeError if there is none. */
  within(path: string): Uint8Array;
  /** 1 for every state in which a node with this tag is active. @throws RangeError if no node has it. */
  tagged(tag: string): Uint8Array;
  kind(state: number, event: number): PairKind;
  /** The edge's cell, IGNORED or IMPOSSIBLE; bit g of `guardBits` is the outcome of guard g. */
  resolve(state: number, event: number, guardBits?: number): number;
  /** The next state (the same one if the pair is ignored). @throws InvariantError if the pair is impossible. */
  next(state: number, event: number, guardBits?: number): number;
}

/**
 * Compiles an XState 5 machine, made with named guards and named actions only, to a flat table (milliseconds, once).
 * Events that a state takes without an edge are listed in its `meta: { ignored: ["late"] }`, or by path in the machine's
 * `meta: { ignored: { "work.idle": ["late"] } }`; all others are impossible there. A pair whose guards all refuse is ignored.
 * @throws ShoalError NOT_SUPPORTED for after, always, invoke, history, context, nested ends, unnamed guards and actions,
 *   more than 255 states or 31 guards, or ignored events that nothing handles.
 * @example
 * const chart = compileChart(createMachine({ initial: "off", states: { off: { on: { flip: "on" } }, on: { on: { flip: "off" } } } }));
 * chart.states[chart.next(chart.initial, chart.eventIds["flip"]!)]; // "on"
 */
export function compileChart<M extends AnyStateMachine>(machine: M): Chart<EventFrom<M>["type"]> {
  checkChart(machine);
  return new ChartCompiler(machine).compile() as Chart<EventFrom<M>["type"]>;
}

/** "on" for { on: … }: the names of the active leaves, "|" between regions. */
export function stateName(configuration: Configuration): string {
  return [...configuration]
    .filter((node) => node.type === "atomic" || node.type === "final")
    .sort((a, b) => a.order - b.order)
    .map(pathOf)
    .join("|");
}

class ChartCompiler {
  private readonly machine: AnyStateMachine;
  private readonly events: string[];
  private readonly ignored: ReadonlyMap<AnyStateNode, ReadonlySet<string>>;
  private readonly guards: string[] = [];
  private readonly guardNodes: number[] = [];
  private readonly sequences: string[][] = [[]];
  private readonly sequenceIds = new Map<string, number>([["", 0]]);
  private readonly stateIds = new Map<string, number>();
  private readonly configurations: Configuration[] = [];

  constructor(machine: AnyStateMachine) {
    this.machine = machine;
    const handled = nodesOf(machine.root).flatMap((node) => [...(node.transitions.keys() as Iterable<string>)]);
    this.events = [...new Set(handled)].filter((event) => event !== "*");
    this.ignored = ignoredEvents(machine, new Set(this.events));
  }

  compile(): Chart {
    const start = initialStep(this.machine.root);
    const initial = this.intern(start.configuration);
    const cells: number[] = [];
    for (let state = 0; state < this.configurations.length; state++)
      for (const event of this.events)
        cells.push(this.cell(this.configurations[state] as Configuration, event, new Map()));
    if (this.guards.length > GUARDS_MAX)
      refuse(this.machine.root, `${this.guards.length} guards`, `a chart has at most ${GUARDS_MAX}`);
    const active = new Set(this.configurations.flatMap((configuration) => [...configuration]));
    return new CompiledChart({
      machine: this.machine,
      configurations: this.configurations,
      stateIds: this.stateIds,
      events: this.events,
      guards: this.guards,
      guardNodes: Int32Array.from(this.guardNodes),
      cells: Int32Array.from(cells),
      sequences: this.sequences,
      initial,
      initialActions: start.actions.map(nameOf) as string[],
      unreachable: nodesOf(this.machine.root)
        .filter((node) => !active.has(node))
        .map(pathOf),
    });
  }

  /** The cell of a pair under the guard outcomes known so far; asks for one more guard at a time. */
  private cell(configuration: Configuration, event: string, known: ReadonlyMap<string, boolean>): number {
    let asked: string | undefined;
    const selected = hasEnded(configuration)
      ? []
      : selectTransitions(this.machine.root, configuration, event, (guard) => {
          const name = nameOf(guard) as string;
          if (!known.has(name)) asked ??= name;
          return known.get(name) ?? false;
        });
    if (asked !== undefined) {
      const guard = this.guardId(asked);
      const holds = this.cell(configuration, event, new Map([...known, [asked, true]]));
      const fails = this.cell(configuration, event, new Map([...known, [asked, false]]));
      return holds === fails ? holds : GUARDED - (this.guardNodes.push(guard, holds, fails) / 3 - 1);
    }
    if (selected.length === 0) {
      const listed = [...configuration].some((node) => this.ignored.get(node)?.has(event));
      return listed || known.size > 0 ? IGNORED : IMPOSSIBLE;
    }
    const step = microstep(configuration, selected);
    return this.intern(step.configuration) | (this.sequenceId(step.actions.map(nameOf) as string[]) << STATE_BITS);
  }

  private intern(configuration: Configuration): number {
    const name = stateName(configuration);
    const known = this.stateIds.get(name);
    if (known !== undefined) return known;
    const id = this.configurations.push(configuration) - 1;
    if (id >= STATES_MAX) refuse(this.machine.root, `more than ${STATES_MAX} states`, "split it into two charts");
    this.stateIds.set(name, id);
    return id;
  }

  private guardId(name: string): number {
    const known = this.guards.indexOf(name);
    return known >= 0 ? known : this.guards.push(name) - 1;
  }

  private sequenceId(names: string[]): number {
    const key = names.join("\0");
    const known = this.sequenceIds.get(key);
    if (known !== undefined) return known;
    const id = this.sequences.push(names) - 1;
    this.sequenceIds.set(key, id);
    return id;
  }
}

/** Node → events that it ignores, from each node's meta and from the machine's by path. */
function ignoredEvents(machine: AnyStateMachine, handled: ReadonlySet<string>): Map<AnyStateNode, Set<string>> {
  const nodes = new Map(nodesOf(machine.root).map((node) => [pathOf(node), node]));
  const ignored = new Map<AnyStateNode, Set<string>>();
  const add = (node: AnyStateNode, events: readonly string[]) => {
    for (const event of events)
      if (!handled.has(event)) refuse(node, `ignored event "${event}"`, "no state of the chart handles it");
    ignored.set(node, new Set([...(ignored.get(node) ?? []), ...events]));
  };
  for (const node of nodes.values()) {
    const list: unknown = node.meta?.ignored;
    if (Array.isArray(list)) add(node, list);
    else if (list !== undefined && node === machine.root)
      for (const [path, events] of Object.entries(list as Record<string, readonly string[]>))
        add(nodes.get(path) ?? refuse(node, `meta.ignored["${path}"]`, "no state has this path"), events);
    else if (list !== undefined) refuse(node, "meta.ignored that is not a list", "list the events");
  }
  return ignored;
}

interface CompiledParts {
  readonly machine: AnyStateMachine;
  readonly configurations: readonly Configuration[];
  readonly stateIds: ReadonlyMap<string, number>;
  readonly events: readonly string[];
  readonly guards: readonly string[];
  readonly guardNodes: Int32Array;
  readonly cells: Int32Array;
  readonly sequences: readonly (readonly string[])[];
  readonly initial: number;
  readonly initialActions: readonly string[];
  readonly unreachable: readonly string[];
}

class CompiledChart implements Chart {
  readonly id: string;
  readonly machine: AnyStateMachine;
  readonly states: readonly string[];
  readonly events: readonly string[];
  readonly guards: readonly string[];
  readonly actions: readonly string[];
  readonly eventIds: Readonly<Record<string, number>>;
  readonly initial: number;
  readonly initialActions: readonly string[];
  readonly values: readonly StateValue[];
  readonly cells: Int32Array;
  readonly guardNodes: Int32Array;
  readonly sequences: readonly (readonly string[])[];
  readonly unreachable: readonly string[];
  private readonly stateIds: ReadonlyMap<string, number>;
  private readonly configurations: readonly Configuration[];

  constructor(parts: CompiledParts) {
    this.id = parts.machine.id;
    this.machine = parts.machine;
    this.states = [...parts.stateIds.keys()];
    this.events = parts.events;
    this.guards = parts.guards;
    this.actions = [...new Set([...parts.initialActions, ...parts.sequences.flat()])];
    this.eventIds = Object.fromEntries(parts.events.map((event, id) => [event, id]));
    this.initial = parts.initial;
    this.initialActions = parts.initialActions;
    this.values = parts.configurations.map((configuration) => stateValue(parts.machine.root, configuration));
    this.cells = parts.cells;
    this.guardNodes = parts.guardNodes;
    this.sequences = parts.sequences;
    this.unreachable = parts.unreachable;
    this.stateIds = parts.stateIds;
    this.configurations = parts.configurations;
  }

  stateId(name: string): number {
    const id = this.stateIds.get(name);
    if (id === undefined)
      throw new RangeError(`Chart "${this.id}" has no state "${name}" (it has ${this.states.join(", ")})`);
    return id;
  }

  within(path: string): Uint8Array {
    return this.mask(`node "${path}"`, (node) => pathOf(node) === path);
  }

  tagged(tag: string): Uint8Array {
    return this.mask(`tag "${tag}"`, (node) => node.tags.includes(tag));
  }

  kind(state: number, event: number): PairKind {
    const cell = this.cells[state * this.events.length + event];
    invariant(cell !== undefined, `state ${state} and event ${event} are numbers of chart "${this.id}"`);
    return cell === IMPOSSIBLE ? "impossible" : cell === IGNORED ? "ignored" : "transition";
  }

  resolve(state: number, event: number, guardBits = 0): number {
    let cell = this.cells[state * this.events.length + event] as number;
    while (cell <= GUARDED) {
      const at = (GUARDED - cell) * 3;
      cell = this.guardNodes[(guardBits >>> (this.guardNodes[at] as number)) & 1 ? at + 1 : at + 2] as number;
    }
    return cell;
  }

  next(state: number, event: number, guardBits = 0): number {
    const cell = this.resolve(state, event, guardBits);
    if (cell >= 0) return cell & STATE_MASK;
    if (cell === IGNORED) return state;
    throw new InvariantError(impossiblePair(this, state, event));
  }

  private mask(what: string, matches: (node: AnyStateNode) => boolean): Uint8Array {
    if (!nodesOf(this.machine.root).some(matches)) throw new RangeError(`Chart "${this.id}" has no ${what}`);
    return Uint8Array.from(this.configurations, (configuration) => ([...configuration].some(matches) ? 1 : 0));
  }
}

/** What an impossible pair breaks, for messages. */
export function impossiblePair(chart: Chart, state: number, event: number): string {
  return `chart "${chart.id}" in state "${chart.states[state]}" never gets "${chart.events[event]}"`;
}

function stateValue(node: AnyStateNode, configuration: Configuration): StateValue {
  const active = (Object.values(node.states) as AnyStateNode[]).filter((child) => configuration.has(child));
  const [only] = active;
  if (node.type === "compound" && only !== undefined && Object.keys(only.states).length === 0) return only.key;
  return Object.fromEntries(active.map((child) => [child.key, stateValue(child, configuration)]));
}
