import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "@nats-io/transport-node";
import { openLocal } from "../../../infra/cluster/open-local.ts";

test("nobody else enters the server of a local cluster", { timeout: 60_000 }, async (t) => {
  const cluster = await openLocal({ mode: "nats", workers: 1 });
  t.after(() => cluster.close());
  const { inner } = cluster.bus as unknown as { inner: { connection: { getServer(): string } } };
  await assert.rejects(connect({ servers: inner.connection.getServer(), maxReconnectAttempts: 0 }), /authorization/i);
});
