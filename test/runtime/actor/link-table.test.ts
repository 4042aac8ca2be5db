import assert from "node:assert/strict";
import { test } from "node:test";
import { LinkNumbers, LinkTable } from "../../../runtime/actor/link-table.ts";

test("LinkTable tells beginnings, order, gaps and repeats apart", () => {
  const links = new LinkTable();
  assert.equal(links.accept("w1", "a", 1), "begun");
  assert.equal(links.accept("w1", "a", 2), "next");
  assert.equal(links.accept("w1", "a", 2), "repeat");
  assert.equal(links.accept("w1", "a", 5), "gap");
  assert.equal(links.accept("w1", "a", 4), "repeat");
  assert.equal(links.accept("w1", "a", 6), "next");
  assert.equal(links.accept("w2", "z", 7), "gap", "the start was missed");
});

test("LinkTable drops what comes late from a session that has ended", () => {
  const links = new LinkTable();
  links.accept("w1", "a", 1);
  assert.equal(links.accept("w1", "b", 1), "begun");
  assert.equal(links.accept("w1", "a", 2), "repeat");
  assert.equal(links.accept("w1", "b", 2), "next");
  assert.equal(links.accept("w1", "c", 3), "gap", "a new session whose start was missed");
});

test("LinkTable drops what comes late from a session before the last one", () => {
  const links = new LinkTable();
  for (const session of ["a", "b", "c", "d"]) assert.equal(links.accept("w1", session, 1), "begun");
  assert.equal(links.accept("w1", "a", 1), "repeat");
  assert.equal(links.accept("w1", "d", 2), "next", "the link that stands is not given up for one that is over");
});

test("LinkTable drops what a former holder of an address says once a later one was heard, whatever its session", () => {
  const links = new LinkTable();
  assert.equal(links.accept("s", "old", 1, 5), "begun");
  assert.equal(links.accept("s", "new", 1, 6), "begun");
  assert.equal(links.accept("s", "old", 2, 5), "repeat");
  assert.equal(links.accept("s", "old again", 1, 5), "repeat", "a session it begins anew counts no more");
  assert.equal(links.accept("s", "new", 2, 6), "next");
});

test("LinkTable and LinkNumbers forget the oldest links at their limit, and a forgotten link never looks whole", () => {
  let session = 0;
  const numbers = new LinkNumbers(() => `s${session++}`, 2);
  const links = new LinkTable(2);
  const send = (address: string, receiver: LinkTable, from: string) => {
    const { session: name, sequence } = numbers.next(address);
    return receiver.accept(from, name, sequence);
  };
  assert.equal(send("x", links, "x"), "begun");
  assert.equal(send("x", links, "x"), "next");
  assert.equal(send("y", links, "y"), "begun");
  assert.equal(send("z", links, "z"), "begun");
  assert.equal(links.size, 2);
  assert.equal(send("x", links, "x"), "begun", "both ends forgot: a new session");
  const fresh = new LinkTable();
  assert.equal(send("x", fresh, "x"), "gap", "one end forgot");
  fresh.forget("x");
  assert.equal(send("x", fresh, "x"), "gap");
});

test("LinkNumbers.beginAnew() opens a session that looks like a beginning to its receiver, and ends the old one", () => {
  let session = 0;
  const numbers = new LinkNumbers(() => `s${session++}`);
  const links = new LinkTable();
  const first = { ...numbers.next("x") };
  assert.equal(links.accept("me", first.session, first.sequence), "begun");
  const late = { ...numbers.next("x") };
  numbers.beginAnew("x");
  const fresh = { ...numbers.next("x") };
  assert.equal(links.accept("me", fresh.session, fresh.sequence), "begun");
  assert.equal(
    links.accept("me", late.session, late.sequence),
    "repeat",
    "what comes late from the old session is dropped",
  );
});
