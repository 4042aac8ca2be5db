import type { ClientShare } from "../../runtime/protocol/client-scheduler.ts";
import { failureRecord, type RowFacts } from "./ledger.ts";
import type { LedgerRecord, SlabRecord, WantsRecord } from "./ledger-record.ts";
import { FLAG, S, type SchedulerState } from "./scheduler-state.ts";
import type { Slab } from "./slab.ts";

/** What a turn's records need of the state. */
export const rowFacts = (state: SchedulerState): RowFacts => ({
  isKnown: (row) => state.slabs.has(state.tasks.slab[row] as number),
  failureOf: (row) => state.failures.get(row),
  kills: (row) => state.tasks.kills[row] as number,
  retriesLeft: (row) => state.tasks.retriesLeft[row] as number,
});

/**
 * All that the next scheduler would need, as records: what was written before is not needed any more. O(tasks + edges).
 * Undefined while scattered data is on its way to its rows: that has no record of its own, and is over in a moment.
 */
export function ledgerSummary(state: SchedulerState, version: string): readonly LedgerRecord[] | undefined {
  if (state.tickets.size > 0 || state.phase === "recovering") return undefined;
  const records: LedgerRecord[] = [{ kind: "leader", epoch: state.epoch, lineage: state.lineage, version }];
  for (const { id: worker, incarnation } of state.workerByName.values())
    records.push({ kind: "worker", worker, incarnation });
  // By age: a slab reads only those before it.
  for (const slab of [...state.slabs.values()].sort((a, b) => a.id - b.id)) records.push(slabRecord(state, slab));
  records.push(...countsRecords(state), ...doneRecords(state));
  for (const client of state.clientByNumber) if (client !== undefined) records.push(wantsRecord(client));
  if (state.failures.size > 0)
    records.push(failureRecord(state.failures.keys(), { failureOf: (row) => state.failures.get(row) }));
  return records;
}

function slabRecord(state: SchedulerState, slab: Slab): SlabRecord {
  const { id, base, count, generation, since, reads, layers, priority, inputOffsets, inputs } = slab;
  const isPure = layers.every(({ layer }) => layer.kind === "data" && layer.values.kind === "live");
  const client = state.clientByNumber[slab.owner]?.id;
  return {
    kind: "slab",
    ...(client === undefined ? {} : { client }),
    place: { slab: id, base, count, generation, since, reads, firstLayer: layers[0]?.id ?? state.nextLayer },
    layers: layers.map(({ layer }) => layer),
    sourceGrids: layers.map(({ sourceGrids }) => sourceGrids),
    priority,
    inputOffsets,
    inputs,
    isPure,
  };
}

function wantsRecord(client: {
  readonly id: string;
  readonly share: ClientShare;
  readonly requestMax: number;
  handles(): Iterable<number>;
  rowOf(handle: number): number;
}): WantsRecord {
  const handles = Uint32Array.from(client.handles());
  const rows = handles.map((handle) => client.rowOf(handle));
  return { kind: "wants", client: client.id, share: client.share, requestMax: client.requestMax, handles, rows };
}

function rowsWhere(state: SchedulerState, holds: (row: number) => boolean): number[] {
  const rows: number[] = [];
  for (const slab of state.slabs.values())
    for (let row = slab.base; row < slab.base + slab.count; row++) if (holds(row)) rows.push(row);
  return rows;
}

function countsRecords(state: SchedulerState): LedgerRecord[] {
  const { kills, retriesLeft } = state.tasks;
  const rows = rowsWhere(state, (row) => kills[row] !== 0 || retriesLeft[row] !== 0);
  if (rows.length === 0) return [];
  return [
    {
      kind: "counts",
      rows: Uint32Array.from(rows),
      kills: Uint8Array.from(rows, (row) => kills[row] as number),
      retriesLeft: Uint8Array.from(rows, (row) => retriesLeft[row] as number),
    },
  ];
}

function doneRecords(state: SchedulerState): LedgerRecord[] {
  const { flags, attempt, state: states } = state.tasks;
  const rows = rowsWhere(
    state,
    (row) => ((flags[row] as number) & FLAG.pure) !== 0 && states[row] !== S.forgotten && (attempt[row] as number) > 0,
  );
  if (rows.length === 0) return [];
  const attempts = Float64Array.from(rows, (row) => attempt[row] as number);
  return [{ kind: "done", rows: Uint32Array.from(rows), attempts }];
}
