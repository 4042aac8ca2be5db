import type {
  ClientShare,
  FromClient,
  HandleRuns,
  ToClient,
  WorkerSummary,
} from "../../runtime/protocol/client-scheduler.ts";
import { ClientRecord } from "./client-record.ts";
import { giveShare } from "./client-share.ts";
import { cancelledError } from "./failures.ts";
import { tellOne } from "./intake.ts";
import type { SlabPlace } from "./ledger-record.ts";
import { isLeaving } from "./membership.ts";
import { arrive, failRow, need, releaseIfUnneeded, waitForInputs } from "./needs.ts";
import { E, FLAG, S, type SchedulerState, type TaskFailure } from "./scheduler-state.ts";
import type { Slab } from "./slab.ts";
import { insertSlab } from "./slab-making.ts";

/** Client sessions: what a client wants, lets go, brings along and takes back. */

/** A client appears, or appears again: its session and what it wanted stand. */
export function clientHello(
  state: SchedulerState,
  id: string,
  hello: number,
  now: number,
  version: string,
  share: ClientShare = {},
): ClientRecord {
  let client = state.clients.get(id);
  if (client === undefined) {
    client = new ClientRecord(id, state.clientByNumber.length, now);
    state.clientByNumber.push(client);
    state.clients.set(id, client);
    state.ledger.clientCame(id, share);
    state.log.note({ atMs: now, level: "info", about: "client", name: id, text: "came" });
    state.happenings?.events.push({ kind: "addClient", client: id });
  }
  client.lastSeenMs = now;
  giveShare(state, client, share);
  state.out
    .toClient(client.number)
    .say({ type: "clientWelcome", hello, epoch: state.epoch, version, workers: workerSummaries(state) });
  return client;
}

export function workerSummaries(state: SchedulerState): WorkerSummary[] {
  // One that leaves is given nothing new, by clients either.
  const there = [...state.workerByName.values()].filter((worker) => !isLeaving(worker));
  return there.map(({ id, incarnation, slots, pid, host }) => ({ id, incarnation, slots, pid, host }));
}

/** Every client hears who is there. */
export function tellWorkers(state: SchedulerState): void {
  const message: ToClient = { type: "workers", workers: workerSummaries(state) };
  for (const client of state.clients.values()) state.out.toClient(client.number).say(message);
}

/** A client lets go of futures: what nobody else needs is released. */
export function releaseHandles(state: SchedulerState, client: ClientRecord, runs: HandleRuns): void {
  for (let i = 0; i + 1 < runs.length; i += 2)
    for (let handle = runs[i] as number, end = handle + (runs[i + 1] as number); handle < end; handle++)
      releaseHandle(state, client, handle);
}

function releaseHandle(state: SchedulerState, client: ClientRecord, handle: number): void {
  const row = client.take(handle);
  if (row < 0) return;
  const { tasks } = state;
  state.ledger.released(client.id, handle);
  tasks.wants[row] = state.wants.remove(tasks.wants[row] as number, client.number, handle);
  releaseIfUnneeded(state, row);
}

/** After a broken link the client says which futures it holds; it is told how each of them stands. */
export function resume(state: SchedulerState, client: ClientRecord, runs: HandleRuns): void {
  const held = new Set<number>();
  for (let i = 0; i + 1 < runs.length; i += 2)
    for (let handle = runs[i] as number, end = handle + (runs[i + 1] as number); handle < end; handle++)
      held.add(handle);
  for (const handle of [...client.handles()]) if (!held.has(handle)) releaseHandle(state, client, handle);
  for (const handle of held) {
    const row = client.rowOf(handle);
    if (row < 0) state.out.toClient(client.number).erred(handle, client.whyUnknown(handle));
    else tellStanding(state, client, handle, row);
  }
}

function tellStanding(state: SchedulerState, client: ClientRecord, handle: number, row: number): void {
  const now = state.tasks.state[row];
  if (now === S.memory) tellOne(state, client, handle, row);
  else if (now === S.erred)
    state.out.toClient(client.number).erred(handle, (state.failures.get(row) as TaskFailure).error);
  else state.out.toClient(client.number).lost(handle);
}

