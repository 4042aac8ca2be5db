import { hostWindows } from "../../actors/chunk/host-windows.ts";
import type { ConnectOptions, ConnectTarget, OpenCluster } from "../../collections/futures/spawner.ts";
import { ActorSystem } from "../../runtime/actor/system.ts";
import { systemClock } from "../../runtime/base/clock.ts";
import { parseDurationMs } from "../../runtime/base/units.ts";
import { FragmentBus } from "../../runtime/bus/fragment-bus.ts";
import { NatsBus } from "../../runtime/bus/nats-bus.ts";
import type { NatsConnectionLike } from "../../runtime/bus/nats-connection.ts";
import { actorCodec } from "../../runtime/protocol/actor-codec.ts";
import { defaultClusterName, defaultNatsUrl, joinNats, natsOptionsOf } from "./join-nats.ts";
import { readSchedulerFile } from "./scheduler-file.ts";

const FILE_WAIT = "10s";

/** Joins a cluster on NATS as a client. A connection that is handed in is never closed. */
export async function connectCluster(target: ConnectTarget | undefined, options: ConnectOptions): Promise<OpenCluster> {
  const place =
    typeof target === "object" && "schedulerFile" in target
      ? await readSchedulerFile(target.schedulerFile, parseDurationMs(options.timeout ?? FILE_WAIT))
      : undefined;
  const name = place?.cluster ?? options.cluster ?? defaultClusterName();
  const bus =
    typeof target === "object" && "connection" in target
      ? new FragmentBus(new NatsBus(target.connection as NatsConnectionLike, { ownsConnection: false }), {
          clock: systemClock,
        })
      : await joinNats(
          natsOptionsOf(place?.nats ?? (target as string | undefined) ?? defaultNatsUrl(), options),
          name,
          "client",
        );
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
