import type { ConnectOptions } from "../../collections/futures/spawner.ts";
import type { NatsConnectOptions } from "../../runtime/bus/nats-connect.ts";
import { defaultClusterName, defaultNatsUrl, natsOptionsOf } from "../cluster/join-nats.ts";
import { readSchedulerFile } from "../cluster/scheduler-file.ts";
import { type Flag, type FlagValues, type Terminal, textOf } from "./command.ts";

/** Flags of every command that joins a cluster: which, where, and as whom. */
export const clusterFlags: Readonly<Record<string, Flag>> = {
  cluster: { type: "string", short: "c", value: "NAME", help: 'The cluster; default $SHOAL_CLUSTER or "default"' },
  nats: {
    type: "string",
    value: "URL",
    help: "The NATS server, or several with commas; default $SHOAL_NATS or nats://127.0.0.1:4222",
  },
  "scheduler-file": {
    type: "string",
    value: "FILE",
    help: "Where the cluster is, as its scheduler wrote it down: in place of --cluster and --nats",
  },
  user: { type: "string", value: "NAME", help: "Log in with a password; default $SHOAL_NATS_USER" },
  password: { type: "string", value: "TEXT", help: "Default $SHOAL_NATS_PASSWORD, which other users do not see in ps" },
  token: { type: "string", value: "TEXT", help: "Log in with a token; default $SHOAL_NATS_TOKEN" },
  nkey: { type: "string", value: "SEED", help: "Log in with the seed of an nkey; default $SHOAL_NATS_NKEY" },
  creds: { type: "string", value: "FILE", help: "Log in with a credentials file; default $SHOAL_NATS_CREDS" },
  "tls-ca": { type: "string", value: "FILE", help: "TLS: the authority that signed the server's certificate" },
  "tls-cert": { type: "string", value: "FILE", help: "TLS: this program's certificate" },
  "tls-key": { type: "string", value: "FILE", help: "TLS: the key of that certificate" },
};

/** Where a command was told to go. */
export interface ClusterTarget {
  readonly cluster: string;
  readonly url: string;
  readonly options: ConnectOptions;
  readonly connect: NatsConnectOptions;
}

/** @throws ShoalError NO_SCHEDULER where the scheduler's file does not come */
export async function clusterTarget(values: FlagValues, { env }: Terminal): Promise<ClusterTarget> {
  const file = textOf(values, "scheduler-file");
  const place = file === undefined ? undefined : await readSchedulerFile(file, FILE_WAIT_MS);
  const cluster = textOf(values, "cluster") ?? place?.cluster ?? defaultClusterName(env);
  const url = textOf(values, "nats") ?? place?.nats ?? defaultNatsUrl(env);
  const options: ConnectOptions = { cluster, ...loginOf(values, env), ...tlsOf(values) };
  return { cluster, url, options, connect: natsOptionsOf(url, options) };
}

/** Schedulers may be started later than those who look for them. */
const FILE_WAIT_MS = 60_000;

function loginOf(values: FlagValues, env: NodeJS.ProcessEnv): ConnectOptions {
  const given = (name: string): string | undefined =>
    textOf(values, name) ?? (env[`SHOAL_NATS_${name.toUpperCase()}`] || undefined);
  const login: Record<string, string> = {};
  for (const name of ["user", "password", "token", "nkey", "creds"]) {
    const value = given(name);
    if (value !== undefined) login[name] = value;
  }
  return login;
}

function tlsOf(values: FlagValues): ConnectOptions {
  const caFile = textOf(values, "tls-ca");
  const certFile = textOf(values, "tls-cert");
  const keyFile = textOf(values, "tls-key");
  if (caFile === undefined && certFile === undefined && keyFile === undefined) return {};
  return {
    tls: {
      ...(caFile === undefined ? {} : { caFile }),
      ...(certFile === undefined ? {} : { certFile }),
      ...(keyFile === undefined ? {} : { keyFile }),
    },
  };
}
