import type { Intake } from "./client-record.ts";
import { RowBits } from "./row-bits.ts";
import { S, type SchedulerState } from "./scheduler-state.ts";

/**
 * Whether a row that nobody needs is held for a submission that is being taken in, and whose futures for it, or readers of it, are
 * still to come: what is made would be let go of and made again, what runs recalled and run again, what failed tried again.
 */
export function isHeldForIntake(state: SchedulerState, row: number): boolean {
  const { intakes, tasks } = state;
  if (intakes.size === 0) return false;
  const now = tasks.state[row] as number;
  if (now === S.released || now === S.forgotten) return false;
  for (const { intake } of intakes) {
    if (intake === undefined || (intake.at === intake.wants.length && intake.stack.length === 0)) continue;
    if (!wantedBy(state, intake).has(row) && !isReadSoon(state, intake, row)) continue;
    tasks.needers[row] = (tasks.needers[row] as number) + 1;
    intake.held.push(row);
    return true;
  }
  return false;
}

/** The rows of all its wants, as a set. A row whose turn has been is needed, or was released by its client. */
function wantedBy({ tasks }: SchedulerState, intake: Intake): RowBits {
  if (intake.wanted !== undefined) return intake.wanted;
  const rows = new Uint32Array(intake.wants.reduce((sum, { count }) => sum + count, 0));
  let at = 0;
  for (const { count, rowAt } of intake.wants)
    for (let i = 0; i < count; i++) {
      const row = rowAt(i);
      // A block that its client does not hold has no row.
      if (row < tasks.state.length) rows[at++] = row;
    }
  intake.wanted = new RowBits(rows.subarray(0, at));
  return intake.wanted;
}

function isReadSoon(state: SchedulerState, intake: Intake, row: number): boolean {
  const slab = state.slabOf(row);
  if (slab.outs.length > 0) {
    const at = row - slab.base;
    for (let e = slab.outOffsets[at] as number; e < (slab.outOffsets[at + 1] as number); e++)
      if (isToCome(state, intake, slab.outs[e] as number)) return true;
  }
  for (const dependent of state.laterDependents.get(row) ?? []) if (isToCome(state, intake, dependent)) return true;
  return false;
}

/** Whether a row is still to become needed by a submission; one that ran before, and was let go of, only where it is wanted itself. */
function isToCome(state: SchedulerState, intake: Intake, row: number): boolean {
  const { tasks } = state;
  if (tasks.state[row] !== S.released) return false;
  return tasks.attempt[row] === 0 ? intake.slabs.has(state.slabOf(row).id) : wantedBy(state, intake).has(row);
}
