import assert from "node:assert/strict";
import { test } from "node:test";
import { ShoalError } from "../../../runtime/base/errors.ts";
import { JournalWriter } from "../../../runtime/journal/journal-writer.ts";
import { JournalStore, MemoryJournal } from "../../../runtime/journal/memory-journal.ts";
import { readTransactions } from "../../../runtime/journal/transaction.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const unwanted = (error: unknown): never => assert.fail(String(error));

/** A writer of words, who surely leads. */
function withWriter(recordsPerSummary?: number) {
  const store = new JournalStore();
  const journal = new MemoryJournal(store);
  const clock = new ManualClock();
  const writer = new JournalWriter({
    journal,
    clock,
    lead: { isSure: true, whenSure: async () => {} },
    name: "writer",
    newest: { sequence: 0, id: undefined },
    encode: (records) => Buffer.from(records.join(" ")),
    recordsPerSummary,
    onDeposed: unwanted,
    onFailure: unwanted,
  });
  const words = async (): Promise<string[]> => {
    const { oldest, newest } = await journal.range();
    return (await readTransactions(journal.read(oldest, newest))).map(({ bytes }) => Buffer.from(bytes).toString());
  };
  return { writer, words, journal, clock };
}

test("a summary is wanted once more records were written since the last than it may take the place of", async () => {
  const { writer, words } = withWriter(2);
  for (const word of ["a", "b"]) await writer.whenCommitted(writer.add([word], true));
  assert.equal(writer.wantsSummary, false);
  await writer.whenCommitted(writer.add(["c"], true));
  assert.equal(writer.wantsSummary, true);
  writer.summarize(["abc"]);
  assert.equal(writer.wantsSummary, false);
  await writer.whenCommitted(writer.add(["d"], true));
  assert.deepEqual(await words(), ["abc", "d"]);
});

test("where nothing is said, thousands of records are written before a summary is wanted", async () => {
  const { writer } = withWriter();
  for (let i = 0; i < 4096; i++) await writer.whenCommitted(writer.add([i], true));
  assert.equal(writer.wantsSummary, false);
  await writer.whenCommitted(writer.add(["one more"], true));
  assert.equal(writer.wantsSummary, true);
});

test("what is not urgent is written with the next that is", async () => {
  const { writer, words } = withWriter();
  const first = writer.add(["first"], false);
  assert.equal(writer.isCommitted(first), false);
  await writer.whenCommitted(writer.add(["second"], true));
  assert.equal(writer.isCommitted(first), true);
  assert.deepEqual(await words(), ["first second"]);
});

test("a writer that is closed writes what was added, if it is taken in time", async () => {
  const { writer, words, journal, clock } = withWriter();
  writer.add(["first"], false);
  await writer.close(1000);
  assert.deepEqual(await words(), ["first"]);

  const away = withWriter();
  away.journal.append = () => Promise.reject(new ShoalError("No answer", { code: "TIMEOUT", retryable: true }));
  away.writer.add(["second"], true);
  let isClosed = false;
  const closed = away.writer.close(1000).then(() => {
    isClosed = true;
  });
  await away.clock.advance(1000);
  assert.equal(isClosed, false);
  await away.clock.advance(100);
  await closed;
  assert.equal(away.clock.timerCount + clock.timerCount, 0);
  assert.deepEqual(await journal.range(), { oldest: 1, newest: 1 });
});
