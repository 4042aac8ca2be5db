import type { SchedulerState } from "../../actors/scheduler/scheduler-state.ts";

/** A task is given away a few times in its life at most. */
const MOVES_MAX = 12;

/** Nothing goes round and round: how often tasks were given away. */
export class StealWatch {
  count = 0;
  /** By the life of its row. */
  private readonly moves = new Map<string, number>();
  private readonly fail: (error: Error) => void;

  /** @param fail told of a row that was given away too often */
  constructor(fail: (error: Error) => void) {
    this.fail = fail;
  }

  note(state: SchedulerState, rows: Uint32Array): void {
    for (const row of rows) {
      this.count += 1;
      const task = `${state.epoch} ${state.tasks.slab[row]} ${row}`;
      const moves = (this.moves.get(task) ?? 0) + 1;
      this.moves.set(task, moves);
      if (moves > MOVES_MAX) this.fail(new Error(`row ${row} was given away ${moves} times`));
    }
  }
}
