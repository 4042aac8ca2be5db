import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, TimeoutError, taskScope } from "shoal";

for (const mode of ["inline", "threads", "processes"] as const)
  test(`a task that takes longer than it was given is told to stop and fails with TIMEOUT, and its slot comes back, ${mode}`, async (t) => {
    const client = await Client.local({ mode, workers: 1 });
    t.after(() => client.close());
    const told = await client.scatter({ by: "its deadline" });
    const late = client.submit(
      async ({ by }: { by: string }) => {
        const { signal } = taskScope();
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error(`stopped by ${by}`))));
      },
      told,
      { timeout: "50ms" },
    );
    const after = client.submit((x: number) => x + 1, 41);
    assert.equal(await after.result({ timeout: "60s" }), 42);
    const error = await late.exception({ timeout: "60s" });
    assert.ok(error instanceof TimeoutError, String(error));
    assert.match(error.message, /^Task \S+ took longer than the 50 ms it was given, on worker \S+$/);
    assert.equal(error.code, "TIMEOUT");
    assert.equal(error.details["timeoutMs"], 50);
  });
