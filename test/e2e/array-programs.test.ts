import assert from "node:assert/strict";
import { test } from "node:test";
import * as da from "../../collections/array/index.ts";
import { Client } from "../../index.ts";

/** The program of the design page as it stands there, and its indexers; lengths are its own divided by `by`. */
async function program(by: number): Promise<unknown[]> {
  const x = da.random.normal([20_000 / by, 20_000 / by], { chunks: [1000 / by, 1000 / by], seed: 1 });
  const y = x.add(x.T).get("::2", [0, 5, 9]);
  const z = da.map((a, b) => Math.exp(-a * a) + b, x, x.T).mean({ axis: 0 });
  const values = await z.compute();
  assert.deepEqual(values.shape, [20_000 / by]);
  assert.equal(values.dtype, "float64");
  assert.ok(values.data instanceof Float64Array);
  assert.match(String(values), /^\[/);
  const picked = y
    .get(-1)
    .add(y.get("…", da.newaxis).get(0, ":", 0))
    .get([true, false, true]);
  return [z.toString(), values.toArray(), (await y.compute()).toArray(), (await picked.compute()).toArray()];
}

test("the array program of the design prints as it says there, at its own size", () => {
  const x = da.random.normal([20_000, 20_000], { chunks: [1000, 1000], seed: 1 });
  const z = da.map((a, b) => Math.exp(-a * a) + b, x, x.T).mean({ axis: 0 });
  assert.equal(String(z), "Array float64 (20000,) 20 chunks of (1000,), 160 kB");
});

let expected: unknown[] | undefined;
for (const mode of ["inline", "threads", "processes", "nats"] as const)
  test(`the array program of the design runs as written: ${mode}`, async () => {
    const client = await Client.local({ mode, workers: 2 });
    try {
      const found = await program(50);
      expected ??= found;
      assert.deepEqual(found, expected);
    } finally {
      await client.close();
    }
  });
