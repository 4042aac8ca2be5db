import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, type ShoalError } from "shoal";
import { SERVER_CONFIG } from "../../infra/nats/server.ts";
import { startCommand } from "../support/command-line.ts";
import { startTestNats } from "../support/nats.ts";

const LIMIT = { timeout: 180_000 };

test(
  "a scheduler that is gone for good, and was not journalled: results are still read from their workers, open futures fail with LOST_DATA when another comes, and the client goes on with it",
  LIMIT,
  async (t) => {
    const server = await startTestNats(t, { config: SERVER_CONFIG });
    const at = ["--cluster", "lost", "--nats", server.url];
    const first = startCommand(t, ["scheduler", ...at, "--no-page"]);
    await first.says(/ is ready at /);
    startCommand(t, ["worker", ...at, "--workers", "1"]);
    const client = await Client.connect(server.url, { cluster: "lost", timeout: "30s" });
    t.after(() => client.close());
    await client.waitForWorkers(1, { timeout: "60s" });

    const made = client.submit((n: number) => new Float64Array(n).fill(2), 5000);
    await made.wait();
    const open = client.submit(() => new Promise<number>(() => {}));
    await client.ask(client.taskAddress(open.key), { type: "state" });
    first.child.kill("SIGKILL");
    await first.exit;
    assert.equal((await made.result({ timeout: "60s" })).length, 5000);
    await assert.rejects(open.result({ timeout: 50 }), { code: "TIMEOUT" });
    assert.equal(open.status, "pending");

    const second = startCommand(t, ["scheduler", ...at, "--no-page"]);
    await second.says(/ is ready at /);
    const error = (await open.exception({ timeout: "60s" })) as ShoalError;
    assert.equal(error.code, "LOST_DATA");
    assert.match(error.message, /submit it again/);
    assert.equal(await client.submit((n: number) => n + 1, 41).result({ timeout: "60s" }), 42);
  },
);
