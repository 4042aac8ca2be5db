import assert from "node:assert/strict";
import { test } from "node:test";
import { Callback, Client, delayed } from "shoal";

const add = delayed((a: number, b: number) => a + b);
const fail = delayed((_: number): number => {
  throw new RangeError("no");
});

for (const mode of ["no client", "inline"] as const)
  test(`a callback hears of a computation and of each of its tasks (${mode})`, async () => {
    const client = mode === "inline" ? await Client.local({ mode }) : undefined;
    try {
      const said: string[] = [];
      const callback = new Callback({
        start: (wanted) => said.push(`start ${wanted}`),
        pretask: (key) => said.push(`before ${key}`),
        posttask: (key, outcome, durationMs) => {
          assert.ok(durationMs >= 0);
          said.push(`after ${key} ${"value" in outcome ? outcome.value : outcome.error}`);
        },
        finish: (error) => said.push(error === undefined ? "finish" : `finish ${(error as Error).name}`),
      });
      const sum = add.with({ name: "sum" })(1, 2);
      assert.equal(await callback.during(() => sum.compute()), 3);
      assert.deepEqual(said.splice(0), ["start 1", "before sum", "after sum 3", "finish"]);
      await assert.rejects(callback.during(() => fail.with({ name: "bad" })(1).compute()));
      assert.deepEqual(said.splice(0), ["start 1", "before bad", "after bad RangeError: no", "finish TaskError"]);
      await add(3, 4).compute();
      assert.deepEqual(said, [], "nothing is said of what comes later");
    } finally {
      await client?.close();
    }
  });

test("a hook that throws is warned of, and the work goes on", async (t) => {
  const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
  const callback = new Callback({
    pretask: () => {
      throw new RangeError("mine");
    },
  }).register();
  t.after(() => callback.unregister());
  assert.equal(await add(1, 1).compute(), 2);
  assert.match((await warned).message, /pretask failed: RangeError: mine/);
});
