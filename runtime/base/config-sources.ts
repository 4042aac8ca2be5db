import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { CONFIG_OPTIONS, type ConfigName, type ConfigValues, findOption } from "./config-options.ts";
import { ShoalError } from "./errors.ts";

/** What a source says: never more than there are options. */
export type ConfigLayer = Partial<ConfigValues>;

const PREFIX = "SHOAL_";

/** A file or the environment, and what it says. */
export interface ConfigSource {
  /** A path, or the environment's name. */
  readonly where: string;
  readonly layer: ConfigLayer;
}

/**
 * What is said outside of the program, later sources over earlier ones: `/etc/shoal/*.json`, `~/.config/shoal/*.json` (or below
 * `XDG_CONFIG_HOME`), the file that `SHOAL_CONFIG` names, the environment. @throws ShoalError CONFIG naming the source
 */
export function configSources(env: NodeJS.ProcessEnv): ConfigSource[] {
  const named = env["SHOAL_CONFIG"];
  const files = [...["/etc/shoal", userFolder(env)].flatMap(jsonFilesIn), ...(named ? [named] : [])];
  return [
    ...files.map((where) => ({ where, layer: readFile(where) })),
    { where: "the environment", layer: configFromEnv(env) },
  ];
}

/**
 * Sets an option in this user's own file. @returns the file's path
 * @throws ShoalError CONFIG for a value that the option does not take, or a file that cannot be read
 */
export function setInUserFile(env: NodeJS.ProcessEnv, name: ConfigName, text: string): string {
  const folder = userFolder(env);
  const path = join(folder, USER_FILE);
  const [, value] = checked(name, plainValue(text), "shoal config set");
  const known = existsSync(path) ? readFile(path) : {};
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, `${JSON.stringify({ ...known, [name]: value }, null, 2)}\n`);
  return path;
}

const USER_FILE = "config.json";

const userFolder = (env: NodeJS.ProcessEnv): string =>
  join(env["XDG_CONFIG_HOME"] || join(env["HOME"] || homedir(), ".config"), "shoal");

/** What the environment says: `SHOAL_LOCAL__WORKERS=4` is `local.workers`. @throws ShoalError CONFIG naming the variable */
function configFromEnv(env: NodeJS.ProcessEnv): ConfigLayer {
  const entries = Object.entries(env)
    // Variables without the double line are others' business: SHOAL_NATS, SHOAL_CLUSTER.
    .filter(([name]) => name.startsWith(PREFIX) && name.includes("__"))
    .map(([name, text]): [string, unknown] => [name, plainValue(text ?? "")]);
  return Object.fromEntries(
    entries.map(([name, value]) =>
      checked(name.slice(PREFIX.length).toLowerCase().replaceAll("__", "."), value, `the variable ${name}`),
    ),
  );
}

/** Options as the variables that say them, for processes that are to have the same. */
export function envOf(layer: ConfigLayer): Record<string, string> {
  return Object.fromEntries(
    Object.entries(layer).map(([name, value]) => [
      PREFIX + name.toUpperCase().replaceAll(".", "__").replaceAll("-", "_"),
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

/** Options from objects in objects or dotted names. @throws ShoalError CONFIG saying where the mistake is */
export function configFromValues(values: object, where: string): ConfigLayer {
  return Object.fromEntries(flat(values, "").map(([name, value]) => checked(name, value, where)));
}

function flat(values: object, before: string): [string, unknown][] {
  return Object.entries(values).flatMap(([name, value]): [string, unknown][] =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? flat(value, `${before}${name}.`)
      : [[`${before}${name}`, value]],
  );
}

function checked(name: string, value: unknown, where: string): [ConfigName, unknown] {
  const known = findOption(name);
  if (known === undefined) {
    const near = Object.keys(CONFIG_OPTIONS).filter((one) => one.split(".")[0] === name.split(".")[0]);
    throw wrong(
      `There is no option ${name}; there are ${(near.length > 0 ? near : Object.keys(CONFIG_OPTIONS)).join(", ")}`,
      where,
    );
  }
  const { expects, allows } = CONFIG_OPTIONS[known];
  if (!allows(value)) throw wrong(`${known} is ${expects}, and not ${JSON.stringify(value)}`, where);
  return [known, value];
}

const wrong = (what: string, where: string, cause?: unknown): ShoalError =>
  new ShoalError(`${what} (${where})`, { code: "CONFIG", details: { where }, cause });

/** Numbers, true and false as JSON has them; anything else is text. */
function plainValue(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? text : value;
  } catch {
    return text;
  }
}

function jsonFilesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    // Most machines have no such folder.
    return [];
  }
}

function readFile(path: string): ConfigLayer {
  let values: unknown;
  try {
    values = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw wrong(`The configuration cannot be read: ${(cause as Error).message}`, path, cause);
  }
  if (typeof values !== "object" || values === null || Array.isArray(values))
    throw wrong("A configuration is a JSON object", path);
  return configFromValues(values, path);
}
