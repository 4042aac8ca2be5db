import { InvariantError } from "../base/errors.ts";
import { type Chart, GUARDED, IGNORED, impossiblePair, STATE_BITS, STATE_MASK } from "./chart.ts";

/** Answers a guard for a row. It must not change anything. */
export type RowGuard<Message> = (row: number, message: Message) => boolean;
/** Carries out one intent of a chart for a row. */
export type RowAction<Message> = (row: number, message: Message) => void;

export interface ChartBinding<Message = void> {
  readonly guards?: Readonly<Record<string, RowGuard<Message>>>;
  readonly actions?: Readonly<Record<string, RowAction<Message>>>;
  /** Told of pairs that must never happen; the row then keeps its state. Without it they throw an InvariantError. */
  readonly onImpossible?: (row: number, state: number, event: number, message: Message) => void;
  /** Counts how often each pair (`state * events.length + event`) was stepped. */
  readonly hits?: Uint32Array | undefined;
}

/** A chart tied to the functions that answer its guards and carry out its actions. */
export interface BoundChart<Message = void> {
  readonly chart: Chart;
  /**
   * The state a row in `state` goes to on `event` (the same one if the pair is ignored); its actions have run on return.
   * Costs a few nanoseconds.
   * @throws InvariantError if the pair is impossible and nobody asked to be told.
   */
  step(row: number, state: number, event: number, message: Message): number;
  /** Like `step` for a row of a column: the new state is written before the actions run, so they see it. */
  advance(states: Uint8Array, row: number, event: number, message: Message): number;
}

/** How a chart is tied to its functions: compiled, or with every row a real XState actor. */
export type BindChart = (chart: Chart, binding: ChartBinding) => BoundChart;

/**
 * Ties a compiled chart to its functions.
 * @throws TypeError naming every guard or action of the chart without a function, and every function the chart does not name.
 * @example
 * const door = bindChart(chart, { actions: { ring: (row) => rung.push(row) } });
 * door.advance(states, row, chart.eventIds["open"]!);
 */
export function bindChart<Message = void>(chart: Chart, binding: ChartBinding<Message>): BoundChart<Message> {
  const guards = functionsFor(chart, "guard", chart.guards, binding.guards ?? {});
  const actions = functionsFor(chart, "action", chart.actions, binding.actions ?? {});
  const runs = chart.sequences.map((names) =>
    names.map((name) => actions[chart.actions.indexOf(name)] as RowAction<Message>),
  );
  const { cells, guardNodes } = chart;
  const eventCount = chart.events.length;
  const hits = binding.hits ?? null;
  if (hits !== null && hits.length !== cells.length)
    throw new RangeError(`hits has ${hits.length} entries, chart "${chart.id}" has ${cells.length} pairs`);

  const resolve = (row: number, state: number, event: number, message: Message): number => {
    const pair = state * eventCount + event;
    if (hits !== null) hits[pair] = (hits[pair] as number) + 1;
    let cell = cells[pair] as number;
    while (cell <= GUARDED) {
      const at = (GUARDED - cell) * 3;
      const guard = guards[guardNodes[at] as number] as RowGuard<Message>;
      cell = guardNodes[guard(row, message) ? at + 1 : at + 2] as number;
    }
    return cell;
  };
  const perform = (run: readonly RowAction<Message>[], row: number, message: Message): void => {
    for (let i = 0; i < run.length; i++) (run[i] as RowAction<Message>)(row, message);
  };
  const stay = (cell: number, row: number, state: number, event: number, message: Message): number => {
    if (cell === IGNORED) return state;
    if (binding.onImpossible === undefined) throw new InvariantError(impossiblePair(chart, state, event));
    binding.onImpossible(row, state, event, message);
    return state;
  };
  return {
    chart,
    step: (row, state, event, message) => {
      const cell = resolve(row, state, event, message);
      if (cell < 0) return stay(cell, row, state, event, message);
      if (cell > STATE_MASK) perform(runs[cell >>> STATE_BITS] as RowAction<Message>[], row, message);
      return cell & STATE_MASK;
    },
    advance: (states, row, event, message) => {
      const state = states[row] as number;
      const cell = resolve(row, state, event, message);
      if (cell < 0) return stay(cell, row, state, event, message);
      const next = cell & STATE_MASK;
      states[row] = next;
      if (cell > STATE_MASK) perform(runs[cell >>> STATE_BITS] as RowAction<Message>[], row, message);
      return next;
    },
  };
}

/** The functions for a chart's names, in the names' order. */
export function functionsFor<F>(
  chart: Chart,
  what: "guard" | "action",
  names: readonly string[],
  given: Readonly<Record<string, F>>,
): F[] {
  const missing = names.filter((name) => given[name] === undefined);
  const extra = Object.keys(given).filter((name) => !names.includes(name));
  if (missing.length > 0) throw new TypeError(`Chart "${chart.id}" has no function for ${what} ${missing.join(", ")}`);
  if (extra.length > 0) throw new TypeError(`Chart "${chart.id}" names no ${what} ${extra.join(", ")}`);
  return names.map((name) => given[name] as F);
}
