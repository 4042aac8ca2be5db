import assert from "node:assert/strict";
import { test } from "node:test";
import { ShoalError } from "../../runtime/base/errors.ts";
import type { Journal } from "../../runtime/journal/journal.ts";

interface TestScope {
  after(fn: () => Promise<void> | void): void;
}

const hasCode = (code: string) => (error: unknown) => error instanceof ShoalError && error.code === code;
const bytes = (text: string): Uint8Array => Buffer.from(text);

async function textsOf(journal: Journal, from: number, to: number): Promise<string[]> {
  const texts: string[] = [];
  for await (const record of journal.read(from, to))
    texts.push(`${record.sequence} ${Buffer.from(record.bytes).toString()}`);
  return texts;
}

/** What every journal does. @param open gives writers of one journal that is empty; the same one at each call */
export function journalCases(name: string, make: (scope: TestScope) => Promise<() => Promise<Journal>>): void {
  test(`${name}: records stand in the order in which they were appended, and outlive their writer`, async (t) => {
    const open = await make(t);
    const first = await open();
    assert.deepEqual(await first.range(), { oldest: 1, newest: 0 });
    assert.equal(await first.append(bytes("a"), { expected: 0, id: "1" }), 1);
    assert.equal(await first.append(bytes("b"), { expected: 1, id: "2" }), 2);
    await first.close();
    const second = await open();
    assert.deepEqual(await second.range(), { oldest: 1, newest: 2 });
    assert.deepEqual(await textsOf(second, 1, 2), ["1 a", "2 b"]);
  });

  test(`${name}: a writer that was replaced fails at its next word with DEPOSED`, async (t) => {
    const open = await make(t);
    const [former, later] = [await open(), await open()];
    await former.append(bytes("former"), { expected: 0, id: "f1" });
    await later.append(bytes("later"), { expected: 1, id: "l1" });
    await assert.rejects(former.append(bytes("too late"), { expected: 1, id: "f2" }), hasCode("DEPOSED"));
    await assert.rejects(former.append(bytes("too far"), { expected: 9, id: "f3" }), hasCode("DEPOSED"));
    assert.deepEqual(await textsOf(later, 1, 2), ["1 former", "2 later"]);
  });

  test(`${name}: a writer whose newest record is not the one that stands under its number fails with DEPOSED`, async (t) => {
    const open = await make(t);
    const [former, later] = [await open(), await open()];
    await former.append(bytes("a"), { expected: 0, id: "f1" });
    await later.append(bytes("b"), { expected: 1, expectedId: "f1", id: "l1" });
    const tooLate = former.append(bytes("too late"), { expected: 2, expectedId: "f2", id: "f3" });
    await assert.rejects(tooLate, hasCode("DEPOSED"));
    await later.append(bytes("c"), { expected: 2, expectedId: "l1", id: "l2" });
    assert.equal(await later.append(bytes("c"), { expected: 2, expectedId: "l1", id: "l2" }), 3, "its answer was lost");
    await later.forgetBelow(3);
    await later.append(bytes("d"), { expected: 3, expectedId: "l2", id: "l3" });
    const ids: (string | undefined)[] = [];
    for await (const record of former.read(3, 4)) ids.push(record.id);
    assert.deepEqual(ids, ["l2", "l3"]);
  });

  test(`${name}: a record said again under its id is appended once, even after others`, async (t) => {
    const journal = await (await make(t))();
    await journal.append(bytes("a"), { expected: 0, id: "one" });
    assert.equal(await journal.append(bytes("a"), { expected: 0, id: "one" }), 1, "its answer was lost");
    await journal.append(bytes("b"), { expected: 1, id: "two" });
    assert.equal(await journal.append(bytes("a"), { expected: 0, id: "one" }), 1);
    assert.deepEqual(await textsOf(journal, 1, 2), ["1 a", "2 b"]);
  });

  test(`${name}: what is forgotten is gone, sequences go on`, async (t) => {
    const journal = await (await make(t))();
    for (let i = 0; i < 5; i++) await journal.append(bytes(`r${i}`), { expected: i, id: String(i) });
    await journal.forgetBelow(4);
    assert.deepEqual(await journal.range(), { oldest: 4, newest: 5 });
    assert.deepEqual(await textsOf(journal, 4, 5), ["4 r3", "5 r4"]);
    assert.equal(await journal.append(bytes("next"), { expected: 5, id: "next" }), 6);
  });

  test(`${name}: a record may be as large as it says, and keeps every byte`, async (t) => {
    const journal = await (await make(t))();
    const large = Uint8Array.from({ length: journal.recordBytesMax }, (_, i) => (i * 31) & 255);
    await journal.append(large, { expected: 0, id: "large" });
    for await (const record of journal.read(1, 1)) assert.deepEqual(Buffer.compare(record.bytes, large), 0);
    await assert.rejects(
      journal.append(new Uint8Array(journal.recordBytesMax + (1 << 20)), { expected: 1, id: "too large" }),
    );
    assert.deepEqual(await journal.range(), { oldest: 1, newest: 1 });
  });

  test(`${name}: removed, it begins anew`, async (t) => {
    const open = await make(t);
    const journal = await open();
    await journal.append(bytes("a"), { expected: 0, id: "1" });
    await journal.remove();
    assert.deepEqual(await (await open()).range(), { oldest: 1, newest: 0 });
  });
}
