import assert from "node:assert/strict";
import { test } from "node:test";
import { annotate, Client, computeWith, delayed } from "shoal";
import * as db from "shoal/bag";

const inc = (x: number): number => x + 1;

test("annotate() gives hints to lazy calls made inside, and to no others; scopes add up", async () => {
  const before = delayed(inc)(1);
  const inside = annotate({ priority: 10 }, () =>
    annotate({ retries: 2 }, () => [delayed(inc)(before), delayed(inc, { annotations: { priority: 3 } })(before)]),
  );
  assert.deepEqual(inside[0]?.layer.annotations, { priority: 10, retries: 2 });
  assert.deepEqual(inside[1]?.layer.annotations, { priority: 3, retries: 2 });
  assert.equal(before.layer.annotations, undefined);
  assert.equal(delayed(inc)(1).layer.annotations, undefined);
  assert.equal(await inside[0]?.compute(), 3);
});

test("annotate() gives hints to other collections that come out of it", async () => {
  const { sum } = annotate({ retries: 1 }, () => ({ sum: db.range(10, { npartitions: 2 }).map(inc).sum() }));
  assert.deepEqual(sum.layer.annotations, { retries: 1 });
  assert.equal(await sum.compute(), 55);
});

test("annotate() gives hints to futures, across what it awaits", async () => {
  await using client = await Client.local({ mode: "inline" });
  let failures = 2;
  const flaky = (): string => {
    if (failures-- > 0) throw new Error("not yet");
    return "done";
  };
  const future = await annotate({ retries: 2 }, async () => {
    await Promise.resolve();
    return client.submit(flaky);
  });
  assert.equal(await future.result(), "done");
});

test("hints that are unknown or mean nothing are refused", () => {
  const message = 'annotate() has no option "timeout"; did you mean "timeoutMs"?';
  assert.throws(() => annotate({ timeout: 5 } as never, () => 1), { name: "TypeError", message });
  assert.throws(() => annotate(delayed(inc)(1), { retries: -1 }), RangeError);
  assert.throws(() => delayed(inc, { annotations: { prority: 1 } as never }), /delayed\(\) has no option "prority"/);
});

test("options of compute() and persist() that nobody reads are refused", async () => {
  const lazy = delayed(inc)(1);
  const message = 'compute() has no option "timout"; did you mean "timeout"?';
  await assert.rejects(lazy.compute({ timout: "5s" } as never), { name: "TypeError", message });
  assert.throws(() => db.range(3, { npartitions: 1 }).persist({ retry: 1 } as never), /no option "retry"/);
  await assert.rejects(computeWith({ travers: false } as never, lazy), /did you mean "traverse"/);
  assert.deepEqual(await computeWith({ traverse: false }, lazy), [2]);
});
