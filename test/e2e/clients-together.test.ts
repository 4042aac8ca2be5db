import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "@nats-io/transport-node";
import { Client } from "shoal";
import { SERVER_CONFIG } from "../../infra/nats/server.ts";
import { startTestNats } from "../support/nats.ts";

const LIMIT = { timeout: 120_000 };

test(
  "two clients share a result; the one that made it leaves, the other still reads it; a given connection stays open",
  LIMIT,
  async (t) => {
    const server = await startTestNats(t, { config: SERVER_CONFIG });
    const cluster = "together";
    const home = await Client.local({ mode: "nats", nats: server.url, workers: 1, cluster });
    t.after(() => home.close());
    const connection = await connect({ servers: server.url });
    t.after(() => connection.close());
    const maker = await Client.connect({ connection }, { cluster });
    const made = maker.submit((n: number) => "x".repeat(n), 100_000);
    await made.wait();
    const [shared] = await home.futuresByKey([made.key]);
    assert.ok(shared !== undefined, "the other client finds it by its key");
    await maker.close();
    assert.equal(((await shared.result()) as string).length, 100_000);
    assert.equal(connection.isClosed(), false, "closing a client leaves the connection it was given");
    await connection.flush();
    const again = await Client.connect({ connection }, { cluster });
    assert.equal(await again.submit(() => 7).result(), 7);
    await again.close();
    assert.equal(connection.isClosed(), false);
  },
);
