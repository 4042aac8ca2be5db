import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, OverloadedError } from "shoal";
import { startCommand } from "../support/command-line.ts";

test("shoal scheduler --tasks-per-client-max declines what is too much of one client, and takes what is not", async (t) => {
  const nats = startCommand(t, ["nats", "--port", "0"]);
  const [, url = ""] = await nats.says(/is ready at (nats:\S+)/);
  const env = { SHOAL_NATS: url, SHOAL_CLUSTER: "bounded" };
  await startCommand(t, ["scheduler", "--no-page", "--tasks-per-client-max", "10"], { env }).says(/is ready at/);
  startCommand(t, ["worker"], { env });
  const client = await Client.connect(url, { cluster: "bounded" });
  t.after(() => client.close());
  const square = (x: number): number => x * x;
  const [many] = client.map(
    square,
    Array.from({ length: 11 }, (_, x) => x),
  );
  const error = await many?.exception({ timeout: "60s" });
  assert.ok(error instanceof OverloadedError, String(error));
  assert.deepEqual(await client.gather(client.map(square, [1, 2, 3])), [1, 4, 9]);
});

test("shoal scheduler --tasks-per-client-max says what it takes", async (t) => {
  const env = { SHOAL_NATS: "nats://127.0.0.1:1" };
  const command = startCommand(t, ["scheduler", "--tasks-per-client-max", "0"], { env });
  await command.says(/--tasks-per-client-max takes a whole number from 1 on, not "0"/);
});
