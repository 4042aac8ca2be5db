import type { LeaderRecord, LedgerRecord } from "../../actors/scheduler/ledger-record.ts";
import { systemClock, wallTimeMs } from "../../runtime/base/clock.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { VERSION } from "../../runtime/base/version.ts";
import { connectNats, type NatsConnectOptions } from "../../runtime/bus/nats-connect.ts";
import { clusterSubjects, inboxPrefixOf } from "../../runtime/bus/subject.ts";
import { JetStreamJournal } from "../../runtime/journal/jetstream-journal.ts";
import { JournalWriter } from "../../runtime/journal/journal-writer.ts";
import { KvLease } from "../../runtime/journal/kv-lease.ts";
import { Leadership } from "../../runtime/journal/leadership.ts";
import { readTransactions } from "../../runtime/journal/transaction.ts";
import { decodeLedger, encodeLedger } from "../../runtime/protocol/ledger-codec.ts";
import type { Succession } from "./start-scheduler.ts";

/** The journal and the lease of a cluster's schedulers, on a connection of their own. */
export interface SuccessionStore {
  readonly journal: JetStreamJournal;
  readonly lease: KvLease;
  close(): Promise<void>;
  /** Leaves nothing behind on the server. */
  remove(): Promise<void>;
}

/** @throws ShoalError NOT_SUPPORTED for a server without JetStream */
export async function openSuccession(
  connect: NatsConnectOptions,
  cluster: string,
  leaseMs: number,
): Promise<SuccessionStore> {
  const name = `shoal journal of ${cluster}, pid ${process.pid}`;
  const connection = await connectNats({ name, ...connect, inboxPrefix: inboxPrefixOf(cluster, "scheduler") });
  try {
    const { journal: subject } = clusterSubjects(cluster);
    const journal = await JetStreamJournal.open(connection, { stream: `shoal-journal-${cluster}`, subject });
    const lease = await KvLease.open(connection, { bucket: `shoal-${cluster}`, ttlMs: leaseMs });
    return {
      journal,
      lease,
      close: () => connection.close(),
      remove: async () => {
        await journal.remove();
        await lease.remove();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** The lead of a cluster: what a scheduler needs to go on where the former one ended, and to stop in order. */
export interface Lead extends Succession {
  /** The epoch of the scheduler that led before, if there was one. */
  readonly former: number | undefined;
  /** Writes what is left and gives the lease back, so that another may lead at once. */
  resign(): Promise<void>;
  /** Says and writes nothing more. */
  abandon(): void;
}

export interface LeadOptions {
  readonly store: SuccessionStore;
  /** How this one is known to others. */
  readonly holder: string;
  readonly signal: AbortSignal;
  /** Another one leads, or the journal refuses to be written: this one has to fall silent. */
  onLost(reason: string): void;
}

/**
 * Waits for the lease, then reads the journal and writes itself down in it: from that moment the former leader's every word fails.
 * @returns undefined if the signal came first
 */
export async function takeLead(options: LeadOptions): Promise<Lead | undefined> {
  const { store, holder, signal, onLost } = options;
  const { journal, lease } = store;
  const clock = systemClock;
  for (;;) {
    const leadership = await Leadership.take(
      { lease, clock, holder, onLost: () => onLost("another scheduler took the lease") },
      signal,
    );
    if (leadership === undefined) return undefined;
    const { newest, past } = await readPast(journal);
    const former = past.findLast((record): record is LeaderRecord => record.kind === "leader");
    // By the clock, but always after all before: attempts and fences of two schedulers never meet.
    const epoch = Math.max(wallTimeMs(), (former?.epoch ?? 0) + 1);
    const lineage = former?.lineage ?? epoch;
    let isBegun = false;
    const writer = new JournalWriter({
      journal,
      clock,
      lead: leadership,
      name: `${holder}-${epoch}`,
      newest,
      encode: encodeLedger,
      onDeposed: (error) => isBegun && onLost(error.message),
      onFailure: (error) => onLost(`the journal cannot be written: ${String(error)}`),
    });
    const begun = writer.whenCommitted(writer.add([{ kind: "leader", epoch, lineage, version: VERSION }], true));
    if (await first(begun, writer.whenOver)) {
      isBegun = true;
      return {
        epoch,
        commits: writer,
        past,
        former: former?.epoch,
        resign: async () => {
          await writer.close();
          await leadership.release();
        },
        abandon: () => {
          leadership.end();
          void writer.close();
        },
      };
    }
    // Somebody wrote between the reading and the first word: it may be a last word of the former, so all is read again.
    await leadership.release().catch(() => {});
  }
}

/** True if the first of two settles first. */
const first = (one: Promise<unknown>, other: Promise<unknown>): Promise<boolean> =>
  Promise.race([one.then(() => true), other.then(() => false)]);

async function readPast(
  journal: JetStreamJournal,
): Promise<{ readonly newest: number; readonly past: readonly LedgerRecord[] }> {
  const { oldest, newest } = await journal.range();
  const transactions = await readTransactions(journal.read(oldest, newest));
  const past = transactions.flatMap(({ bytes }) => decodeLedger<LedgerRecord>(bytes));
  const other = past.find((record) => record.kind === "leader" && record.version !== VERSION) as
    | LeaderRecord
    | undefined;
  if (other === undefined) return { newest, past };
  throw new ShoalError(
    `The journal was written by Shoal ${other.version}, this is ${VERSION}: run that version, or begin anew with --forget`,
    { code: "VERSION", details: { found: other.version, here: VERSION } },
  );
}
