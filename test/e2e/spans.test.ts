import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, config, delayed, type ShoalError, span } from "shoal";
import * as da from "shoal/array";

for (const mode of ["inline", "processes"] as const)
  test(`span() has work counted by its tags, ${mode}`, { timeout: 60_000 }, async () => {
    await using client = await Client.local({ mode, workers: 2 });
    const double = (n: number): number => n * 2;
    await client.submit(double, 1).result();
    const total = await span("etl", async () => {
      const [two] = await client.gather([client.submit(double, 1)]);
      const six = await span("clean", () => client.submit(double, 3).result());
      // What is made outside counts where it is computed.
      return (two as number) + six + (await outside.compute());
    });
    assert.equal(total, 2 + 6 + 10);
    const later = span("made", () => delayed(double)(4));
    assert.equal(await later.compute(), 8);
    const failing = span("etl", () =>
      client.submit(() => {
        throw new RangeError("no");
      }),
    );
    await failing.exception();
    const spans = await client.getSpans();
    assert.deepEqual(
      spans.map((one) => [one.span, one.tasks, one.finished, one.failed]),
      [
        ["etl", 4, 3, 1],
        ["etl/clean", 1, 1, 0],
        ["made", 1, 1, 0],
      ],
    );
    for (const { bytes, busyMs, firstAgoMs, lastAgoMs } of spans) {
      assert.ok(bytes >= 8 && busyMs >= 0);
      assert.ok(firstAgoMs >= lastAgoMs && lastAgoMs >= 0);
    }
  });

const outside = delayed((n: number) => n * 2)(5);

test("span() tags blocks of arrays and what is persisted; names are checked", async () => {
  await using client = await Client.local({ mode: "inline" });
  const x = da.ones([40], { chunks: 10 });
  await span("arrays", () => x.add(1).sum().compute());
  const [arrays] = await client.getSpans();
  assert.equal(arrays?.span, "arrays");
  assert.ok((arrays?.finished ?? 0) >= 1);
  assert.equal(arrays?.finished, arrays?.tasks);
  for (const name of ["", "a/b", 5]) assert.throws(() => span(name as string, () => 1), TypeError);
  assert.throws(() => span("a", 5 as never), TypeError);
});

test("client.compute() follows the configuration as compute() does, and refuses options that nobody reads", async () => {
  await using client = await Client.local({ mode: "inline" });
  const slow = delayed(() => new Promise<number>(() => {}))();
  await config.with({ "compute.timeout": "20ms" }, () =>
    assert.rejects(client.compute(slow), (error: ShoalError) => error.code === "TIMEOUT"),
  );
  await assert.rejects(client.compute(slow, { retrys: 1 } as never), /retries/);
});
