import assert from "node:assert/strict";
import { test } from "node:test";
import type { RegistryOut } from "../../../actors/coordination/actor-registry.ts";
import { CoordinationBrain } from "../../../actors/coordination/coordination-brain.ts";
import { type CoordinationEntry, replayEntries } from "../../../actors/coordination/coordination-history.ts";
import type { CoordinationRequest } from "../../../actors/coordination/coordination-request.ts";

/** A brain, what it answered by ticket, and how often each key is held. */
function world() {
  const brain = new CoordinationBrain(1);
  const answers = new Map<string, unknown>();
  const held = new Map<string, number>();
  const moves: string[] = [];
  const snapshots: Uint8Array[] = [];
  const count = (keys: readonly string[], by: number): void => {
    for (const key of keys) held.set(key, (held.get(key) ?? 0) + by);
  };
  const out: RegistryOut = {
    answer: (ticket, value) => {
      brain.answered(ticket);
      answers.set(ticket, value);
    },
    fail: (ticket, error) => {
      brain.forget(ticket);
      answers.set(ticket, error.code);
    },
    hold: (keys) => count(keys, 1),
    letGo: (keys) => count(keys, -1),
    restore: ({ id, worker, snapshot }) => {
      moves.push(`${id}→${worker}`);
      snapshots.push(snapshot);
    },
    stop: (id, worker) => moves.push(`${id}×${worker}`),
  };
  const step = (request: CoordinationRequest): void => {
    if (request.op === "put" || request.op === "set") count(request.item.keys, 1);
    brain.step(request, out);
  };
  return { brain, answers, held, moves, snapshots, out, step };
}

const bytes = (n: number): Uint8Array => Uint8Array.of(n);
const lock = (ticket: string, holder: string, names: string[], need = names.length): CoordinationRequest => ({
  op: "acquire",
  ticket,
  holder,
  names,
  need,
  capacity: 1,
  wait: true,
});
const drop = (dropped: string): CoordinationRequest => ({
  op: "drop",
  ticket: `drop-${dropped}`,
  holder: "x",
  dropped,
});

test("locks are granted in the order of asking, each grant with a greater fence", () => {
  const { answers, step } = world();
  for (const [i, ticket] of ["a", "b", "c"].entries()) step(lock(ticket, `h${i}`, ["x"]));
  assert.deepEqual([...answers.keys()], ["a"]);
  step(drop("a"));
  step(drop("b"));
  const fences = ["a", "b", "c"].map((ticket) => (answers.get(ticket) as { fence: number }).fence);
  assert.ok((fences[0] as number) < (fences[1] as number) && (fences[1] as number) < (fences[2] as number));
});

test("sets of locks that overlap never wait for each other in a circle", () => {
  const { answers, step } = world();
  step(lock("ab", "1", ["a", "b"]));
  step(lock("bc", "2", ["b", "c"]));
  step(lock("ca", "3", ["c", "a"]));
  assert.deepEqual([...answers.keys()], ["ab"]);
  step(drop("ab"));
  assert.ok(answers.has("bc") && !answers.has("ca"));
  step(drop("bc"));
  assert.ok(answers.has("ca"));
});

test("any two of three locks: those that are free first, the third stays free", () => {
  const { answers, step, brain } = world();
  step(lock("a", "1", ["a"]));
  step(lock("two", "2", ["a", "b", "c"], 2));
  assert.deepEqual((answers.get("two") as { names: string[] }).names, ["b", "c"]);
  assert.deepEqual(brain.leases.peek("a"), { held: 1, waiting: 0 });
});

test("a semaphore gives its leases out, and what the gone held goes on to those who wait", () => {
  const { answers, step, brain, out } = world();
  const ask = (ticket: string, holder: string): void =>
    step({ ...lock(ticket, holder, ["s"]), capacity: 2 } as CoordinationRequest);
  ask("a", "1");
  ask("b", "2");
  ask("c", "3");
  ask("d", "4");
  assert.deepEqual(brain.leases.peek("s"), { held: 2, waiting: 2 });
  brain.review({ workers: [], isPresent: (holder) => holder !== "1" && holder !== "3" }, out);
  assert.ok(answers.has("d"));
  assert.deepEqual(brain.leases.peek("s"), { held: 2, waiting: 0 });
  step({ ...lock("e", "5", ["s"]), capacity: 3 } as CoordinationRequest);
  assert.equal(answers.get("e"), "NAME_TAKEN");
});

