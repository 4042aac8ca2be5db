import { type Actor, type AnyStateMachine, createActor } from "xstate";
import { InvariantError } from "../base/errors.ts";
import { type BoundChart, type ChartBinding, functionsFor, type RowAction, type RowGuard } from "./bound-chart.ts";
import { type Chart, compileChart, impossiblePair, stateName } from "./chart.ts";

/**
 * The same as `bindChart(compileChart(machine), binding)`, but every row is a real XState actor (about 10 us an event and
 * 4 kB a row). It is the other half of a comparison: a run must leave the same trace with either.
 * @throws TypeError as `bindChart` does
 */
export function runInterpreted<Message = void>(
  machine: AnyStateMachine,
  binding: ChartBinding<Message>,
): BoundChart<Message> {
  const chart = compileChart(machine) as Chart;
  return new InterpretedChart(chart, binding);
}

class InterpretedChart<Message> implements BoundChart<Message> {
  readonly chart: Chart;
  private readonly binding: ChartBinding<Message>;
  private readonly machine: AnyStateMachine;
  private readonly actors = new Map<number, Actor<AnyStateMachine>>();
  private readonly actions: readonly RowAction<Message>[];
  /** The row and message of the event being sent; guards read them, and never send. */
  private current: { readonly row: number; readonly message: Message } | undefined;
  /** Actions that the event being sent has asked for; they run when XState has finished. */
  private asked: number[] = [];

  constructor(chart: Chart, binding: ChartBinding<Message>) {
    this.chart = chart;
    this.binding = binding;
    const guards = functionsFor(chart, "guard", chart.guards, binding.guards ?? {});
    this.actions = functionsFor(chart, "action", chart.actions, binding.actions ?? {});
    this.machine = chart.machine.provide({
      guards: Object.fromEntries(chart.guards.map((name, i) => [name, this.ask(guards[i] as RowGuard<Message>)])),
      actions: Object.fromEntries(chart.actions.map((name, i) => [name, () => void this.asked.push(i)])),
    } as never);
  }

  step(row: number, state: number, event: number, message: Message): number {
    const states = Uint8Array.of(state);
    this.run(states, 0, row, event, message);
    return states[0] as number;
  }

  advance(states: Uint8Array, row: number, event: number, message: Message): number {
    return this.run(states, row, row, event, message);
  }

  private run(states: Uint8Array, at: number, row: number, event: number, message: Message): number {
    const state = states[at] as number;
    const { hits } = this.binding;
    const pair = state * this.chart.events.length + event;
    if (hits !== undefined) hits[pair] = (hits[pair] as number) + 1;
    if (this.chart.kind(state, event) === "impossible") {
      if (this.binding.onImpossible === undefined) throw new InvariantError(impossiblePair(this.chart, state, event));
      this.binding.onImpossible(row, state, event, message);
      return state;
    }
    const actor = this.actorIn(row, state);
    this.asked = [];
    this.current = { row, message };
    actor.send({ type: this.chart.events[event] as string });
    this.current = undefined;
    const asked = this.asked;
    const next = this.chart.stateId(stateName(new Set(actor.getSnapshot()._nodes)));
    states[at] = next;
    for (const action of asked) (this.actions[action] as RowAction<Message>)(row, message);
    return next;
  }

  /** The row's actor; a row that was set to another state, or used anew, gets a new one. */
  private actorIn(row: number, state: number): Actor<AnyStateMachine> {
    const known = this.actors.get(row);
    if (known !== undefined && stateName(new Set(known.getSnapshot()._nodes)) === this.chart.states[state])
      return known;
    known?.stop();
    const snapshot = this.machine.resolveState({ value: this.chart.values[state] } as never);
    const actor = createActor(this.machine, { snapshot: snapshot as never, input: undefined as never });
    actor.start();
    this.actors.set(row, actor);
    return actor;
  }

  private ask(guard: RowGuard<Message>): () => boolean {
    return () => {
      const current = this.current;
      if (current === undefined) throw new InvariantError("guards are asked only while an event is sent");
      return guard(current.row, current.message);
    };
  }
}
