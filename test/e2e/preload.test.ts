import assert from "node:assert/strict";
import { once } from "node:events";
import { relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client } from "shoal";

const module = new URL("./preloaded.fixture.mjs", import.meta.url);
const broken = new URL("./broken-preload.fixture.mjs", import.meta.url).href;

for (const mode of ["inline", "threads", "processes", "nats"] as const)
  test(`a module that workers load ahead is there for every task, mode ${mode}`, async () => {
    const path = relative(process.cwd(), fileURLToPath(module));
    const client = await Client.local({ mode, workers: 2, preload: [path] });
    try {
      await client.waitForWorkers(mode === "inline" ? 1 : 2);
      const marks = await client.gather(
        client.map(() => (globalThis as { shoalPreloaded?: { worker: string }[] }).shoalPreloaded, [1, 2, 3, 4]),
      );
      for (const mark of marks) {
        assert.equal(mark?.length, 1, "setup ran once in each worker");
        assert.equal(typeof mark?.[0]?.worker, "string");
      }
    } finally {
      await client.close();
    }
  });

test("a module that is not there is named before anything starts; a package is found by its name", async () => {
  await assert.rejects(Client.local({ workers: 1, preload: ["./no-such-module.mjs"] }), {
    code: "MISSING_MODULE",
    message: /no-such-module\.mjs, which is to be loaded ahead, is not there as seen from/,
  });
  const client = await Client.local({ workers: 1, preload: ["msgpackr"] });
  await client.waitForWorkers(1);
  await client.close();
});

for (const mode of ["threads", "processes", "nats"] as const)
  test(`a worker whose setup fails is not started again and again: its user is told why, mode ${mode}`, async () => {
    const warned = once(process, "warning");
    await assert.rejects(Client.local({ mode, workers: 1, preload: [broken] }), {
      code: "NO_WORKERS",
      message: /Of 1 workers 0 are there, and one will not come: .*no licence for the solver/s,
    });
    const [warning] = (await warned) as [Error & { code?: string }];
    assert.equal(warning.code, "WORKER_LOST");
  });
