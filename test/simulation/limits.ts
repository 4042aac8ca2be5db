import assert from "node:assert/strict";
import { FetchQueue } from "../../actors/worker/fetch-queue.ts";
import { LinkNumbers, LinkTable } from "../../runtime/actor/link-table.ts";
import type { Random } from "../../runtime/base/random.ts";

/** Tables beyond limits that no cluster of a seed reaches. @throws AssertionError */
export function checkLimits(random: Random): void {
  checkLinks(random);
  checkNumbers(random);
  checkSessions(random);
  checkFetches(random);
}

/** A table of links has so many at most; a sender that was forgotten comes back with a gap, the others are known. */
function checkLinks(random: Random): void {
  const most = 1 + random.below(4);
  const table = new LinkTable(most);
  const last = new Map<string, number>();
  for (let i = 0; i < 20; i++) {
    const from = `s${random.below(6)}`;
    const known = last.get(from);
    const sequence = (known ?? random.below(2)) + 1;
    const verdict = table.accept(from, "a", sequence);
    assert.equal(verdict, known !== undefined ? "next" : sequence === 1 ? "begun" : "gap", `${from} ${sequence}`);
    // Who came first is forgotten first.
    if (known === undefined && last.size === most) last.delete([...last.keys()][0] as string);
    last.set(from, sequence);
    assert.equal(table.size, last.size, "links that are remembered");
  }
}

/** A link that was forgotten begins a new session. */
function checkNumbers(random: Random): void {
  const most = 1 + random.below(4);
  let sessions = 0;
  const numbers = new LinkNumbers(() => `session ${++sessions}`, most);
  const last = new Map<string, { readonly session: string; readonly sequence: number }>();
  for (let i = 0; i < 20; i++) {
    const to = `r${random.below(6)}`;
    const known = last.get(to);
    const { session, sequence } = numbers.next(to);
    assert.equal(sequence, (known?.sequence ?? 0) + 1, `the number of the next frame to ${to}`);
    assert.equal(session, known?.session ?? `session ${sessions}`, `the session to ${to}`);
    if (known === undefined && last.size === most) last.delete([...last.keys()][0] as string);
    last.set(to, { session, sequence });
  }
}

/** Of a sender's sessions that have ended some are remembered; frames of those are dropped, whatever came since. */
function checkSessions(random: Random): void {
  const table = new LinkTable();
  const sessions = 30;
  for (let i = 0; i < sessions; i++) assert.equal(table.accept("s", `session ${i}`, 1), "begun");
  const ended = sessions - 2 - random.below(10);
  assert.equal(table.accept("s", `session ${ended}`, 2), "repeat", "a session that ended not long ago");
  assert.equal(table.accept("s", "session 0", 2), "gap", "one that is forgotten");
}

/** However many rows are to come from a peer, all are asked for, few enough at a time for each question. */
function checkFetches(random: Random): void {
  const queue = new FetchQueue();
  const wanted = 600 + random.below(1000);
  for (let row = 0; row < wanted; row++) {
    queue.remember(row, 1, "peer");
    queue.enqueue(row);
  }
  const asked: number[] = [];
  for (let [request] = queue.begin(); request !== undefined; [request] = queue.begin()) {
    asked.push(...request.rows);
    for (const row of request.rows) assert.ok(queue.arrived(request.transfer, row), `row ${row} is awaited`);
    queue.end(request.transfer);
    assert.ok(asked.length <= wanted, "nothing is asked for twice");
  }
  assert.equal(new Set(asked).size, wanted, "all is asked for");
}
