import type { ConnectOptions, OpenCluster } from "../../collections/futures/spawner.ts";
import { ActorSystem } from "../../runtime/actor/system.ts";
import { systemClock } from "../../runtime/base/clock.ts";
import { parseDurationMs } from "../../runtime/base/units.ts";
import { FragmentBus } from "../../runtime/bus/fragment-bus.ts";
import { NatsBus } from "../../runtime/bus/nats-bus.ts";
import { connectNatsBus, type NatsAuth } from "../../runtime/bus/nats-connect.ts";
import type { NatsConnectionLike } from "../../runtime/bus/nats-connection.ts";
import { inboxPrefixOf } from "../../runtime/bus/subject.ts";
import { actorCodec } from "../../runtime/protocol/actor-codec.ts";

export const DEFAULT_CLUSTER = "default";

/** Joins a cluster on NATS as a client. A connection that is handed in is never closed. */
export async function connectCluster(
  target: string | { readonly connection: unknown },
  options: ConnectOptions,
): Promise<OpenCluster> {
  const name = options.cluster ?? DEFAULT_CLUSTER;
  const inboxPrefix = inboxPrefixOf(name, "client");
  const inner =
    typeof target === "string"
      ? await connectNatsBus({ servers: target, inboxPrefix, ...authOf(options), ...timeoutOf(options) })
      : new NatsBus(target.connection as NatsConnectionLike, { ownsConnection: false });
  const bus = new FragmentBus(inner, { clock: systemClock });
  const system = new ActorSystem({ bus, codec: actorCodec });
  return {
    name,
    bus,
    system,
    brain: undefined,
    pids: () => new Map(),
    close: async () => {
      system.close();
      await bus.close();
    },
  };
}

function authOf({ user, password, token, nkey, creds, tls }: ConnectOptions): {
  auth?: NatsAuth;
  tls?: NonNullable<ConnectOptions["tls"]>;
} {
  const given = tls === undefined ? {} : { tls };
  if (user !== undefined) return { ...given, auth: { kind: "password", user, password: password ?? "" } };
  if (token !== undefined) return { ...given, auth: { kind: "token", token } };
  if (nkey !== undefined) return { ...given, auth: { kind: "nkey", seed: nkey } };
  return creds === undefined ? given : { ...given, auth: { kind: "creds", creds } };
}

const timeoutOf = ({ timeout }: ConnectOptions): { connectTimeoutMs?: number } =>
  timeout === undefined ? {} : { connectTimeoutMs: parseDurationMs(timeout) };
