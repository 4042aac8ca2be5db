// Everything here is the bare NATS client: no line of Shoal is imported.
import { connect } from "@nats-io/transport-node";

export async function bareClient(servers, cluster) {
  const nc = await connect({ servers });
  const ask = async (subject, question) =>
    (await nc.request(subject, JSON.stringify(question), { timeout: 5000 })).json();
  const root = `shoal.${cluster}`;
  return {
    actors: () => ask(`${root}.scheduler`, { type: "actors" }),
    task: (address, question) => ask(address, question),
    /** Collects every change of a task's state, from now on. */
    watch: async (address) => {
      const { events, state } = await ask(address, { type: "watch" });
      const seen = [state];
      nc.subscribe(events, { callback: (_, message) => seen.push(message.json().state) });
      await nc.flush();
      return seen;
    },
    bytes: async (address) => {
      const { type, base64 } = await ask(address, { type: "get" });
      const raw = Buffer.from(base64, "base64");
      return type === "Float64Array"
        ? [...new Float64Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length))]
        : raw;
    },
    services: async () => {
      const found = [];
      const inbox = `_INBOX.bare-${process.pid}`;
      const subscription = nc.subscribe(inbox, { callback: (_, message) => found.push(message.json()) });
      nc.publish("$SRV.PING", "", { reply: inbox });
      await nc.flush();
      return { found, stop: () => subscription.unsubscribe() };
    },
    close: () => nc.close(),
  };
}
