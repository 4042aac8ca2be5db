import { after } from "node:test";
import { connectNatsBus } from "../../../runtime/bus/nats-connect.ts";
import { actorSystemCases } from "../../cases/actor-system-cases.ts";
import { v8ActorCodec } from "../../support/byte-bus.ts";
import { settle } from "../../support/manual-clock.ts";
import { startTestNats } from "../../support/nats.ts";

const shared = startTestNats({ after });

actorSystemCases("NATS", async () => {
  const { url } = await shared;
  const bus = await connectNatsBus({ servers: url });
  const echo = bus.subscribe("test.round-trip", (message) => message.respond(new Uint8Array(0)));
  return {
    bus,
    options: { codec: v8ActorCodec },
    // Messages of one connection arrive in order: when the echo is back, so is all that was sent before it.
    settle: async () => {
      for (let hop = 0; hop < 6; hop++) {
        await bus.request("test.round-trip", new Uint8Array(0), { timeoutMs: 5000 });
        await settle();
      }
    },
    close: async () => {
      echo.unsubscribe();
      await bus.close();
    },
  };
});
