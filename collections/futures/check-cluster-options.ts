import { MEMORY_SHARES } from "../../actors/worker/memory-gauge.ts";
import { CONFIG_OPTIONS } from "../../runtime/base/config-options.ts";
import { refuseUnknownOptions, shown } from "../../runtime/base/known-options.ts";
import type { ConnectOptions, LocalOptions, PagePlace } from "./spawner.ts";

interface Rule {
  readonly expects: string;
  allows(value: unknown): boolean;
}

const COUNT: Rule = CONFIG_OPTIONS["local.workers"];
const FUNCTIONS: Rule = { expects: '"any" or "named"', allows: (value) => value === "any" || value === "named" };
const TEXT: Rule = { expects: "a text", allows: (value) => typeof value === "string" && value !== "" };
/** What takes it looks closer. */
const ANY: Rule = { expects: "", allows: () => true };

/** A record whose names are known. */
const record = (...names: string[]): Rule & { readonly names: readonly string[] } => ({ ...ANY, names });
const PAGE = record(...(["host", "interface", "port", "contact", "prefix", "token"] satisfies (keyof PagePlace)[]));
const SHARE = record("weight", "atOnceMax");

const LOCAL: Readonly<Record<keyof LocalOptions, Rule>> = {
  mode: CONFIG_OPTIONS["local.mode"],
  workers: COUNT,
  slots: COUNT,
  memoryLimit: ANY,
  memory: record(...Object.keys(MEMORY_SHARES), "spillFolder", "spillLimit"),
  lifetime: ANY,
  lifetimeStagger: ANY,
  noWorkersTimeout: ANY,
  speculate: { expects: "true or false", allows: (value) => typeof value === "boolean" },
  cache: ANY,
  resources: ANY,
  preload: { expects: "a list of modules", allows: Array.isArray },
  environment: ANY,
  functions: FUNCTIONS,
  allowedFailures: CONFIG_OPTIONS["compute.retries"],
  tasksPerClientMax: COUNT,
  share: SHARE,
  cluster: TEXT,
  nats: TEXT,
  page: PAGE,
};

const CONNECT: Readonly<Record<keyof ConnectOptions, Rule>> = {
  cluster: TEXT,
  share: SHARE,
  functions: FUNCTIONS,
  user: TEXT,
  password: ANY,
  token: ANY,
  nkey: ANY,
  creds: ANY,
  tls: record("caFile", "certFile", "keyFile", "requireEncryption"),
  timeout: CONFIG_OPTIONS["connect.timeout"],
  page: PAGE,
};

/** @throws TypeError | RangeError naming an option that is unknown or means nothing */
export const checkLocalOptions = (options: LocalOptions): void => check(options, LOCAL, "Client.local");

/** @throws TypeError | RangeError naming an option that is unknown or means nothing */
export const checkConnectOptions = (options: ConnectOptions): void => check(options, CONNECT, "Client.connect");

/** @throws TypeError for what is no address, connection or scheduler file */
export function checkConnectTarget(target: unknown): void {
  if (target === undefined || (typeof target === "string" && target !== "")) return;
  if (typeof target === "object" && target !== null) {
    const { connection, schedulerFile } = target as { connection?: { publish?: unknown }; schedulerFile?: unknown };
    if (typeof connection?.publish === "function" || (typeof schedulerFile === "string" && schedulerFile !== ""))
      return;
    if ("connection" in target)
      throw new TypeError(`connection of Client.connect is a NATS connection that is open, not ${shown(connection)}`);
  }
  const given =
    typeof target === "object" && target !== null
      ? `an object that has ${Object.keys(target).join(", ") || "nothing"}`
      : shown(target);
  throw new TypeError(`Client.connect takes an address, { connection } or { schedulerFile }, not ${given}`);
}

function check(options: object, rules: Readonly<Record<string, Rule>>, of: string): void {
  refuseUnknownOptions(options, Object.keys(rules), of);
  for (const [name, value] of Object.entries(options)) {
    const rule = rules[name] as Rule & { readonly names?: readonly string[] };
    if (value === undefined) continue;
    if (rule.names !== undefined && typeof value === "object")
      refuseUnknownOptions(value, rule.names, `${name} of ${of}`);
    if (rule.allows(value)) continue;
    const message = `${name} of ${of} is ${rule.expects}, not ${shown(value)}`;
    throw typeof value === "number" ? new RangeError(message) : new TypeError(message);
  }
}
