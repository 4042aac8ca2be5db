import assert from "node:assert/strict";
import { test } from "node:test";
import { ClusterScript } from "../support/cluster-script.ts";

/**
 * Stealing, letter by letter; numbered as in the design's scheduling.md, section 7. A is the victim, B and C ask it. All tasks are
 * sent to A before the others join, so that it has more than it can begin.
 */

const independent = (count: number): readonly (readonly number[])[] => Array.from({ length: count }, () => []);

/** A runs row 0 of `count`, has the others in its queue, and B has joined. */
function loaded(count = 10): ClusterScript {
  const c = new ClusterScript({ A: 1 });
  c.submit("x", independent(count), 1);
  c.flow();
  assert.equal(c.begins("A"), 0);
  c.join("B");
  return c;
}

test("hint, ask, grant, relinquish, claim: B gets the end of A's queue, and begins nothing before the claim", () => {
  const c = loaded();
  assert.deepEqual(c.mail("S>B"), ["hint"]);
  assert.equal(c.hunger("B"), "hinted");
  c.deliver("S>B");
  assert.deepEqual(c.mail("B>A"), ["ask"]);
  c.deliver("B>A");
  assert.deepEqual(c.mail("A>B"), ["grant 9 8 7 6"]);
  assert.deepEqual(c.mail("A>S"), ["relinquish 9 8 7 6"]);
  assert.equal(c.stands(9), "S:processing");
  c.deliver("A>B");
  assert.equal(c.stands(9), "S:processing B:promised");
  assert.equal(c.begins("B"), -1, "a promise is no claim");
  c.deliver("A>S");
  assert.deepEqual(c.mail("S>B").at(-1), "compute 9 8 7 6");
  c.deliver("S>B");
  assert.equal(c.stands(9), "S:processing B:queued");
  assert.equal(c.hunger("B"), "fed");
  c.finish("A", 0);
  assert.equal(c.runAll().split(" ").length, 9);
  c.release(1, 10);
  c.flow();
  c.isEmpty();
});

/** What A gives B of 40 tasks of 1 ms that all read 1 MB, where results were measured to move so fast. */
function givenAt(megabytesPerS: number): string[] {
  const c = new ClusterScript({ A: 1 });
  c.submit("x", [[], ...Array.from({ length: 40 }, () => [0])], 1);
  c.flow();
  assert.equal(c.begins("A"), 0);
  c.finish("A", 0, 1e6);
  c.flow();
  // One of them has shown how long they take.
  c.finish("A", c.begins("A"));
  c.flow();
  c.begins("A");
  const activity = { context: "fetch", activity: "transfer", kind: "", span: "", count: 1000 } as const;
  c.brain.state.transferRate.learn([], [{ ...activity, bytes: 5e9, seconds: 5000 / megabytesPerS }]);
  c.join("B");
  c.deliver("S>B");
  c.deliver("B>A");
  return c.mail("A>B").flatMap((one) => one.split(" ").slice(1));
}

test("what is given away is what would begin sooner elsewhere, at the rate at which results were measured to move", () => {
  assert.deepEqual(givenAt(20), [], "50 ms each");
  assert.equal(givenAt(100).length, 13, "10 ms each");
  assert.equal(givenAt(1000).length, 18, "1 ms each");
});

test("1: B and C ask for the same tasks: each is given to one of them, and runs once", () => {
  const c = loaded(12);
  c.join("C");
  c.deliver("S>B");
  c.deliver("S>C");
  c.deliver("B>A");
  c.deliver("C>A");
  const [toB] = c.mail("A>B");
  const [toC] = c.mail("A>C");
  assert.deepEqual([toB, toC], ["grant 11 10 9 8 7", "grant 6 5"]);
  c.finish("A", 0);
  const ran = c.runAll().split(" ");
  assert.deepEqual(
    ran.map((one) => Number(one.slice(1))).sort((a, b) => a - b),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  );
});

