import type { CommitLog } from "../../runtime/journal/commit-log.ts";
import { JournalWriter } from "../../runtime/journal/journal-writer.ts";

/**
 * What a leader adds to its journal is on its way there, or will be in a while, though nothing follows.
 * @param fail told of what would never be written
 */
export function watchJournal(commits: CommitLog, fail: (error: Error) => void): void {
  if (!(commits instanceof JournalWriter)) return fail(new Error("a line of schedulers keeps a journal"));
  const add = commits.add.bind(commits);
  commits.add = (records, isUrgent) => {
    const position = add(records, isUrgent);
    const isComing = commits["writing"] !== undefined || commits["idleTimer"] !== undefined;
    if (commits["phase"] === "open" && commits["pending"].length > 0 && !isComing)
      fail(new Error(`${records.length} records wait for a word that may never come`));
    return position;
  };
}
