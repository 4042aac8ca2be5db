import type { LedgerRecord, ScatterRecord } from "../../actors/scheduler/ledger-record.ts";
import type { CommitLog } from "../../runtime/journal/commit-log.ts";
import { JournalWriter } from "../../runtime/journal/journal-writer.ts";

/**
 * What a leader adds to its journal is on its way there, or will be in a while, though nothing follows; and data is said to lie on a worker
 * exactly if that was told to keep it.
 * @param fail told of what would never be written, or must not be
 */
export function watchJournal(commits: CommitLog, fail: (error: Error) => void): void {
  if (!(commits instanceof JournalWriter)) return fail(new Error("a line of schedulers keeps a journal"));
  const add = commits.add.bind(commits);
  commits.add = (records, isUrgent) => {
    for (const record of records as readonly LedgerRecord[]) if (record.kind === "scatter") checkPlaces(record, fail);
    const position = add(records, isUrgent);
    const isComing = commits["writing"] !== undefined || commits["idleTimer"] !== undefined;
    if (commits["phase"] === "open" && commits["pending"].length > 0 && !isComing)
      fail(new Error(`${records.length} records wait for a word that may never come`));
    return position;
  };
}

function checkPlaces({ workers, attempts, place }: ScatterRecord, fail: (error: Error) => void): void {
  const at = workers.findIndex((worker, i) => (worker !== "") !== (attempts[i] as number) > 0);
  if (at >= 0) fail(new Error(`row ${place.base + at} is written down as lying on "${workers[at]}"`));
}