test("2: A gave 9 to B, but A's session began anew and 9 was placed on B before A's word came: it changes nothing", () => {
  const c = loaded();
  c.deliver("S>B");
  c.deliver("B>A");
  // The relinquish was lost with the old session: the inventory says that A has none of them.
  c.lose("A>S");
  c.brain.step({ kind: "worker", worker: "A", incarnation: 1, message: c.worker("A").inventory() }, 0);
  c.tick(1);
  const attempt = c.brain.state.tasks.attempt[9];
  assert.equal(c.stands(9), "S:processing");
  c.brain.step(
    {
      kind: "worker",
      worker: "A",
      incarnation: 1,
      message: {
        type: "relinquish",
        thief: "B",
        incarnation: 1,
        rows: Uint32Array.of(9),
        attempts: Float64Array.of(9),
      },
    },
    0,
  );
  c.tick(1);
  assert.equal(c.brain.state.tasks.attempt[9], attempt, "the assignment in force stands");
  c.flow();
  c.finish("A", 0);
  assert.equal(new Set(c.runAll().split(" ")).size, 9);
});

test("3: the thief dies and another of its name joins before A's word comes: nothing is claimed for the dead one", () => {
  const c = loaded();
  c.deliver("S>B");
  c.deliver("B>A");
  assert.deepEqual(c.mail("A>S"), ["relinquish 9 8 7 6"]);
  const said = c.links.get("A>S") as [];
  c.links.set("A>S", []);
  c.join("B");
  c.lose("S>B");
  c.links.set("A>S", said);
  c.deliver("A>S");
  assert.match(c.stands(9), /^S:processing/, "it is placed anew");
  assert.deepEqual(
    c.mail("S>B").filter((one) => one.startsWith("void")),
    ["void 9 8 7 6"],
  );
  c.finish("A", 0);
  assert.equal(c.runAll().split(" ").length, 9);
  c.release(1, 10);
  c.flow();
  c.isEmpty();
});

test("4: tasks are released while they are given away: loads are exactly zero", () => {
  const c = loaded();
  c.deliver("S>B");
  c.deliver("B>A");
  c.release(1, 10);
  assert.equal(c.stands(9), "S:forgotten");
  c.flow();
  c.finish("A", 0);
  c.flow();
  for (let beat = 0; beat < 3; beat++) c.beat("B");
  c.isEmpty();
});

test("5: B asks for what the client has just released: A has nothing to give, a hundred times over", () => {
  const c = new ClusterScript({ A: 1, B: 1 });
  for (let i = 0; i < 100; i++) {
    c.submit(`x${i}`, independent(6), 1 + 6 * i);
    c.tick(20);
    c.deliver("S>B");
    c.release(1 + 6 * i, 6);
    c.deliver("S>A");
    c.flow();
  }
  for (let beat = 0; beat < 3; beat++) c.beat("B");
  c.isEmpty();
});

test("6: a task that waits for its inputs, and one that others wait for, are not given away", () => {
  // 0 → 1 … 5; 6 is read by 7
  const c = new ClusterScript({ A: 1 });
  c.submit("x", [[], [0], [0], [0], [0], [0], [], [6]], 1);
  c.flow();
  c.join("B");
  c.deliver("S>B");
  c.deliver("B>A");
  assert.deepEqual(c.mail("A>B"), ["grant"]);
  assert.deepEqual(c.mail("A>S"), []);
});

test("the grant is lost: the claim says all there is to say", () => {
  const c = loaded();
  c.deliver("S>B");
  c.deliver("B>A");
  c.lose("A>B");
  c.deliver("A>S");
  c.deliver("S>B");
  assert.equal(c.stands(9), "S:processing B:queued");
});

test("the claim overtakes the grant: the promise finds its task there, and adds nothing", () => {
  const c = loaded();
  c.deliver("S>B");
  c.deliver("B>A");
  c.deliver("A>S");
  c.deliver("S>B");
  c.deliver("A>B");
  assert.equal(c.stands(9), "S:processing B:queued");
  c.finish("A", 0);
  assert.equal(new Set(c.runAll().split(" ")).size, 9);
});

