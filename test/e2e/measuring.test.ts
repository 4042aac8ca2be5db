import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, getTaskStream, ResourceProfiler } from "shoal";

test("ResourceProfiler sees processor time and memory of this process and of its workers", async () => {
  const client = await Client.local({ mode: "processes", workers: 2 });
  try {
    const profiler = new ResourceProfiler({ intervalMs: 10 });
    const spins = client.map(
      function spin(ms: number) {
        const { user } = process.cpuUsage();
        while (process.cpuUsage().user - user < ms * 1000);
        return ms;
      },
      [80, 80],
    );
    assert.deepEqual(await profiler.profile(() => client.gather(spins)), [80, 80]);
    const { results } = profiler;
    assert.ok(results.length >= 2);
    assert.ok(results.every(({ processes }) => processes === 3));
    assert.ok(results.every(({ rssBytes }) => rssBytes > 50e6));
    const cpuMs = results.reduce((sum, { ms, cpu }, i) => sum + cpu * (ms - (results[i - 1]?.ms ?? 0)), 0);
    assert.ok(cpuMs >= 100, `${cpuMs} ms of processor time for 160 in two other processes`);
    assert.match(await profiler.plot(), /^<svg.*cores busy/s);
    await assert.rejects(
      profiler.profile(() => Promise.reject(new Error("it broke"))),
      /it broke/,
    );
    assert.throws(() => new ResourceProfiler({ intervalMs: 0 }), RangeError);
  } finally {
    await client.close();
  }
});

test("getTaskStream() gives what ran while work was done, where and for how long, and draws it", async () => {
  const client = await Client.local({ mode: "threads", workers: 2 });
  try {
    await client.submit(function before() {}).result();
    const stream = await getTaskStream(async () => {
      const spins = client.map(
        function spin(ms: number) {
          const end = performance.now() + ms;
          while (performance.now() < end);
          return ms;
        },
        [20, 20, 20, 20],
      );
      await client
        .submit(function fail() {
          throw new RangeError("no");
        })
        .exception();
      return client.gather(spins);
    });
    assert.deepEqual(stream.value, [20, 20, 20, 20]);
    const spins = stream.runs.filter(({ prefix }) => prefix === "spin");
    assert.equal(
      spins.reduce((sum, { count }) => sum + count, 0),
      4,
    );
    assert.ok(spins.reduce((sum, { durationMs }) => sum + durationMs, 0) >= 80);
    const workers = new Set(client.workers.map(({ id }) => id));
    assert.ok(stream.runs.every(({ worker }) => workers.has(worker)));
    assert.equal(
      stream.runs.reduce((sum, { failed }) => sum + failed, 0),
      1,
    );
    assert.match(await stream.plot(), /^<svg.*spin/s);
  } finally {
    await client.close();
  }
});
