import type { ClientRecord } from "./client-record.ts";
import type { Departure } from "./departure-table.ts";
import { endIntake, rowsPerTurn } from "./intake.ts";
import { isNeeded, letGoOfHeld, needRows, releaseRows } from "./needs.ts";
import type { SchedulerState } from "./scheduler-state.ts";

/**
 * A client is gone, for good or past its lease: all it wanted is let go, as much of it at a time as fits into a turn. Its name is free
 * at once: a client of the same name that comes from now on is another one, with another number.
 */
export function clientGone(state: SchedulerState, client: ClientRecord): void {
  state.intakes.delete(client);
  // Whoever comes after knows by this that its wants are gone, all of them, so that they are not written down one by one.
  state.ledger.clientGone(client.id);
  state.clients.delete(client.id);
  state.clientByNumber[client.number] = undefined;
  state.out.dropClient(client.number);
  state.log.note({ atMs: state.nowMs, level: "info", about: "client", name: client.id, text: "is gone" });
  state.happenings?.events.push({ kind: "removeClient", client: client.id });
  state.departures.begin(client);
  goOnLettingGo(state);
}

/** Lets go of more of what clients held that are gone, as far as this turn goes. */
export function goOnLettingGo(state: SchedulerState): void {
  const { departures } = state;
  for (const departure of departures.all()) {
    if (!letGo(state, departure)) return;
    departures.end(departure);
    endIntake(state, departure.client);
  }
}

/** @returns whether all is let go of */
function letGo(state: SchedulerState, { client, handles, stack }: Departure): boolean {
  const { departures } = state;
  // While a takeover waits for workers nothing is needed: there are wants to strike out, and no rows to release.
  const most = state.phase === "recovering" ? Number.POSITIVE_INFINITY : rowsPerTurn(state);
  for (;;) {
    departures.looked += releaseRows(state, stack, most - departures.looked);
    if (departures.looked >= most) return false;
    const next = handles.next();
    if (next.done === true) break;
    departures.looked += 1;
    const row = strikeOut(state, client, next.value);
    if (row >= 0) stack.push(row);
  }
  // A submission that was being taken in may have been the one to make needed what others wait for by now.
  const soon = client.intake?.stack ?? [];
  departures.looked += needRows(state, soon, most - departures.looked);
  if (soon.length > 0) return false;
  if (client.intake === undefined) return true;
  departures.looked += letGoOfHeld(state, client.intake, most - departures.looked);
  return client.intake.held.length === 0;
}

/** @returns the row of the handle if nobody needs it any more, else -1; one that was released at its address may be another task's by now */
function strikeOut(state: SchedulerState, client: ClientRecord, handle: number): number {
  const { tasks } = state;
  const row = client.rowOf(handle);
  tasks.wants[row] = state.wants.remove(tasks.wants[row] as number, client.number, handle);
  return isNeeded(state, row) ? -1 : row;
}
