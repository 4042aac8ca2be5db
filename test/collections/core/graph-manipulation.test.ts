import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { annotate, bind, Client, checkpoint, clone, compute, delayed } from "shoal";
import * as db from "shoal/bag";
import { sourcesOf } from "../../../runtime/graph/layer.ts";

let client: Client;
before(async () => {
  client = await Client.local({ mode: "inline" });
});
after(() => client.close());

const said: string[] = [];
/** In this thread, so that what it says is heard. */
const say = delayed(async (word: string, ..._after: unknown[]) => {
  await new Promise((resolve) => setImmediate(resolve));
  said.push(word);
  return word;
});
const heard = (): string[] => said.splice(0);

test("clone() shares nothing with the original; omit keeps what it names; a seed gives the same names", async () => {
  const root = say("root");
  const leaf = say("leaf", root);
  const [twin] = clone([leaf]);
  assert.notEqual(twin.key, leaf.key);
  assert.deepEqual(await compute(leaf, twin), ["leaf", "leaf"]);
  assert.deepEqual(heard().sort(), ["leaf", "leaf", "root", "root"]);
  assert.equal(clone([leaf], { seed: 1 })[0].key, clone([leaf], { seed: 1 })[0].key);
  const numbers = db.range(4, { npartitions: 2 });
  const squares = numbers.map((n) => n * n);
  const [apart] = clone([squares], { omit: numbers });
  assert.deepEqual(await apart.compute(), [0, 1, 4, 9]);
  assert.ok(apart.taskKeys().some((key) => numbers.taskKeys().includes(key)));
  assert.ok(
    !apart.taskKeys().some((key) =>
      squares
        .map((n) => n)
        .taskKeys()
        .slice(-2)
        .includes(key),
    ),
  );
});

test("bind() has children wait for parents that they do not read", async () => {
  const parents = [say("a"), say("b")];
  const child = bind(say("c", say("d")), parents);
  assert.equal(await child.compute(), "c");
  assert.deepEqual(heard().slice(2), ["d", "c"]);
  const bag = bind(db.fromSequence(["e", "f"], { npartitions: 2 }), say("first"));
  assert.deepEqual(await bag.map((word) => word.toUpperCase()).compute(), ["E", "F"]);
  assert.deepEqual(heard(), ["first"]);
  assert.throws(() => bind(child, [1 as never]), TypeError);
});

test("checkpoint() is there when all is done", async () => {
  assert.equal(await checkpoint(say("x"), db.range(3, { npartitions: 3 })).compute(), null);
  assert.deepEqual(heard(), ["x"]);
});

test("annotate() gives all work hints, but what is omitted", async () => {
  let tries = 0;
  const shaky = delayed(() => {
    tries += 1;
    if (tries < 3) throw new Error(`try ${tries}`);
    return tries;
  });
  const sum = shaky().add(1);
  assert.equal(await annotate(sum, { retries: 2 }).compute(), 4);
  const bag = db.range(4, { npartitions: 2 });
  const squares = bag.map((n) => n * n);
  const urgent = annotate(squares, { priority: 5 }, { omit: bag });
  assert.deepEqual(urgent.layer.annotations, { priority: 5 });
  assert.equal(sourcesOf(urgent.layer)[0]?.annotations, undefined);
  assert.deepEqual(await urgent.compute(), [0, 1, 4, 9]);
});