test("a void overtakes the grant: the promise is dead before it comes", () => {
  const c = loaded();
  c.deliver("S>B");
  c.deliver("B>A");
  c.client({ type: "cancel", handles: Uint32Array.of(10), reason: "test" });
  c.deliver("A>S");
  c.deliver("S>B");
  c.deliver("A>B");
  assert.equal(c.stands(9), "S:erred");
});

test("the scheduler never hears of the grant: promises run out, and the victim's next session gives the tasks back", () => {
  const c = loaded();
  c.deliver("S>B");
  c.deliver("B>A");
  c.deliver("A>B");
  c.lose("A>S");
  for (let beat = 0; beat < 3; beat++) c.beat("B");
  assert.equal(c.stands(9), "S:processing");
  c.brain.step({ kind: "worker", worker: "A", incarnation: 1, message: c.worker("A").inventory() }, 0);
  c.tick(1);
  c.flow();
  c.finish("A", 0);
  assert.equal(c.runAll().split(" ").length, 9);
});

test("B fetches the inputs of what it was promised at once, and keeps them when the claim comes", () => {
  // 0 → 1 … 8
  const c = new ClusterScript({ A: 1 });
  c.submit("x", [[], ...Array.from({ length: 8 }, () => [0])], 1);
  c.flow();
  assert.equal(c.begins("A"), 0);
  c.finish("A", 0);
  c.flow();
  assert.ok(c.begins("A") > 0);
  c.join("B");
  c.deliver("S>B");
  c.deliver("B>A");
  const given = Number(c.mail("A>B")[0]?.split(" ")[1]);
  c.deliver("A>B");
  assert.equal(c.stands(given), "S:processing B:promised");
  assert.equal(c.stands(0), "S:memory A:memory B:memory");
  c.flow();
  assert.match(c.stands(given), /B:queued/);
});

test("tasks that may run elsewhere only where none of their workers is stay with one that is: they would come straight back", () => {
  const c = new ClusterScript({ A: 1 });
  c.submit("mine", independent(6), 1, { workers: ["A"], allowOtherWorkers: true });
  c.flow();
  c.begins("A");
  c.join("B");
  c.deliver("S>B");
  c.deliver("B>A");
  assert.deepEqual(c.mail("A>B"), ["grant"]);
});

test("tasks that may not run on the thief stay: another worker's, and those with more resources than it has", () => {
  const c = new ClusterScript({ A: 1 });
  c.submit("mine", independent(6), 1, { workers: ["A"] });
  c.flow();
  c.begins("A");
  c.join("B");
  c.deliver("S>B");
  c.deliver("B>A");
  assert.deepEqual(c.mail("A>B"), ["grant"]);
});

test("tasks go no further than the thief's free resources: what it could not begin would come straight back, again and again", () => {
  const c = new ClusterScript({});
  c.join("A", 1, { gpu: 8 });
  c.submit("gpu", independent(8), 1, { resources: { gpu: 1 } });
  c.flow();
  assert.equal(c.begins("A"), 0);
  c.join("B", 2, { gpu: 1 });
  const given: string[] = [];
  for (let round = 0; round < 20; round++) {
    c.deliver("S>B");
    c.deliver("B>A");
    given.push(...c.mail("A>S"));
    c.flow();
    c.tick(2000);
  }
  assert.deepEqual(given, ["relinquish 7"]);
  assert.equal(c.stands(7), "S:processing B:queued");
});

test("tasks are given away and released in one turn: the thief is not sent what nobody wants any more", () => {
  const c = loaded();
  c.deliver("S>B");
  c.deliver("B>A");
  c.deliver("A>B");
  const rows = Uint32Array.of(9, 8, 7, 6);
  const given = { rows, attempts: Float64Array.from(rows, (row) => c.brain.state.tasks.attempt[row] as number) };
  c.lose("A>S");
  const message = { type: "relinquish", thief: "B", incarnation: 1, ...given } as const;
  c.brain.step({ kind: "worker", worker: "A", incarnation: 1, message }, 0);
  c.release(1, 10);
  assert.deepEqual(c.mail("S>B"), ["void 9 8 7 6"]);
  c.flow();
  c.finish("A", 0);
  c.flow();
  c.isEmpty();
});
