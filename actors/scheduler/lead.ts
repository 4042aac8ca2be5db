import type { Clock } from "../../runtime/base/clock.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import type { CommitLog } from "../../runtime/journal/commit-log.ts";
import type { Journal, JournalRecord } from "../../runtime/journal/journal.ts";
import { JournalWriter, type NewestRecord } from "../../runtime/journal/journal-writer.ts";
import { Leadership, waitToTry } from "../../runtime/journal/leadership.ts";
import type { Lease } from "../../runtime/journal/lease.ts";
import { readTransactions, type Transaction } from "../../runtime/journal/transaction.ts";
import { decodeLedger, encodeLedger } from "../../runtime/protocol/ledger-codec.ts";
import type { LeaderRecord, LedgerRecord } from "./ledger-record.ts";

/** What a scheduler of a line of schedulers is given: its own epoch, where it writes, and all that was written. */
export interface Succession {
  readonly epoch: number;
  readonly commits: CommitLog;
  readonly past: readonly LedgerRecord[];
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

/** Why a lead is over: another one leads, or led since; or the journal refuses a record, as it would refuse it of anybody. */
export interface LeadLoss {
  readonly kind: "deposed" | "refused";
  readonly reason: string;
}

export interface LeadOptions {
  readonly journal: Journal;
  readonly lease: Lease;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  wallMs(): number;
  readonly version: string;
  /** How this one is known to others. */
  readonly holder: string;
  readonly signal: AbortSignal;
  /** Records after which a summary takes their place. */
  readonly recordsPerSummary?: number | undefined;
  /** This one has to fall silent. */
  onLost(loss: LeadLoss): void;
  /** It says nothing until the lease is surely its own again, for a reason that has lasted; or it speaks again. */
  onDoubt?(reason: string | undefined): void;
}

/**
 * Waits for the lease, then reads the journal and writes itself down in it: from that moment the former leader's every word fails.
 * @returns undefined if the signal came first
 */
export async function takeLead(options: LeadOptions): Promise<Lead | undefined> {
  while (!options.signal.aborted) {
    const lead = await tryLead(options);
    if (lead !== undefined) return lead;
  }
  return undefined;
}

/** One try; undefined where it was to stop, lost the lease before its first word stood, or somebody wrote before it. */
async function tryLead(options: LeadOptions): Promise<Lead | undefined> {
  const { journal, lease, clock, version, holder, signal, onLost } = options;
  let phase: "beginning" | "leading" = "beginning";
  let giveUp: () => void = () => {};
  const givenUp = new Promise<void>((resolve) => {
    giveUp = resolve;
  });
  const lost = (kind: LeadLoss["kind"], reason: string): void =>
    phase === "leading" ? onLost({ kind, reason }) : giveUp();
  let retaken: () => void = () => {};
  const leadership = await Leadership.take(
    {
      lease,
      clock,
      holder,
      onLost: () => lost("deposed", "another scheduler took the lease"),
      onDoubt: options.onDoubt,
      // A word that says nothing: it fails if another one has written since.
      onRetaken: () => void retaken(),
    },
    signal,
  );
  if (leadership === undefined) return undefined;
  if (signal.aborted) {
    await leadership.release().catch(() => {});
    return undefined;
  }
  signal.addEventListener("abort", giveUp, { once: true });
  const read = await readHeld(options, leadership);
  if (read === undefined) {
    signal.removeEventListener("abort", giveUp);
    return undefined;
  }
  const { newest, past } = read;
  const former = past.findLast((record): record is LeaderRecord => record.kind === "leader");
  // By the clock, but always after all before: attempts and fences of two schedulers never meet.
  const epoch = Math.max(options.wallMs(), (former?.epoch ?? 0) + 1);
  let failure: unknown;
  const writer = new JournalWriter({
    journal,
    clock,
    lead: leadership,
    name: `${holder}-${epoch}`,
    newest,
    encode: encodeLedger,
    recordsPerSummary: options.recordsPerSummary,
    onDeposed: (error) => lost("deposed", error.message),
    onFailure: (error) => {
      failure = error;
      lost("refused", `the journal cannot be written: ${String(error)}`);
    },
  });
  retaken = () => void writer.add([{ kind: "mended", rows: new Uint32Array(0) }], true);
  // A process that stood still may have lost the lease since: its first word would silence whoever leads now.
  const begun = leadership.whenSure().then(() => {
    const word: LeaderRecord = { kind: "leader", epoch, lineage: former?.lineage ?? epoch, version };
    return writer.whenCommitted(writer.add([word], true));
  });
  const isBegun = await Promise.race([begun.then(() => true), givenUp.then(() => false)]);
  signal.removeEventListener("abort", giveUp);
  if (isBegun) {
    phase = "leading";
    return { epoch, commits: writer, past, former: former?.epoch, ...endsOf(writer, leadership, lease.ttlMs) };
  }
  // Somebody wrote between the reading and the first word: it may be a last word of the former, so all is read again.
  writer.abandon();
  await leadership.release().catch(() => {});
  if (failure !== undefined) throw failure;
  return undefined;
}

const endsOf = (
  writer: JournalWriter,
  leadership: Leadership,
  patienceMs: number,
): Pick<Lead, "resign" | "abandon"> => ({
  resign: async () => {
    await writer.close(patienceMs);
    await leadership.release().catch((error: unknown) => {
      // Where the server does not answer, the lease runs out.
      if (!(error instanceof ShoalError && error.retryable)) throw error;
    });
  },
  abandon: () => {
    leadership.end();
    writer.abandon();
  },
});

interface Past {
  readonly newest: NewestRecord;
  readonly past: readonly LedgerRecord[];
}

/** Reads the journal while the lease is held; who cannot gives it back. @returns undefined where the server does not answer: it is to be tried again */
async function readHeld(options: LeadOptions, leadership: Leadership): Promise<Past | undefined> {
  const { journal, version, signal } = options;
  try {
    return await readPast(journal, version);
  } catch (error) {
    await leadership.release().catch(() => {});
    if (!(error instanceof ShoalError && error.retryable)) throw error;
    await waitToTry(options, signal);
    return undefined;
  }
}

async function readPast(journal: Journal, version: string): Promise<Past> {
  const { newest, transactions } = await readWhole(journal);
  const past = transactions.flatMap(({ bytes }) => decodeLedger<LedgerRecord>(bytes));
  const other = past.find((record) => record.kind === "leader" && record.version !== version) as
    | LeaderRecord
    | undefined;
  if (other === undefined) return { newest, past };
  throw new ShoalError(
    `The journal was written by Shoal ${other.version}, this is ${version}: run that version, or remove the stream to begin anew`,
    { code: "VERSION", details: { found: other.version, here: version } },
  );
}

const READS_MAX = 5;

/** All transactions, and where they end: another one may write, and a failing machine forget, between two questions. */
async function readWhole(
  journal: Journal,
): Promise<{ readonly newest: NewestRecord; readonly transactions: readonly Transaction[] }> {
  for (let read = 1; ; read++) {
    const { oldest, newest: sequence } = await journal.range();
    let last: JournalRecord | undefined;
    const transactions = await readTransactions(
      watched(journal.read(oldest, sequence), (record) => {
        last = record;
      }),
    );
    if (oldest > sequence || last?.sequence === sequence) return { newest: { sequence, id: last?.id }, transactions };
    if (read === READS_MAX)
      throw new ShoalError(`The journal's newest record, ${sequence}, is not there: remove the stream to begin anew`, {
        code: "LOST_DATA",
        details: { sequence },
      });
  }
}

async function* watched<T>(items: AsyncIterable<T>, onItem: (item: T) => void): AsyncIterable<T> {
  for await (const item of items) {
    onItem(item);
    yield item;
  }
}