test("a full queue holds putters back; what is taken keeps its futures until it arrived", () => {
  const { answers, held, step } = world();
  const put = (ticket: string, n: number): void =>
    step({ op: "put", ticket, holder: "p", name: "q", sizeMax: 1, item: { bytes: bytes(n), keys: [`k${n}`] } });
  put("p1", 1);
  put("p2", 2);
  assert.ok(answers.has("p1") && !answers.has("p2"));
  step({ op: "take", ticket: "t1", holder: "t", name: "q", sizeMax: 1, countMax: 5 });
  assert.deepEqual(answers.get("t1"), { items: [{ bytes: bytes(1), keys: ["k1"] }] });
  assert.ok(answers.has("p2"));
  assert.equal(held.get("k1"), 1);
  step({ op: "arrived", ticket: "x", holder: "t", arrived: "t1", firstHandle: 1 });
  assert.equal(held.get("k1"), 0);
});

test("an item whose taker is gone before it arrived is given to the next one, in its place", () => {
  const { answers, brain, out, step } = world();
  for (const n of [1, 2])
    step({ op: "put", ticket: `p${n}`, holder: "p", name: "q", sizeMax: 0, item: { bytes: bytes(n), keys: [] } });
  step({ op: "take", ticket: "dead", holder: "dies", name: "q", sizeMax: 0, countMax: 1 });
  brain.review({ workers: [], isPresent: (holder) => holder !== "dies" }, out);
  step({ op: "take", ticket: "next", holder: "lives", name: "q", sizeMax: 0, countMax: 2 });
  assert.deepEqual(
    (answers.get("next") as { items: { bytes: Uint8Array }[] }).items.map((item) => item.bytes[0]),
    [1, 2],
  );
});

test("a variable lets its old futures go, but not those that a reader has not yet got", () => {
  const { held, step } = world();
  const set = (ticket: string, key: string): void =>
    step({ op: "set", ticket, holder: "a", name: "v", isNew: false, item: { bytes: bytes(0), keys: [key] } });
  set("1", "old");
  step({ op: "read", ticket: "r", holder: "b", name: "v", wait: true });
  set("2", "new");
  assert.equal(held.get("old"), 1);
  step({ op: "arrived", ticket: "3", holder: "b", arrived: "r", firstHandle: 1 });
  assert.deepEqual([held.get("old"), held.get("new")], [0, 1]);
  step({ op: "remove", ticket: "4", holder: "a", name: "v" });
  assert.equal(held.get("new"), 0);
});

test("whoever waits for an event hears it once, unless it gave up", () => {
  const { answers, step, brain } = world();
  const ask = (op: "eventWait" | "eventSet" | "eventClear" | "eventIsSet", ticket: string): void =>
    step({ op, ticket, holder: "h", name: "e" });
  ask("eventWait", "w1");
  ask("eventWait", "w2");
  step(drop("w2"));
  ask("eventSet", "s");
  assert.ok(answers.get("w1") === true && !answers.has("w2"));
  ask("eventClear", "c");
  ask("eventIsSet", "i");
  assert.equal(answers.get("i"), false);
  assert.equal(brain.knows("w1"), false);
});

test("actors of a gone worker are made again where there is a snapshot, else lost; those of the gone end", () => {
  const { brain, moves, out, step } = world();
  for (const id of ["a", "b", "c"])
    step({ op: "actorRegister", ticket: id, holder: "h", id, worker: "w1", owner: `o-${id}`, recipe: bytes(1) });
  step({ op: "actorSnapshot", ticket: "s", holder: "h", id: "a", bytes: bytes(2) });
  brain.review({ workers: ["w2"], isPresent: (holder) => holder !== "o-c" }, out);
  assert.deepEqual(moves, ["a→w2", "c×w1"]);
  assert.deepEqual(brain.actors.where("b"), { phase: "lost", worker: "w1" });
  brain.actors.restored("a", "w2", true);
  assert.deepEqual(brain.actors.where("a"), { phase: "alive", worker: "w2" });
});

test("a worker that was started again within a moment has nothing of what its former life had", () => {
  const { brain, moves, out, step } = world();
  for (const id of ["a", "b"])
    step({ op: "actorRegister", ticket: id, holder: "h", id, worker: "w1", owner: "o", recipe: bytes(1) });
  step({ op: "actorSnapshot", ticket: "s", holder: "h", id: "a", bytes: bytes(2) });
  const review = (life: number): void =>
    brain.review({ workers: ["w1"], lifeOf: () => life, isPresent: () => true }, out);
  review(1);
  review(1);
  assert.deepEqual(moves, []);
  review(2);
  assert.deepEqual(moves, ["a→w1", "b×w1"]);
  assert.deepEqual(brain.actors.where("b"), { phase: "lost", worker: "w1" });
  brain.actors.restored("a", "w1", true);
  review(2);
  assert.deepEqual(brain.actors.where("a"), { phase: "alive", worker: "w1" });
  assert.deepEqual(moves.length, 2);
});

