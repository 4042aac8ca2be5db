import type { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import { FLAG, type SchedulerState } from "../../actors/scheduler/scheduler-state.ts";

/** Somebody watches every so many-th row. */
const WATCHED_EVERY = 8;

/** What one scheduler has to tell of rows that somebody watches, at the end of the turn. */
interface ToTell {
  readonly state: SchedulerState;
  steps: { readonly row: number; readonly chartState: number }[];
}

/** Whoever watches a task is told of every step of it, in order, as long as it is known. */
export class ToldWatch {
  /** Whose turn ends now. */
  private telling: ToTell | undefined;

  watch(brain: SchedulerBrain, fail: (error: Error) => void): void {
    const { state } = brain;
    const toTell: ToTell = { state, steps: [] };
    const move = state.move.bind(state);
    state.move = (row, event) => {
      const { flags, state: states } = state.tasks;
      if (row % WATCHED_EVERY === 0) flags[row] = (flags[row] as number) | FLAG.watched;
      const before = states[row];
      const after = move(row, event);
      if (after !== before && row % WATCHED_EVERY === 0) toTell.steps.push({ row, chartState: after });
      return after;
    };
    const endTurn = brain.endTurn.bind(brain);
    brain.endTurn = (output) => {
      this.telling = toTell;
      endTurn(output);
      this.telling = undefined;
      const untold = toTell.steps.find(({ row }) => keyOf(state, row) !== undefined);
      if (untold !== undefined) fail(new Error(`row ${untold.row} is watched, and nobody is told what it did`));
      toTell.steps = [];
    };
  }

  /** A scheduler tells of a watched task. @throws Error if that is not what it did next */
  hear(key: string, chartState: string): void {
    const { state, steps } = this.telling as ToTell;
    const at = steps.findIndex(({ row }) => keyOf(state, row) !== undefined);
    const [next] = steps.splice(0, at + 1).slice(-1);
    const name = next && state.chart.chart.states[next.chartState];
    if (next === undefined || keyOf(state, next.row) !== key || name !== chartState)
      throw new Error(`${key} is told to be ${chartState}: row ${next?.row} is ${name}`);
  }
}

const keyOf = (state: SchedulerState, row: number): string | undefined =>
  state.slabs.has(state.tasks.slab[row] as number) ? state.slabOf(row).keyOf(row) : undefined;
