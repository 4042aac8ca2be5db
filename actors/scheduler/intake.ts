import type { WireWant } from "../../runtime/protocol/client-scheduler.ts";
import type { WireLayer } from "../../runtime/protocol/wire-layer.ts";
import { noteFound } from "./cache-hold.ts";
import type { ClientRecord, Intake, WantedRows } from "./client-record.ts";
import type { LayerRows } from "./ledger-record.ts";
import { letGoOfHeld, needRows } from "./needs.ts";
import { S, type SchedulerState, type TaskFailure } from "./scheduler-state.ts";
import { sizeOf } from "./slab-making.ts";

/** Rows taken in a turn where nothing else is said. */
const ROWS_PER_TURN = 2048;

/** Rows of submissions that are taken in within a turn, and of former clients that are let go of. */
export const rowsPerTurn = ({ options }: SchedulerState): number => options.intakeRows ?? ROWS_PER_TURN;

/** Begins to take wants in; what does not fit into this turn stays with the client. */
export function takeIn(state: SchedulerState, client: ClientRecord, wants: WantedRows[], slabs: number[]): void {
  const intake: Intake = { wants, at: 0, given: 0, stack: [], slabs: new Set(slabs), held: [], wanted: undefined };
  // What is let go of from here on, even in this turn, may be held for it.
  client.intake = intake;
  state.intakes.add(client);
  for (const id of intake.slabs) keep(state, id, 1);
  if (takeSome(state, client, intake)) endIntake(state, client);
}

/** Goes on with the client that has waited longest. @returns the client, once its submission is all taken in */
export function goOnTakingIn(state: SchedulerState): ClientRecord | undefined {
  const [client] = state.intakes;
  if (client?.intake === undefined) return undefined;
  if (!takeSome(state, client, client.intake)) {
    // Others have their turn first.
    state.intakes.delete(client);
    state.intakes.add(client);
    return undefined;
  }
  endIntake(state, client);
  return client;
}

/** The client's submission is all taken in, or nobody wants the rest. */
export function endIntake(state: SchedulerState, client: ClientRecord): void {
  const { intake } = client;
  if (intake === undefined) return;
  client.intake = undefined;
  state.intakes.delete(client);
  for (const id of intake.slabs) keep(state, id, -1);
}

function keep(state: SchedulerState, id: number, by: 1 | -1): void {
  const slab = state.slabs.get(id);
  if (slab === undefined) return;
  slab.readers += by;
  if (slab.readers === 0 && slab.active === 0) state.idleSlabs.push(id);
}

/** @returns whether all is taken in, and nothing is held for it any more */
function takeSome(state: SchedulerState, client: ClientRecord, intake: Intake): boolean {
  const { wants, stack } = intake;
  let left = rowsPerTurn(state);
  for (;;) {
    left -= needRows(state, stack, left);
    if (stack.length > 0) return false;
    const want = wants[intake.at];
    if (want === undefined) {
      letGoOfHeld(state, intake, left);
      return intake.held.length === 0;
    }
    if (left <= 0) return false;
    if (intake.given < want.count) {
      const row = want.rowAt(intake.given);
      if (giveWant(state, client, row, want.handleBase + intake.given)) stack.push(row);
      intake.given += 1;
      left -= 1;
    } else {
      intake.at += 1;
      intake.given = 0;
    }
  }
}

/** @returns whether the row is to become needed by it */
function giveWant(state: SchedulerState, client: ClientRecord, row: number, handle: number): boolean {
  const { tasks } = state;
  if (tasks.wants[row] === 0 && tasks.needers[row] === 0) noteFound(state, row);
  tasks.wants[row] = state.wants.add(tasks.wants[row] as number, client.number, handle);
  const now = tasks.state[row] as number;
  if (now === S.released) return true;
  if (now === S.memory) tellOne(state, client, handle, row);
  else if (now === S.erred)
    state.out.toClient(client.number).erred(handle, (state.failures.get(row) as TaskFailure).error);
  return false;
}

/** A client's handles stand for rows of a layer from now on. */
export function giveHandles(
  client: ClientRecord,
  { indices, layer, handleBase }: WireWant,
  rows: LayerRows,
  layers: readonly WireLayer[],
): WantedRows {
  const count = indices?.length ?? sizeOf(layers[layer] as WireLayer);
  const rowAt = (i: number): number => {
    const at = indices === null ? i : (indices[i] as number);
    return typeof rows === "number" ? rows + at : (rows[at] as number);
  };
  const isRun = indices === null && typeof rows === "number";
  client.give(handleBase, count, isRun ? rows : Uint32Array.from({ length: count }, (_, i) => rowAt(i)));
  return { count, handleBase, rowAt };
}

/** Tells one client where a result lies that was there before it asked. */
export function tellOne(state: SchedulerState, client: ClientRecord, handle: number, row: number): void {
  const { tasks } = state;
  const holder = state.worker(tasks.worker[row] as number).id;
  state.out
    .toClient(client.number)
    .inMemory(handle, row, tasks.attempt[row] as number, tasks.bytes[row] as number, holder, undefined);
}
