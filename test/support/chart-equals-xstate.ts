import assert from "node:assert/strict";
import { type AnyMachineSnapshot, type AnyStateMachine, initialTransition, transition } from "xstate";
import { bindChart } from "../../runtime/actor/bound-chart.ts";
import { type Chart, compileChart, IGNORED, IMPOSSIBLE, STATE_BITS, STATE_MASK } from "../../runtime/actor/chart.ts";
import { Random } from "../../runtime/base/random.ts";

export interface ChartComparison {
  readonly chart: Chart;
  /** (state, event, guard outcome) triples compared. */
  readonly triples: number;
  readonly walkSteps: number;
}

const GUARD_OUTCOMES_MAX = 256;

/**
 * Compiles a machine and demands that the table does what XState does: next state and ordered actions, on every
 * (state, event, guard outcome) triple and on random walks of a bound chart beside a running machine.
 */
export function assertChartEqualsXState(machine: AnyStateMachine, walks = 20, stepsPerWalk = 50): ChartComparison {
  const chart = compileChart(machine) as Chart;
  let outcome = 0;
  const provided = machine.provide({
    guards: Object.fromEntries(chart.guards.map((name, bit) => [name, () => ((outcome >>> bit) & 1) === 1])),
    actions: Object.fromEntries(chart.actions.map((name) => [name, () => {}])),
  } as never) as AnyStateMachine;
  const [start, startActions] = initialTransition(provided);
  assert.deepEqual(chart.values[chart.initial], start.value, `${chart.id}: initial state`);
  assert.deepEqual(chart.initialActions, typesOf(startActions), `${chart.id}: initial actions`);
  const triples = compareTriples(chart, provided, (bits) => {
    outcome = bits;
  });
  const random = new Random(7);
  for (let walk = 0; walk < walks && chart.events.length > 0; walk++)
    compareWalk(chart, provided, start, random, stepsPerWalk, (bits) => {
      outcome = bits;
    });
  return { chart, triples, walkSteps: walks * stepsPerWalk };
}

function compareTriples(chart: Chart, machine: AnyStateMachine, setOutcome: (bits: number) => void): number {
  let triples = 0;
  const random = new Random(chart.cells.length);
  const all = 2 ** chart.guards.length;
  for (let state = 0; state < chart.states.length; state++) {
    const snapshot = machine.resolveState({ value: chart.values[state] } as never);
    for (let event = 0; event < chart.events.length; event++)
      for (let i = 0; i < Math.min(all, GUARD_OUTCOMES_MAX); i++) {
        const bits = all <= GUARD_OUTCOMES_MAX ? i : random.below(all);
        setOutcome(bits);
        const [after, actions] = send(machine, snapshot, chart.events[event] as string);
        const where = `${chart.id}: ${chart.states[state]} × ${chart.events[event]}, guards ${bits.toString(2)}`;
        compareCell(chart, state, chart.resolve(state, event, bits), after, typesOf(actions), where);
        triples += 1;
      }
  }
  return triples;
}

function compareCell(
  chart: Chart,
  state: number,
  cell: number,
  after: AnyMachineSnapshot,
  actions: readonly string[],
  where: string,
): void {
  const stays = cell === IGNORED || cell === IMPOSSIBLE;
  assert.deepEqual(chart.values[stays ? state : cell & STATE_MASK], after.value, `${where}: next state`);
  assert.deepEqual(stays ? [] : chart.sequences[cell >>> STATE_BITS], actions, `${where}: actions`);
}

function compareWalk(
  chart: Chart,
  machine: AnyStateMachine,
  start: AnyMachineSnapshot,
  random: Random,
  steps: number,
  setOutcome: (bits: number) => void,
): void {
  const ran: string[] = [];
  let bits = 0;
  const bound = bindChart(chart, {
    guards: Object.fromEntries(chart.guards.map((name, bit) => [name, () => ((bits >>> bit) & 1) === 1])),
    actions: Object.fromEntries(chart.actions.map((name) => [name, () => void ran.push(name)])),
    onImpossible: () => {},
  });
  let snapshot = start;
  let state = chart.initial;
  for (let i = 0; i < steps; i++) {
    const event = random.below(chart.events.length);
    setOutcome((bits = random.below(2 ** chart.guards.length)));
    ran.length = 0;
    const where = `${chart.id}: walk step ${i}, ${chart.states[state]} × ${chart.events[event]}`;
    const [after, actions] = send(machine, snapshot, chart.events[event] as string);
    state = bound.step(0, state, event);
    snapshot = after;
    assert.deepEqual(chart.values[state], snapshot.value, `${where}: next state`);
    assert.deepEqual(ran, typesOf(actions), `${where}: actions`);
  }
}

/** What a running actor does with an event: one that has ended takes none, which `transition()` leaves to its caller. */
function send(machine: AnyStateMachine, snapshot: AnyMachineSnapshot, type: string): ReturnType<typeof transition> {
  if (snapshot.status === "done") return [snapshot, []];
  return transition(machine, snapshot, { type } as never);
}

const typesOf = (actions: readonly { type: string }[]): string[] => actions.map(({ type }) => type);
