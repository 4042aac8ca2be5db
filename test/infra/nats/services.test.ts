import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { serveMonitoring } from "../../../infra/nats/services.ts";
import type { Bus, BusMessage } from "../../../runtime/bus/bus.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";
import { connectNatsBus } from "../../../runtime/bus/nats-connect.ts";
import { startTestNats } from "../../support/nats.ts";

const read = (message: BusMessage) => JSON.parse(new TextDecoder().decode(message.payload as Uint8Array));
const SECOND = { timeoutMs: 10_000 };

async function check(bus: Bus): Promise<void> {
  let asked = 0;
  const stats = () => ({ numRequests: ++asked * 4, numErrors: 1, processingTimeNs: 4000, data: { queue: 7 } });
  const endpoints = [{ name: "submit", subject: "shoal.prod.scheduler", stats }];
  const service = serveMonitoring(bus, {
    name: "shoal-scheduler",
    version: "0.1.0",
    metadata: { cluster: "prod" },
    endpoints,
  });
  await bus.flush();
  const identity = { name: "shoal-scheduler", id: service.id, version: "0.1.0", metadata: { cluster: "prod" } };
  const ask = async (subject: string) => read(await bus.request(subject, new Uint8Array(0), SECOND));
  for (const subject of ["$SRV.PING", "$SRV.PING.shoal-scheduler", `$SRV.PING.shoal-scheduler.${service.id}`])
    assert.deepEqual(await ask(subject), { type: "io.nats.micro.v1.ping_response", ...identity });
  const place = { name: "submit", subject: "shoal.prod.scheduler", queue_group: "" };
  assert.deepEqual(await ask("$SRV.INFO.shoal-scheduler"), {
    type: "io.nats.micro.v1.info_response",
    ...identity,
    description: "",
    endpoints: [place],
  });
  const { started, ...rest } = await ask("$SRV.STATS");
  assert.ok(!Number.isNaN(Date.parse(started)));
  assert.deepEqual(rest, {
    type: "io.nats.micro.v1.stats_response",
    ...identity,
    endpoints: [
      {
        ...place,
        num_requests: 4,
        num_errors: 1,
        processing_time: 4000,
        average_processing_time: 1000,
        last_error: "",
        data: { queue: 7 },
      },
    ],
  });
  await assert.rejects(ask("$SRV.PING.another"), { code: "NO_RESPONDERS" });
  service.unsubscribe();
  await bus.flush();
  await assert.rejects(ask("$SRV.PING"), { code: "NO_RESPONDERS" });
  await bus.close();
}

describe("serveMonitoring()", () => {
  test("on a local bus", () => check(new LocalBus()));
  test("on NATS", async (t) => check(await connectNatsBus({ servers: (await startTestNats(t)).url })));
});