/** Data that a client put on workers becomes tasks without a recipe. */
export function scattered(
  state: SchedulerState,
  client: ClientRecord,
  message: FromClient & { type: "scattered" },
): void {
  const count = message.handles.length;
  const out = state.out.toClient(client.number);
  out.say({ type: "accepted", request: message.request, tasks: count });
  if (message.request <= client.requestMax) return;
  client.requestMax = message.request;
  const place: SlabPlace = {
    slab: state.nextSlab,
    base: state.tasks.allocate(count),
    count,
    generation: state.generations,
    since: state.attempts,
    firstLayer: state.nextLayer,
    reads: [],
  };
  const { base } = place;
  const name = `scatter-${client.id}-${message.handles[0]}`;
  client.own(insertScattered(state, place, name, message.keys));
  message.handles.forEach((handle, i) => {
    const row = base + i;
    client.give(handle, 1, row);
    state.tasks.wants[row] = state.wants.add(0, client.number, handle);
    adoptScattered(state, row, message, i, `${client.id}/${handle}`);
  });
  state.ledger.scattered(() => ({
    kind: "scatter",
    client: client.id,
    request: message.request,
    name,
    keys: message.keys,
    handles: message.handles,
    bytes: message.bytes,
    workers: message.workers.map((worker) => (state.workerByName.has(worker) ? worker : "")),
    attempts: state.tasks.attempt.slice(base, base + count),
    place,
  }));
}

/** Rows for data without a recipe. */
export function insertScattered(state: SchedulerState, place: SlabPlace, name: string, keys: readonly string[]): Slab {
  const { base, count } = place;
  const layer = { kind: "data", name, grid: [count], keys, values: { kind: "live", items: [] } } as const;
  const edges = { inputOffsets: new Uint32Array(count + 1), inputs: new Uint32Array(0) };
  const slab = insertSlab(state, { place, layers: [layer], sourceGrids: [[]], priority: 0, ...edges });
  state.tasks.flags.fill(FLAG.pure, base, base + count);
  return slab;
}

function adoptScattered(
  state: SchedulerState,
  row: number,
  message: FromClient & { type: "scattered" },
  at: number,
  ticket: string,
): void {
  const worker = state.workerByName.get(message.workers[at] as string);
  if (worker === undefined) {
    need(state, row);
    return;
  }
  const attempt = state.nextAttempt();
  state.tasks.attempt[row] = attempt;
  state.tickets.set(row, ticket);
  state.out.toWorker(worker.number).adopt(row, attempt, state.slabOf(row).since, ticket);
  arrive(state, row, E.hold, worker.number, message.bytes[at] as number);
}

/** Futures are cancelled: their tasks fail with it for everyone, and so does what needs them. */
export function cancelHandles(
  state: SchedulerState,
  client: ClientRecord,
  handles: Iterable<number>,
  reason: string,
): void {
  for (const handle of handles) {
    const row = client.rowOf(handle);
    if (row >= 0) cancelRow(state, row, reason);
  }
}

/** True if there was something to cancel. */
export function cancelRow(state: SchedulerState, row: number, reason: string): boolean {
  const now = state.tasks.state[row] as number;
  if (now === S.memory || now === S.erred || now === S.released) return false;
  failRow(state, row, { error: cancelledError(state.slabOf(row).keyOf(row), reason), origin: row });
  return true;
}

/** Failed tasks are tried again, with those that failed because of them; what cannot be, is told as it stands. */
export function retryHandles(state: SchedulerState, client: ClientRecord, handles: Iterable<number>): void {
  for (const handle of handles) {
    const row = client.rowOf(handle);
    if (row < 0) state.out.toClient(client.number).erred(handle, client.whyUnknown(handle));
    else if (!retryRow(state, row)) tellStanding(state, client, handle, row);
  }
}

/** True if the row had failed, and may do better now. */
export function retryRow(state: SchedulerState, wanted: number): boolean {
  const { tasks } = state;
  if (tasks.state[wanted] !== S.erred) return false;
  const failed = failedAncestors(state, wanted);
  if (failed === undefined) return false;
  for (const row of failed) {
    state.failures.delete(row);
    tasks.kills[row] = 0;
    state.ledger.countsChanged(row);
    state.move(row, E.retry);
    const needed: number[] = [];
    waitForInputs(state, row, needed, true);
    for (const input of needed) need(state, input);
  }
  return true;
}

/** The failed rows that a failed one needs, itself last, inputs first; undefined if one of them can never be made. */
function failedAncestors(state: SchedulerState, wanted: number): number[] | undefined {
  const { tasks } = state;
  const found: number[] = [];
  const seen = new Set<number>();
  const stack: { readonly row: number; readonly isLeft: boolean }[] = [{ row: wanted, isLeft: false }];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const { row, isLeft } = at;
    const now = tasks.state[row];
    if (isLeft) {
      if (now === S.erred) found.push(row);
      continue;
    }
    // Behind a row that was released there may be failed ones too.
    if (seen.has(row) || (now !== S.erred && now !== S.released)) continue;
    if (((tasks.flags[row] as number) & FLAG.pure) !== 0) return undefined;
    seen.add(row);
    stack.push({ row, isLeft: true });
    const slab = state.slabOf(row);
    for (
      let e = slab.inputOffsets[row - slab.base] as number;
      e < (slab.inputOffsets[row - slab.base + 1] as number);
      e++
    )
      stack.push({ row: slab.inputs[e] as number, isLeft: false });
  }
  return found;
}
