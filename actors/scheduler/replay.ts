import { unreachable } from "../../runtime/base/errors.ts";
import { ClientRecord } from "./client-record.ts";
import { giveShare } from "./client-share.ts";
import { giveHandles } from "./intake.ts";
import type { GraphRecord, LayerRows, LedgerRecord, ScatterRecord, SlabRecord, WantsRecord } from "./ledger-record.ts";
import { FLAG, type SchedulerState } from "./scheduler-state.ts";
import { insertScattered } from "./sessions.ts";
import type { Slab } from "./slab.ts";
import { insertSlab, makeSlab } from "./slab-making.ts";
import { dropIdleSlabs } from "./slab-release.ts";
import type { Takeover } from "./takeover.ts";

/** What reads a journal besides the scheduler's brain. */
export interface ReplayEars {
  coordination(entry: unknown): void;
}

/**
 * Does again what a record tells. Nothing is needed meanwhile: every slab is kept by one more until the takeover settles, so
 * only what the journal says is gone goes.
 */
export function replayRecord(
  state: SchedulerState,
  takeover: Takeover<unknown>,
  record: LedgerRecord,
  ears: ReplayEars,
): void {
  switch (record.kind) {
    case "leader":
      state.lineage = record.lineage;
      return;
    case "graph":
      return replayGraph(state, takeover.sinceMs, record);
    case "slab":
      return replaySlab(state, takeover.sinceMs, record);
    case "scatter":
      return replayScatter(state, takeover, record);
    case "wants":
      return replayWants(state, takeover.sinceMs, record);
    case "released":
      for (const handle of record.handles) release(state, state.clients.get(record.client), handle);
      return;
    case "clientGone":
      return replayClientGone(state, record.client);
    case "failed":
      record.rows.forEach((row, i) => {
        const error = record.errors[record.failureOf[i] as number];
        takeover.failures.set(row, { error, origin: record.origins[i] as number });
      });
      return;
    case "mended":
      for (const row of record.rows) takeover.failures.delete(row);
      return;
    case "counts":
      record.rows.forEach((row, i) => {
        state.tasks.kills[row] = record.kills[i] as number;
        state.tasks.retriesLeft[row] = record.retriesLeft[i] as number;
      });
      return;
    case "done":
      for (const row of record.rows) state.tasks.flags[row] = (state.tasks.flags[row] as number) | FLAG.pure;
      return;
    case "slabsGone":
      return replaySlabsGone(state, takeover, record.slabs);
    case "worker":
      takeover.awaited.set(record.worker, record.incarnation);
      return;
    case "workerGone":
      if (takeover.awaited.get(record.worker) === record.incarnation) takeover.awaited.delete(record.worker);
      return;
    case "coordination":
      return ears.coordination(record.entry);
    default:
      return unreachable(record);
  }
}

function clientOf(state: SchedulerState, id: string, nowMs: number): ClientRecord {
  let client = state.clients.get(id);
  if (client === undefined) {
    client = new ClientRecord(id, state.clientByNumber.length, nowMs);
    state.clientByNumber.push(client);
    state.clients.set(id, client);
  }
  return client;
}

function replayGraph(state: SchedulerState, nowMs: number, record: GraphRecord): void {
  const { layers, priority, retries, rows, place, wants } = record;
  const client = clientOf(state, record.client, nowMs);
  client.requestMax = Math.max(client.requestMax, record.request);
  state.tasks.allocateAt(place.base, place.count);
  const isNew = Array.from(record.isNew, Boolean);
  const slab = makeSlab(state, { layers, priority, retries, isNew, rows, place });
  if (slab !== undefined) {
    keep(slab);
    client.own(slab);
  }
  const { tasks } = state;
  for (const want of wants) {
    const { count, handleBase, rowAt } = giveHandles(client, want, rows[want.layer] as LayerRows, layers);
    for (let i = 0; i < count; i++) {
      const row = rowAt(i);
      tasks.wants[row] = state.wants.add(tasks.wants[row] as number, client.number, handleBase + i);
    }
  }
}

function replaySlab(state: SchedulerState, nowMs: number, record: SlabRecord): void {
  const { base, count } = record.place;
  state.tasks.allocateAt(base, count);
  const slab = insertSlab(state, record);
  keep(slab);
  if (record.client !== undefined) clientOf(state, record.client, nowMs).own(slab);
  if (record.isPure) state.tasks.flags.fill(FLAG.pure, base, base + count);
}

function keep(slab: Slab): void {
  slab.active += 1;
}

function replayScatter(state: SchedulerState, takeover: Takeover<unknown>, record: ScatterRecord): void {
  const { place, name, keys, handles, workers, attempts, bytes } = record;
  const client = clientOf(state, record.client, takeover.sinceMs);
  client.requestMax = Math.max(client.requestMax, record.request);
  state.tasks.allocateAt(place.base, place.count);
  const slab = insertScattered(state, place, name, keys);
  keep(slab);
  client.own(slab);
  handles.forEach((handle, i) => {
    const row = place.base + i;
    want(state, client, handle, row);
    const worker = workers[i] as string;
    const attempt = attempts[i] as number;
    const ticket = `${client.id}/${handle}`;
    if (worker !== "") takeover.parked.set(row, { worker, attempt, ticket, bytes: bytes[i] as number });
  });
}

function want(state: SchedulerState, client: ClientRecord, handle: number, row: number): void {
  client.give(handle, 1, row);
  state.tasks.wants[row] = state.wants.add(state.tasks.wants[row] as number, client.number, handle);
}

function replayWants(state: SchedulerState, nowMs: number, record: WantsRecord): void {
  const client = clientOf(state, record.client, nowMs);
  client.requestMax = Math.max(client.requestMax, record.requestMax);
  if (record.share !== undefined) giveShare(state, client, record.share);
  const { handles, rows } = record;
  for (let from = 0; from < handles.length; ) {
    let to = from + 1;
    while (to < handles.length && handles[to] === (handles[to - 1] as number) + 1) to += 1;
    client.give(handles[from] as number, to - from, rows.slice(from, to));
    for (let i = from; i < to; i++) {
      const row = rows[i] as number;
      state.tasks.wants[row] = state.wants.add(state.tasks.wants[row] as number, client.number, handles[i] as number);
    }
    from = to;
  }
}

function release(state: SchedulerState, client: ClientRecord | undefined, handle: number): void {
  const row = client?.take(handle) ?? -1;
  if (client === undefined || row < 0) return;
  state.tasks.wants[row] = state.wants.remove(state.tasks.wants[row] as number, client.number, handle);
}

function replayClientGone(state: SchedulerState, id: string): void {
  const client = state.clients.get(id);
  if (client === undefined) return;
  for (const handle of [...client.handles()]) release(state, client, handle);
  state.clients.delete(id);
  state.clientByNumber[client.number] = undefined;
}

function replaySlabsGone(state: SchedulerState, takeover: Takeover<unknown>, ids: Uint32Array): void {
  for (const id of ids) {
    const slab = state.slabs.get(id);
    if (slab === undefined) continue;
    for (let row = slab.base; row < slab.base + slab.count; row++) {
      takeover.failures.delete(row);
      takeover.parked.delete(row);
    }
    slab.active = 0;
    state.idleSlabs.push(id);
  }
  dropIdleSlabs(state);
}
