import { isMainThread, parentPort } from "node:worker_threads";
import type { BusMessage, Frame } from "../../runtime/bus/bus.ts";
import { LocalBus } from "../../runtime/bus/local-bus.ts";
import { PortBus } from "../../runtime/bus/port-bus.ts";
import { ipcChannel, messagePortChannel } from "../../runtime/bus/port-channel.ts";
import { attachPort } from "../../runtime/bus/port-hub.ts";
import { copyCodec } from "./frame-codecs.ts";

// The other side of a port, for tests: `hub` offers a bus, `leaf` takes part in the parent's and answers on `peer.*`.
const role = process.env["BUS_PEER_ROLE"] ?? "leaf";
const channel = isMainThread || parentPort === null ? ipcChannel(process) : messagePortChannel(parentPort);
if (role === "hub") attachPort(new LocalBus({ payloadBytesMax: 1_000_000 }), channel, { codec: copyCodec });
else {
  const bus = await PortBus.open(channel);
  bus.subscribe("peer.echo", (message) => message.respond(message.payload));
  bus.subscribe("peer.silent", () => {});
  bus.subscribe("peer.fill", (message: BusMessage) => {
    const { shared } = message.payload as Frame;
    new Float64Array(shared?.[0] as SharedArrayBuffer).fill(4);
    message.respond(new Uint8Array(0));
  });
  bus.subscribe("peer.close", () => void bus.close());
  bus.subscribe("peer.die", () => {
    throw process.kill(process.pid, "SIGKILL");
  });
  await bus.flush();
  bus.publish("ready", new Uint8Array(0));
}
