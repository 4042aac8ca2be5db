import type { ClientShare } from "../../runtime/protocol/client-scheduler.ts";
import type { GraphRecord, LedgerRecord, ScatterRecord } from "./ledger-record.ts";

/** What the brain says of its changes while it steps; whoever keeps a journal writes them down at the end of the turn. */
export interface Ledger {
  submitted(record: () => GraphRecord): void;
  scattered(record: () => ScatterRecord): void;
  clientCame(client: string, share: ClientShare): void;
  /** A client was handed handles outside of a submission. */
  given(client: string, handle: number, row: number): void;
  released(client: string, handle: number): void;
  clientGone(client: string): void;
  /** A row failed, or has no longer failed. */
  failureChanged(row: number): void;
  /** The kills or the retries left of a row are others. */
  countsChanged(row: number): void;
  done(row: number, attempt: number): void;
  slabGone(slab: number): void;
  workerJoined(worker: string, incarnation: number): void;
  workerGone(worker: string, incarnation: number): void;
}

const nothing = (): void => {};

/** For schedulers that nobody comes after. */
export const NO_LEDGER: Ledger = {
  submitted: nothing,
  scattered: nothing,
  clientCame: nothing,
  given: nothing,
  released: nothing,
  clientGone: nothing,
  failureChanged: nothing,
  countsChanged: nothing,
  done: nothing,
  slabGone: nothing,
  workerJoined: nothing,
  workerGone: nothing,
};

/** What a turn's records need to know of rows once it has ended. */
export interface RowFacts {
  isKnown(row: number): boolean;
  /** How a row has failed, if it has. */
  failureOf(row: number): { readonly error: unknown; readonly origin: number } | undefined;
  kills(row: number): number;
  retriesLeft(row: number): number;
}

/** The records of a turn. */
export interface TurnRecords {
  readonly records: readonly LedgerRecord[];
  /** Whether what the turn says to others has to wait until they are written. What is not urgent may be lost without harm. */
  readonly isUrgent: boolean;
}

/** Gathers the changes of turns in the order in which they came to be. */
export class TurnLedger implements Ledger {
  private records: LedgerRecord[] = [];
  private isUrgent = false;
  private readonly failed = new Set<number>();
  private readonly counted = new Set<number>();
  private lastReleased: { readonly client: string; readonly handles: number[] } | undefined;
  private gone: number[] = [];

  submitted(record: () => GraphRecord): void {
    this.urgent(record());
  }

  scattered(record: () => ScatterRecord): void {
    this.urgent(record());
  }

  clientCame(client: string, share: ClientShare): void {
    this.add({ kind: "wants", client, share, requestMax: 0, handles: new Uint32Array(0), rows: new Uint32Array(0) });
  }

  given(client: string, handle: number, row: number): void {
    const [handles, rows] = [Uint32Array.of(handle), Uint32Array.of(row)];
    this.urgent({ kind: "wants", client, requestMax: 0, handles, rows });
  }

  released(client: string, handle: number): void {
    if (this.lastReleased?.client !== client) {
      this.flushReleased();
      this.lastReleased = { client, handles: [] };
    }
    this.lastReleased.handles.push(handle);
  }

  clientGone(client: string): void {
    this.add({ kind: "clientGone", client });
  }

  failureChanged(row: number): void {
    this.failed.add(row);
  }

  countsChanged(row: number): void {
    this.counted.add(row);
  }

  done(row: number, attempt: number): void {
    this.urgent({ kind: "done", rows: Uint32Array.of(row), attempts: Float64Array.of(attempt) });
  }

  slabGone(slab: number): void {
    this.flushReleased();
    this.gone.push(slab);
  }

  workerJoined(worker: string, incarnation: number): void {
    this.urgent({ kind: "worker", worker, incarnation });
  }

  workerGone(worker: string, incarnation: number): void {
    this.add({ kind: "workerGone", worker, incarnation });
  }

  /** Takes what the turn left. */
  take(facts: RowFacts): TurnRecords {
    this.flushReleased();
    this.flushGone();
    if (this.failed.size > 0) this.addFailures(facts);
    if (this.counted.size > 0) this.addCounts(facts);
    const taken = { records: this.records, isUrgent: this.isUrgent };
    this.records = [];
    this.isUrgent = false;
    return taken;
  }

  private add(record: LedgerRecord): void {
    this.flushReleased();
    this.flushGone();
    this.records.push(record);
  }

  private urgent(record: LedgerRecord): void {
    this.add(record);
    this.isUrgent = true;
  }

  private flushReleased(): void {
    const released = this.lastReleased;
    if (released === undefined) return;
    this.lastReleased = undefined;
    this.flushGone();
    const { client, handles } = released;
    this.records.push({ kind: "released", client, handles: Uint32Array.from(handles) });
  }

  private flushGone(): void {
    if (this.gone.length === 0) return;
    this.records.push({ kind: "slabsGone", slabs: Uint32Array.from(this.gone) });
    this.gone = [];
  }

  private addFailures(facts: RowFacts): void {
    const touched = [...this.failed].filter((row) => facts.isKnown(row));
    this.failed.clear();
    const record = failureRecord(touched, facts);
    if (record.rows.length > 0) this.urgent(record);
    const mended = touched.filter((row) => facts.failureOf(row) === undefined);
    // Not urgent: a failure that nobody asks for may stand in the journal, and a retry comes with counts, which are.
    if (mended.length > 0) this.records.push({ kind: "mended", rows: Uint32Array.from(mended) });
  }

  private addCounts(facts: RowFacts): void {
    const rows = [...this.counted].filter((row) => facts.isKnown(row));
    this.counted.clear();
    if (rows.length === 0) return;
    this.urgent({
      kind: "counts",
      rows: Uint32Array.from(rows),
      kills: Uint8Array.from(rows, (row) => facts.kills(row)),
      retriesLeft: Uint8Array.from(rows, (row) => facts.retriesLeft(row)),
    });
  }
}

/** How rows have failed; those that have not are left out. */
export function failureRecord(
  touched: Iterable<number>,
  { failureOf }: Pick<RowFacts, "failureOf">,
): LedgerRecord & { kind: "failed" } {
  const rows: number[] = [];
  const of: number[] = [];
  const at = new Map<unknown, number>();
  const errors: unknown[] = [];
  const origins: number[] = [];
  for (const row of touched) {
    const failure = failureOf(row);
    if (failure === undefined) continue;
    let found = at.get(failure.error);
    if (found === undefined) at.set(failure.error, (found = errors.push(failure.error) - 1));
    rows.push(row);
    of.push(found);
    origins.push(failure.origin);
  }
  return {
    kind: "failed",
    rows: Uint32Array.from(rows),
    failureOf: Uint32Array.from(of),
    errors,
    origins: Uint32Array.from(origins),
  };
}
