import { fork } from "node:child_process";
import { once } from "node:events";
import { connect } from "@nats-io/transport-node";
import { NatsServer } from "../../infra/nats/server.ts";

/** A bare NATS request to another process and back: nats-raw.ts TRIPS BYTES. Seconds are the median trip. */
const [first, second] = process.argv.slice(2);

if (first === "responder") {
  const connection = await connect({ servers: second as string });
  connection.subscribe("echo", { callback: (_, message) => void message.respond(message.data) });
  await connection.flush();
  process.send?.("ready");
} else await requester(Number(first ?? 2000), Number(second ?? 200));

async function requester(trips: number, bytes: number): Promise<void> {
  const server = await NatsServer.start();
  const responder = fork(new URL(import.meta.url).pathname, ["responder", server.url]);
  await once(responder, "message");
  const connection = await connect({ servers: server.url });
  const payload = new Uint8Array(bytes);
  for (let i = 0; i < 200; i++) await connection.request("echo", payload);
  const seconds: number[] = [];
  for (let i = 0; i < trips; i++) {
    const start = performance.now();
    await connection.request("echo", payload);
    seconds.push((performance.now() - start) / 1000);
  }
  seconds.sort((a, b) => a - b);
  const at = (share: number): number => seconds[Math.floor(trips * share)] as number;
  await connection.close();
  responder.kill();
  await server.stop();
  const more = {
    p90Us: at(0.9) * 1e6,
    p99Us: at(0.99) * 1e6,
    minS: at(0),
    maxS: seconds.at(-1) as number,
    runs: trips,
  };
  const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(`${JSON.stringify({ seconds: at(0.5), perUnitUs: at(0.5) * 1e6, peakRssMb, more })}\n`, () =>
    process.exit(0),
  );
}
