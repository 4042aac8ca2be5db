import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Client, Future } from "shoal";
import { findRun } from "../../../collections/futures/future-run.ts";

const COUNT = 100;
const numbers = Array.from({ length: COUNT }, (_, i) => i);
const inc = (n: number): number => n + 1;
const doubled = (n: number): number => n * 2;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

test("map() gives an array of futures that are made when they are looked at, and are the same ever after", async () => {
  await using client = await Client.local({ mode: "inline" });
  const futures = client.map(inc, numbers);
  assert.notEqual(findRun(futures), undefined);
  assert.ok(Array.isArray(futures));
  assert.equal(futures.length, COUNT);
  const seventh = futures[7];
  assert.ok(seventh instanceof Future);
  assert.equal(futures[7], seventh);
  assert.equal(futures.at(-93), seventh);
  assert.equal(futures.indexOf(seventh), 7);
  assert.equal(futures[COUNT], undefined);
  assert.equal(futures[-1], undefined);
  assert.equal((futures as unknown as Record<string, unknown>)["07"], undefined);
  assert.equal(await seventh.result(), 8);
  assert.equal(new Set(futures.map(({ key }) => key)).size, COUNT);
  assert.equal(Object.keys(futures).length, COUNT);
  assert.ok(50 in futures && !(COUNT in futures));
  assert.deepEqual(await client.gather(futures), numbers.map(inc));
});

test("every way through such an array meets all its futures", async () => {
  await using client = await Client.local({ mode: "inline" });
  const fresh = (): Future<number>[] => client.map(inc, numbers);
  const ways: Record<string, (futures: Future<number>[]) => unknown> = {
    spread: (futures) => [...futures],
    slice: (futures) => futures.slice(),
    concat: (futures) => [].concat(futures as never),
    filter: (futures) => futures.filter(() => true),
    from: (futures) => Array.from(futures),
    entries: (futures) => Object.values(futures),
    frozen: (futures) => Object.freeze(futures),
    flat: (futures) => [futures].flat(),
  };
  for (const [way, go] of Object.entries(ways)) {
    const found = go(fresh()) as Future<number>[];
    assert.equal(found.length, COUNT, way);
    assert.ok(
      Array.from(found).every((one) => one instanceof Future),
      way,
    );
    assert.deepEqual(await client.gather(found), numbers.map(inc), way);
  }
  assert.match(inspect(fresh(), { maxArrayLength: 2 }), /^\[\s*Future inc-\S+ \w+,\s+Future/);
  assert.deepEqual(await client.gather(client.map(doubled, fresh())), numbers.map(inc).map(doubled));
  assert.equal(await client.submit((all: number[]) => all.length, fresh()).result(), COUNT);
});

test("a list that is changed is gathered as it is then", async () => {
  await using client = await Client.local({ mode: "inline" });
  const futures = client.map(inc, numbers);
  futures.reverse();
  assert.equal(findRun(futures), undefined);
  assert.deepEqual(await client.gather(futures), numbers.map(inc).reverse());
  const [last] = futures.splice(0, 1);
  assert.equal(await last?.result(), COUNT);
  futures.push(client.submit(inc, 1000));
  assert.equal((await client.gather(futures)).at(-1), 1001);
  futures.length = 3;
  assert.deepEqual(await client.gather(futures), [99, 98, 97]);
  delete (futures as unknown[])[0];
  await assert.rejects(client.gather(futures), TypeError);
});

test("a future of such a list that was released is told of by its name", async () => {
  await using client = await Client.local({ mode: "inline" });
  const futures = client.map(inc, numbers);
  await client.gather(futures);
  const { key } = futures[3] as Future<number>;
  futures[3]?.release();
  await assert.rejects(client.gather(futures), { code: "CANCELLED", message: new RegExp(key) });
});

test("results stay while the list or their own future is there, and no longer", { timeout: 120_000 }, async () => {
  await using client = await Client.local({ mode: "inline" });
  const held = async (): Promise<number> => (await client.status()).tasks["memory"] ?? 0;
  const lists = [client.map(inc, numbers)];
  await client.gather(lists[0] as Future<number>[]);
  const kept = (lists[0] as Future<number>[])[42] as Future<number>;
  for (let i = 0; i < 5; i++) {
    collect();
    await new Promise(setImmediate);
  }
  assert.equal(await held(), COUNT);
  lists.length = 0;
  while ((await held()) > 1) {
    collect();
    await new Promise(setImmediate);
  }
  assert.equal(await kept.result(), 43);
  kept.release();
  while ((await held()) > 0) await new Promise(setImmediate);
});
