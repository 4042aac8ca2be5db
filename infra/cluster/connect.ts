import { hostWindows } from "../../actors/chunk/host-windows.ts";
import type { ConnectOptions, OpenCluster } from "../../collections/futures/spawner.ts";
import { ActorSystem } from "../../runtime/actor/system.ts";
import { systemClock } from "../../runtime/base/clock.ts";
import { FragmentBus } from "../../runtime/bus/fragment-bus.ts";
import { NatsBus } from "../../runtime/bus/nats-bus.ts";
import type { NatsConnectionLike } from "../../runtime/bus/nats-connection.ts";
import { actorCodec } from "../../runtime/protocol/actor-codec.ts";
import { defaultClusterName, defaultNatsUrl, joinNats, natsOptionsOf } from "./join-nats.ts";

/** Joins a cluster on NATS as a client. A connection that is handed in is never closed. */
export async function connectCluster(
  target: string | { readonly connection: unknown } | undefined,
  options: ConnectOptions,
): Promise<OpenCluster> {
  const name = options.cluster ?? defaultClusterName();
  const bus =
    typeof target === "object"
      ? new FragmentBus(new NatsBus(target.connection as NatsConnectionLike, { ownsConnection: false }), {
          clock: systemClock,
        })
      : await joinNats(natsOptionsOf(target ?? defaultNatsUrl(), options), name, "client");
  const system = new ActorSystem({ bus, codec: actorCodec });
  return {
    name,
    bus,
    system,
    windows: hostWindows(),
    brain: undefined,
    pids: () => new Map(),
    close: async () => {
      system.close();
      await bus.close();
    },
  };
}
