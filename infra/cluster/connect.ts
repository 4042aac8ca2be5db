import { hostWindows } from "../../actors/chunk/host-windows.ts";
import type { ConnectOptions, ConnectTarget, OpenCluster } from "../../collections/futures/spawner.ts";
import { ActorSystem } from "../../runtime/actor/system.ts";
import { systemClock } from "../../runtime/base/clock.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { parseDurationMs } from "../../runtime/base/units.ts";
import { FragmentBus } from "../../runtime/bus/fragment-bus.ts";
import { NatsBus } from "../../runtime/bus/nats-bus.ts";
import type { NatsConnectionLike } from "../../runtime/bus/nats-connection.ts";
import { actorCodec } from "../../runtime/protocol/actor-codec.ts";
import { configuredTls, defaultClusterName, defaultNatsUrl, joinNats, natsOptionsOf } from "./join-nats.ts";
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
      ? new FragmentBus(new NatsBus(secured(target.connection as NatsConnectionLike), { ownsConnection: false }), {
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

/** @throws ShoalError CONNECT for a connection to a server that does not ask for TLS, where the configuration does */
function secured(connection: NatsConnectionLike): NatsConnectionLike {
  if (configuredTls().requireEncryption !== true || connection.info?.tls_required === true) return connection;
  throw new ShoalError(
    `The connection to the NATS server at ${connection.getServer()} that was handed in may be without TLS, which tls.require-encryption does not allow; give the server's address instead`,
    { code: "CONNECT" },
  );
}
