import { fork } from "node:child_process";
import { once } from "node:events";
import { connect } from "@nats-io/transport-node";
import { NatsServer } from "../../infra/nats/server.ts";

/**
 * A bare NATS request to another process and back: nats-raw.ts TRIPS BYTES [together]. Seconds are the median trip; with
 * `together` all trips are under way at once, and seconds are those of all.
 */
const [first, second, third] = process.argv.slice(2);

const RUNS = 7;

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
  const request = (): Promise<unknown> => connection.request("echo", payload, { timeout: 60_000 });
  for (let i = 0; i < 200; i++) await request();
  const seconds =
    third === "together"
      ? await timesOf(RUNS, () => Promise.all(Array.from({ length: trips }, request)))
      : await timesOf(trips, request);
  await connection.close();
  responder.kill();
  await server.stop();
  tell(seconds, third === "together" ? trips : 1);
}

async function timesOf(runs: number, work: () => Promise<unknown>): Promise<number[]> {
  const seconds: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await work();
    seconds.push((performance.now() - start) / 1000);
  }
  return seconds.sort((a, b) => a - b);
}

function tell(seconds: readonly number[], units: number): void {
  const at = (share: number): number => seconds[Math.floor(seconds.length * share)] as number;
  const more = {
    p90Us: at(0.9) * 1e6,
    p99Us: at(0.99) * 1e6,
    minS: at(0),
    maxS: seconds.at(-1) as number,
    runs: seconds.length,
  };
  const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
  const figures = { seconds: at(0.5), perUnitUs: (at(0.5) / units) * 1e6, peakRssMb, more };
  process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit(0));
}
