import { MessageChannel } from "node:worker_threads";
import { NatsServer } from "../infra/nats/server.ts";
import type { Bus } from "../runtime/bus/bus.ts";
import { LocalBus } from "../runtime/bus/local-bus.ts";
import { connectNatsBus } from "../runtime/bus/nats-connect.ts";
import { PortBus } from "../runtime/bus/port-bus.ts";
import { messagePortChannel } from "../runtime/bus/port-channel.ts";
import { attachPort } from "../runtime/bus/port-hub.ts";
import { type BenchCase, nodePeer, type Peer, secondsOf } from "./bench-case.ts";

/** One-way messages and requests on every bus; both ends in this thread, but for the peer. */

interface Ends {
  readonly from: Bus;
  readonly to: Bus;
  close(): Promise<void>;
}

const OPENERS: Readonly<Record<string, () => Promise<Ends>>> = {
  local: async () => {
    const bus = new LocalBus({ carries: "bytes" });
    return { from: bus, to: bus, close: () => bus.close() };
  },
  port: async () => {
    const hub = new LocalBus({ carries: "shared" });
    const { port1, port2 } = new MessageChannel();
    attachPort(hub, messagePortChannel(port1));
    const leaf = await PortBus.open(messagePortChannel(port2));
    const close = async (): Promise<void> => {
      await leaf.close();
      await hub.close();
    };
    return { from: hub, to: leaf, close };
  },
  nats: async () => {
    const server = await NatsServer.start();
    const from = await connectNatsBus({ servers: server.url });
    const to = await connectNatsBus({ servers: server.url });
    const close = async (): Promise<void> => {
      await from.close();
      await to.close();
      await server.stop();
    };
    return { from, to, close };
  },
};

function busCase(
  what: string,
  bus: string,
  n: number,
  bytes: number,
  work: (ends: Ends, n: number, bytes: number) => Promise<void>,
  peers: readonly Peer[] = [],
): BenchCase {
  let ends: Ends | undefined;
  return {
    name: `bus/${what}`,
    params: { n, bus, bytes },
    peers,
    open: async () => {
      ends = await (OPENERS[bus] as () => Promise<Ends>)();
    },
    run: async () => ({ seconds: await secondsOf(() => work(ends as Ends, n, bytes)) }),
    close: async () => ends?.close(),
  };
}

/** Messages in bursts, until the last one has arrived. */
async function oneWay({ from, to }: Ends, n: number, bytes: number): Promise<void> {
  let arrived = 0;
  let done = (): void => {};
  const all = new Promise<void>((resolve) => {
    done = resolve;
  });
  const subscription = to.subscribe("bench.one", () => ++arrived === n && done());
  await to.flush();
  const payload = new Uint8Array(bytes);
  for (let i = 0; i < n; i++) from.publish("bench.one", { bytes: payload });
  await all;
  subscription.unsubscribe();
}

/** Requests one after another. */
async function requests({ from, to }: Ends, n: number, bytes: number): Promise<void> {
  const subscription = to.subscribe("bench.ask", (message) => message.respond({ bytes: new Uint8Array(bytes) }));
  await to.flush();
  const payload = new Uint8Array(bytes);
  for (let i = 0; i < n; i++) await from.request("bench.ask", { bytes: payload }, { timeoutMs: 10_000 });
  subscription.unsubscribe();
}

export const cases: readonly BenchCase[] = Object.keys(OPENERS).flatMap((bus) => [
  busCase("one-way", bus, 50_000, 100, oneWay),
  busCase("bulk", bus, 100, 512 * 1024, oneWay),
  busCase(
    "request",
    bus,
    1000,
    100,
    requests,
    bus === "nats" ? [nodePeer("nats-raw", "nats-raw.ts", [1000, 100])] : [],
  ),
]);
