import type { ConnectOptions } from "../../collections/futures/spawner.ts";
import { systemClock } from "../../runtime/base/clock.ts";
import { config } from "../../runtime/base/config.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { parseDurationMs } from "../../runtime/base/units.ts";
import type { Bus } from "../../runtime/bus/bus.ts";
import { FragmentBus } from "../../runtime/bus/fragment-bus.ts";
import {
  connectNatsBus,
  type NatsAuth,
  type NatsConnectOptions,
  type NatsTls,
} from "../../runtime/bus/nats-connect.ts";
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

/**
 * A connection of this process's own in a role of a cluster: large messages travel in fragments.
 * @throws ShoalError CONNECT | VERSION; DENIED where the login is not one of that role
 */
export async function joinNats(connect: NatsConnectOptions, cluster: string, role: Role): Promise<FragmentBus> {
  const name = `shoal ${role} of ${cluster}, pid ${process.pid}`;
  const bus = await connectNatsBus({ name, ...connect, inboxPrefix: inboxPrefixOf(cluster, role) });
  try {
    await refuseOtherRole(bus, cluster, role);
  } catch (error) {
    await bus.close();
    throw error;
  }
  return new FragmentBus(bus, { clock: systemClock });
}

/** Without the answers that its role is given, whatever it asked would seem to be answered by nobody. */
async function refuseOtherRole(bus: Bus, cluster: string, role: Role): Promise<void> {
  const inbox = `${inboxPrefixOf(cluster, role)}.probe`;
  let isDenied = false;
  const status = bus.onStatus((told) => {
    if (told.kind === "denied" && told.subject === inbox) isDenied = true;
  });
  const probe = bus.subscribe(inbox, () => {});
  try {
    // The refusal comes before the answer to the first; it is told by the answer to the second.
    await bus.flush();
    await bus.flush();
  } finally {
    probe.unsubscribe();
    status.unsubscribe();
  }
  if (!isDenied) return;
  throw new ShoalError(
    `This login is not one of a ${role} of cluster "${cluster}": the server does not let it subscribe to ${inboxPrefixOf(cluster, role)}.>; connect with the login of that role`,
    { code: "DENIED", details: { cluster, role } },
  );
}

/** What the bus needs of the options users give: who one is, and how the connection is secured; what they leave open, the configuration says. */
export function natsOptionsOf(servers: string, options: ConnectOptions): NatsConnectOptions {
  const { timeout } = options;
  const auth = authOf(options);
  const tls = { ...configuredTls(), ...options.tls };
  return {
    servers,
    ...(auth === undefined ? {} : { auth }),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
    ...(timeout === undefined ? {} : { connectTimeoutMs: parseDurationMs(timeout) }),
  };
}

/** How the configuration says that connections are secured. */
export function configuredTls(): NatsTls {
  const said = {
    caFile: config.get("tls.ca-file"),
    certFile: config.get("tls.cert-file"),
    keyFile: config.get("tls.key-file"),
    requireEncryption: config.get("tls.require-encryption"),
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

function authOf({ user, password, token, nkey, creds }: ConnectOptions): NatsAuth | undefined {
  if (user !== undefined) return { kind: "password", user, password: password ?? "" };
  if (token !== undefined) return { kind: "token", token };
  if (nkey !== undefined) return { kind: "nkey", seed: nkey };
  return creds === undefined ? undefined : { kind: "creds", creds };
}
