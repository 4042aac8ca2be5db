import type { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import type { SchedulerState } from "../../actors/scheduler/scheduler-state.ts";
import type { FinishedMessage } from "../../runtime/protocol/scheduler-worker.ts";

/** By the number of a kind: what its tasks took together, and how many they were. */
type Learned = Map<number, { us: number; count: number }>;

/**
 * How long tasks take is learned by their kind, where tasks of several kinds are one layer too.
 * @param fail told of what was learned of another kind, or not at all
 */
export function watchEstimates(brain: SchedulerBrain, fail: (error: Error) => void): void {
  const { estimates } = brain.state;
  let learned: Learned = new Map();
  const learn = estimates.learn.bind(estimates);
  estimates.learn = (prefix, us, count) => {
    add(learned, prefix, us, count);
    learn(prefix, us, count);
  };
  const fromWorker = brain["fromWorker"].bind(brain);
  brain["fromWorker"] = (id, incarnation, message, now) => {
    const isHeard = brain.state.workerByName.get(id)?.incarnation === incarnation;
    const told = message.type === "finished" && isHeard ? toldBy(brain.state, message) : new Map();
    learned = new Map();
    fromWorker(id, incarnation, message, now);
    if (written(told) !== written(learned))
      fail(new Error(`${id} tells of ${written(told)}, and learned is ${written(learned)}`));
  };
}

function toldBy(state: SchedulerState, { rows, durationsUs }: FinishedMessage): Learned {
  const told: Learned = new Map();
  rows.forEach((row, i) => {
    const slab = state.slabs.get(state.tasks.slab[row] as number);
    if (slab !== undefined) add(told, slab.prefixOf(row), durationsUs[i] as number, 1);
  });
  return told;
}

function add(learned: Learned, prefix: number, us: number, count: number): void {
  const before = learned.get(prefix) ?? { us: 0, count: 0 };
  learned.set(prefix, { us: before.us + us, count: before.count + count });
}

/** To whole microseconds: sums of the same numbers in another order differ. */
const written = (learned: Learned): string =>
  [...learned]
    .sort(([a], [b]) => a - b)
    .map(([prefix, { us, count }]) => `${count} of kind ${prefix} in ${Math.round(us)} us`)
    .join(", ");