test("an actor is known to be of the life of its worker that it was made in; summaries without former lives are read", () => {
  const { brain, moves, out, step } = world();
  const made = { op: "actorRegister", ticket: "a", holder: "h", worker: "w1", owner: "o", recipe: bytes(1) } as const;
  step({ ...made, id: "a", life: 1 });
  step({ ...made, ticket: "b", id: "b", life: 2 });
  brain.review({ workers: ["w1"], lifeOf: () => 2, isPresent: () => true }, out);
  assert.deepEqual(brain.actors.where("a"), { phase: "lost", worker: "w1" }, "started again before it was looked at");
  assert.deepEqual(brain.actors.where("b"), { phase: "alive", worker: "w1" });
  assert.deepEqual(moves, ["a×w1"]);
  const later = world();
  const old = { id: "c", worker: "w1", owner: "o", recipe: bytes(1), snapshot: undefined, phase: "alive" };
  later.brain.actors.load([old]);
  later.brain.review({ workers: ["w2"], isPresent: () => true }, later.out);
  assert.deepEqual(later.brain.actors.where("c"), { phase: "lost", worker: "w1" });
});

test("an actor of a life that has yet to join is there; what was made again in a life that ended during a takeover is made again", () => {
  const { brain, moves, out, step } = world();
  const made = { op: "actorRegister", ticket: "a", holder: "h", worker: "w1", owner: "o", recipe: bytes(1) } as const;
  step({ ...made, id: "a", life: 3 });
  step({ op: "actorSnapshot", ticket: "s", holder: "h", id: "a", bytes: bytes(2) });
  const review = (life: number): void =>
    brain.review({ workers: ["w1"], lifeOf: () => life, isPresent: () => true }, out);
  for (const life of [2, 3]) review(life);
  assert.deepEqual(moves, []);
  const entries: CoordinationEntry[] = [
    { op: "request", request: { ...made, id: "a", life: 1 } },
    { op: "request", request: { op: "actorSnapshot", ticket: "s", holder: "h", id: "a", bytes: bytes(2) } },
    { op: "moved", id: "a", worker: "w1", life: 2 },
    { op: "restored", id: "a", worker: "w1", isWell: true },
  ];
  const later = world();
  replayEntries(later.brain, entries, new Map());
  later.brain.review({ workers: ["w1"], lifeOf: () => 3, isPresent: () => true }, later.out);
  assert.deepEqual(later.moves, ["a→w1"]);
});

test("what a scheduler gave up its successor gives up too, though the worker is heard of again", () => {
  const entries: CoordinationEntry[] = [];
  const { brain, out, step } = world();
  const register: CoordinationRequest = {
    op: "actorRegister",
    ticket: "a",
    holder: "h",
    id: "a",
    worker: "w1",
    owner: "o",
    recipe: bytes(1),
  };
  step(register);
  entries.push({ op: "request", request: register });
  brain.review(
    { workers: ["w2"], isPresent: () => true },
    { ...out, lost: (id) => void entries.push({ op: "lost", id }) },
  );
  const later = world();
  replayEntries(later.brain, entries, new Map());
  later.brain.review({ workers: ["w1", "w2"], isPresent: () => true }, later.out);
  assert.deepEqual(later.brain.actors.where("a"), { phase: "lost", worker: "w1" });
  assert.deepEqual(later.moves, ["a×w1"]);
});

test("a worker that was only silent lets go of actors that live elsewhere by now, or are lost; its snapshots do not count", () => {
  const { brain, moves, out, step } = world();
  for (const id of ["a", "b"])
    step({ op: "actorRegister", ticket: id, holder: "h", id, worker: "w1", owner: "o", recipe: bytes(1) });
  step({ op: "actorSnapshot", ticket: "s", holder: "h", id: "a", bytes: bytes(2) });
  const review = (...workers: string[]): void => brain.review({ workers, isPresent: () => true }, out);
  review("w2");
  // The new life answers a call before it is heard that it was made.
  step({ op: "actorSnapshot", ticket: "s1", holder: "h", id: "a", bytes: bytes(4), worker: "w2" });
  brain.actors.restored("a", "w2", true);
  step({ op: "actorSnapshot", ticket: "s2", holder: "h", id: "a", bytes: bytes(3), worker: "w1" });
  review("w2");
  assert.deepEqual(moves, ["a→w2"]);
  // A successor of this scheduler knows it too.
  const later = world();
  later.brain.load(brain.dump());
  later.brain.review({ workers: ["w1", "w2"], isPresent: () => true }, later.out);
  assert.deepEqual(later.moves, ["a×w1", "b×w1"]);
  later.brain.review({ workers: ["w1"], isPresent: () => true }, later.out);
  assert.deepEqual(later.moves.slice(2), ["a→w1"]);
  assert.deepEqual(later.snapshots, [bytes(4)]);
});
