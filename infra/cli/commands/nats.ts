import { readFile } from "node:fs/promises";
import { holdProcess } from "../../../runtime/base/clock.ts";
import { DEFAULT_CLUSTER } from "../../cluster/join-nats.ts";
import { listenHost } from "../../listen/listen-host.ts";
import { firstFree, parsePorts } from "../../listen/port-range.ts";
import { toldUrl } from "../../listen/told-url.ts";
import { authorizationConfig, type Login, type Role } from "../../nats/permissions.ts";
import { NatsServer, SERVER_CONFIG } from "../../nats/server.ts";
import { type Command, type FlagValues, textOf, textsOf } from "../command.ts";
import { untilStopped } from "../terminal.ts";

const ROLES: readonly string[] = ["client", "scheduler", "worker", "observer"] satisfies Role[];
const DEFAULT_PORT = 4222;
/** The server's own word for any port. */
const FREE_PORT = -1;

export const natsCommand: Command = {
  name: "nats",
  summary: "Starts a nats-server: the one that is installed, or found in $SHOAL_NATS_SERVER.",
  usage: "[--port N]",
  flags: {
    port: {
      type: "string",
      short: "p",
      value: "N",
      help: `Default ${DEFAULT_PORT}; 0 takes one that is free, 4222-4232 the first of them that is`,
    },
    host: { type: "string", value: "ADDRESS", help: "Default 127.0.0.1: this machine only" },
    interface: { type: "string", value: "NAME", help: "The network interface it listens at, in place of a host" },
    contact: {
      type: "string",
      value: "ADDRESS",
      help: "Where others reach it, if not where it listens: HOST or HOST:PORT; told to clients, as NATS does",
    },
    jetstream: { type: "boolean", help: "With JetStream, its store in a folder that goes with the server" },
    config: { type: "string", value: "FILE", help: "More of the server's configuration" },
    login: {
      type: "string",
      multiple: true,
      value: "ROLE:USER:PASSWORD",
      help: "Only who is named may come in, and do what the role needs; ROLE: client, scheduler, worker, observer",
    },
    cluster: { type: "string", short: "c", value: "NAME", help: "The cluster the logins are for" },
    "print-config": { type: "boolean", help: "Prints the configuration instead of starting a server" },
  },
  notes: [
    "  shoal nats",
    "  shoal nats --cluster prod --login scheduler:sam:s1 --login worker:wim:s2 --login client:ann:s3",
  ],
  run: async ({ values }, terminal) => {
    const config = await configOf(values);
    if (values["print-config"] === true) {
      terminal.print(config.trimEnd());
      return 0;
    }
    const contact = textOf(values, "contact");
    const host = listenHost({ host: textOf(values, "host"), interface: textOf(values, "interface") });
    const server = await firstFree(
      parsePorts(textOf(values, "port") ?? DEFAULT_PORT, "--port"),
      (port) =>
        NatsServer.start({
          port: port || FREE_PORT,
          host,
          jetStream: values["jetstream"] === true,
          config: contact === undefined ? config : `client_advertise: "${advertised(contact, port)}"\n${config}`,
        }),
      isPortTaken,
    );
    const letGo = holdProcess();
    const url = toldUrl({ scheme: "nats", address: host, port: server.port, contact });
    terminal.print(`nats-server ${server.version} is ready at ${url} (process ${server.pid})`);
    const ended = await untilStopped(terminal.stop, (end) => server.onExit(end));
    await server.stop();
    letGo();
    if (ended === undefined) return 0;
    terminal.warn(`nats-server ended by itself (${ended}):\n${server.log.trim().split("\n").slice(-5).join("\n")}`);
    return 1;
  },
};

/** As the server's own option has it: without the scheme. A port that is not known before stays the server's. */
const advertised = (contact: string, port: number): string =>
  toldUrl({ scheme: "nats", address: "", port, contact })
    .replace(/^[a-z]+:\/\//, "")
    .replace(/:0$/, "");

const isPortTaken = (error: unknown): boolean =>
  /address already in use/.test(String((error as { details?: { log?: string } }).details?.log));

async function configOf(values: FlagValues): Promise<string> {
  const file = textOf(values, "config");
  const logins = textsOf(values, "login").map(parseLogin);
  const own = file === undefined ? "" : await readFile(file, "utf8");
  const authorization =
    logins.length === 0 ? "" : authorizationConfig(textOf(values, "cluster") ?? DEFAULT_CLUSTER, logins);
  return SERVER_CONFIG + authorization + own;
}

function parseLogin(text: string): Login {
  const [role, user, ...rest] = text.split(":");
  const password = rest.join(":");
  if (role === undefined || !ROLES.includes(role) || user === undefined || user === "" || password === "")
    throw new SyntaxError(`--login takes ROLE:USER:PASSWORD with a role of ${ROLES.join(", ")}, not "${text}"`);
  return { role: role as Role, kind: "password", user, password };
}
