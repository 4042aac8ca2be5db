import type { StateCounts } from "./kept-counts.ts";
import { S, type SchedulerState } from "./scheduler-state.ts";

export const noStates = (): StateCounts => ({ byState: new Float64Array(STATES), done: 0, bytes: 0 });

const STATES = Object.keys(S).length;

/** The rows of a layer whose tasks make several calls. */
interface MixedRows {
  readonly first: number;
  readonly callOf: Uint32Array;
}

/** Counts the rows of a layer by the calls that they make, some nanoseconds each. @param byCall what is added to */
export function countMixedStates(
  state: SchedulerState,
  { first, callOf }: MixedRows,
  byCall: readonly StateCounts[],
): void {
  const { state: states, attempt, bytes } = state.tasks;
  for (let i = 0; i < callOf.length; i++) {
    const into = byCall[callOf[i] as number] as StateCounts;
    const at = states[first + i] as number;
    into.byState[at] = (into.byState[at] as number) + 1;
    if (at === S.memory) into.bytes += bytes[first + i] as number;
    else if (at === S.released && (attempt[first + i] as number) > 0) into.done += 1;
  }
}

/** Counts neighbouring rows, which mostly are in the same state: about a nanosecond each. */
export function countStates(state: SchedulerState, from: number, to: number): StateCounts {
  const { state: states, attempt, bytes } = state.tasks;
  const byState = new Float64Array(STATES);
  let done = 0;
  let held = 0;
  for (let row = from; row < to; ) {
    const [first, at] = [row, states[row] as number];
    do row += 1;
    while (row < to && states[row] === at);
    byState[at] = (byState[at] as number) + row - first;
    if (at === S.memory) for (let i = first; i < row; i++) held += bytes[i] as number;
    else if (at === S.released) for (let i = first; i < row; i++) if ((attempt[i] as number) > 0) done += 1;
  }
  return { byState, done, bytes: held };
}

/** The rows of a layer, all of them; counted anew only where one moved, while somebody watches. @param layer whose rows they are */
export function countLayer(state: SchedulerState, layer: object, [first, end]: readonly [number, number]): StateCounts {
  const count = (): StateCounts => countStates(state, first, end);
  return state.layerCounts?.of(layer, [first, end], count) ?? count();
}

/** @param into is added to */
export function addCounts(into: StateCounts, { byState, done, bytes }: StateCounts): void {
  for (let at = 0; at < STATES; at++) into.byState[at] = (into.byState[at] as number) + (byState[at] as number);
  into.done += done;
  into.bytes += bytes;
}
