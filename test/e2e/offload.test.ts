import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../../index.ts";
import { startTestNats } from "../support/nats.ts";

test("over NATS a worker writes and reads results in the thread that computes, never in the one that holds the connection", async (t) => {
  const { url } = await startTestNats(t);
  await using client = await Client.local({ mode: "nats", workers: 2, nats: url });
  const fixture = new URL("./coded-where.fixture.mjs", import.meta.url).href;
  const [a, b] = client.workers.map(({ id }) => id) as [string, string];
  const make = async (module: string): Promise<object> => {
    const { CodedWhere } = await import(module);
    return new CodedWhere("", "");
  };
  const made = client.submit(make, fixture, { workers: [a] });
  const look = ({ written, read }: { written: string; read: string }): string[] => [written, read];
  const seen = client.submit(look, made as never, { workers: [b] });
  assert.deepEqual(await seen.result({ timeout: "30s" }), ["other", "other"]);
});
