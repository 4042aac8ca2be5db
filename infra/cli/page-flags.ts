import type { PagePlace } from "../../collections/futures/spawner.ts";
import { parsePorts } from "../listen/port-range.ts";
import { type Flag, type FlagValues, textOf } from "./command.ts";

/** Flags of commands that serve the live page. */
export const pageFlags: Readonly<Record<string, Flag>> = {
  "page-host": { type: "string", value: "HOST", help: "Where the page listens; default 127.0.0.1, this machine alone" },
  "page-interface": { type: "string", value: "NAME", help: "The network interface it listens at, in place of a host" },
  "page-port": {
    type: "string",
    value: "PORT",
    help: "Default 8787, or a free port where that is taken; 8787-8797: the first of them that is free",
  },
  "page-contact": {
    type: "string",
    value: "ADDRESS",
    help: "Where others reach it, if not where it listens: HOST, HOST:PORT, https://HOST",
  },
  "page-prefix": { type: "string", value: "PATH", help: 'Where the page lies behind a proxy, such as "/shoal"' },
};

/** @throws RangeError for what is no port */
export function pagePlace(values: FlagValues, env: NodeJS.ProcessEnv): PagePlace {
  const host = textOf(values, "page-host");
  const onInterface = textOf(values, "page-interface");
  const port = textOf(values, "page-port");
  if (port !== undefined) parsePorts(port, "--page-port");
  const contact = textOf(values, "page-contact");
  const prefix = textOf(values, "page-prefix");
  // Not a flag: those of a program can be read by everybody on its machine.
  const token = env["SHOAL_PAGE_TOKEN"];
  return {
    ...(host === undefined ? {} : { host }),
    ...(onInterface === undefined ? {} : { interface: onInterface }),
    ...(port === undefined ? {} : { port }),
    ...(contact === undefined ? {} : { contact }),
    ...(prefix === undefined ? {} : { prefix }),
    ...(token === undefined || token === "" ? {} : { token }),
  };
}
