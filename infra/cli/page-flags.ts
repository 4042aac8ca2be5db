import type { PagePlace } from "../../collections/futures/spawner.ts";
import { type Flag, type FlagValues, textOf } from "./command.ts";

/** Flags of commands that serve the live page. */
export const pageFlags: Readonly<Record<string, Flag>> = {
  "page-host": { type: "string", value: "HOST", help: "Where the page listens; default 127.0.0.1, this machine alone" },
  "page-port": { type: "string", value: "PORT", help: "Default 8787, or a free port where that is taken" },
  "page-prefix": { type: "string", value: "PATH", help: 'Where the page lies behind a proxy, such as "/shoal"' },
};

/** @throws RangeError for what is no port */
export function pagePlace(values: FlagValues, env: NodeJS.ProcessEnv): PagePlace {
  const host = textOf(values, "page-host");
  const text = textOf(values, "page-port");
  const port = text === undefined ? undefined : Number(text);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw new RangeError(`--page-port takes a port from 0 to 65535, not "${text}"`);
  const prefix = textOf(values, "page-prefix");
  // Not a flag: those of a program can be read by everybody on its machine.
  const token = env["SHOAL_PAGE_TOKEN"];
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(prefix === undefined ? {} : { prefix }),
    ...(token === undefined || token === "" ? {} : { token }),
  };
}
