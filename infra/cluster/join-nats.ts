import type { ConnectOptions } from "../../collections/futures/spawner.ts";
import { systemClock } from "../../runtime/base/clock.ts";
import { parseDurationMs } from "../../runtime/base/units.ts";
import { FragmentBus } from "../../runtime/bus/fragment-bus.ts";
import { connectNatsBus, type NatsAuth, type NatsConnectOptions } from "../../runtime/bus/nats-connect.ts";
import { inboxPrefixOf } from "../../runtime/bus/subject.ts";
import type { Role } from "../nats/permissions.ts";
import "./native-text.ts";

/** Where NATS is looked for when neither an option nor `SHOAL_NATS` says so. */
export const DEFAULT_NATS_URL = "nats://127.0.0.1:4222";
/** The cluster that is meant when neither an option nor `SHOAL_CLUSTER` says so. */
export const DEFAULT_CLUSTER = "default";

export const defaultNatsUrl = (env: NodeJS.ProcessEnv = process.env): string => env["SHOAL_NATS"] || DEFAULT_NATS_URL;
export const defaultClusterName = (env: NodeJS.ProcessEnv = process.env): string =>
  env["SHOAL_CLUSTER"] || DEFAULT_CLUSTER;

/** A connection of this process's own in a role of a cluster: large messages travel in fragments. @throws ShoalError CONNECT | VERSION */
export async function joinNats(connect: NatsConnectOptions, cluster: string, role: Role): Promise<FragmentBus> {
  const name = `shoal ${role} of ${cluster}, pid ${process.pid}`;
  const bus = await connectNatsBus({ name, ...connect, inboxPrefix: inboxPrefixOf(cluster, role) });
  return new FragmentBus(bus, { clock: systemClock });
}

/** What the bus needs of the options users give: who one is, and how the connection is secured. */
export function natsOptionsOf(servers: string, options: ConnectOptions): NatsConnectOptions {
  const { tls, timeout } = options;
  const auth = authOf(options);
  return {
    servers,
    ...(auth === undefined ? {} : { auth }),
    ...(tls === undefined ? {} : { tls }),
    ...(timeout === undefined ? {} : { connectTimeoutMs: parseDurationMs(timeout) }),
  };
}

function authOf({ user, password, token, nkey, creds }: ConnectOptions): NatsAuth | undefined {
  if (user !== undefined) return { kind: "password", user, password: password ?? "" };
  if (token !== undefined) return { kind: "token", token };
  if (nkey !== undefined) return { kind: "nkey", seed: nkey };
  return creds === undefined ? undefined : { kind: "creds", creds };
}
