import type { WorkerPlugin } from "../../actors/worker/worker-plugins.ts";
import { print, warn } from "./remote-print.ts";

/**
 * Sets variables of the environment of every worker; taken off, they are what they were.
 * @throws TypeError for a value that is no text
 * @see https://distributed.dask.org/en/stable/plugins.html#distributed.diagnostics.plugin.Environ
 * @example
 * const plugin = await client.registerPlugin(environ({ TZ: "UTC", OMP_NUM_THREADS: "1" }));
 */
export function environ(variables: Readonly<Record<string, string>>): WorkerPlugin {
  for (const [name, value] of Object.entries(variables))
    if (typeof value !== "string")
      throw new TypeError(`Variable ${name} of an environment is a text, not ${typeof value}`);
  const plugin: EnvironPlugin = {
    name: "environ",
    variables,
    former: {},
    setup: setVariables,
    teardown: restoreVariables,
  };
  return plugin;
}

/**
 * Passes on what workers write to their consoles: clients that called `forwardLogging()` see it, a line with the worker's name before it. It
 * is written where it was too.
 * @see https://distributed.dask.org/en/stable/plugins.html#distributed.diagnostics.plugin.ForwardOutput
 * @example
 * await client.registerPlugin(forwardOutput());
 * const stop = await client.forwardLogging();
 */
export function forwardOutput(): WorkerPlugin {
  return { name: "forward-output", setup: forwardConsole, teardown: restoreConsole };
}

interface EnvironPlugin extends WorkerPlugin {
  readonly variables: Readonly<Record<string, string>>;
  former: Record<string, string | undefined>;
}

/** Runs on a worker. */
export function setVariables(this: EnvironPlugin): void {
  for (const [name, value] of Object.entries(this.variables)) {
    this.former[name] = process.env[name];
    process.env[name] = value;
  }
}

/** Runs on a worker. */
export function restoreVariables(this: EnvironPlugin): void {
  for (const [name, value] of Object.entries(this.former))
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
}

const LEVELS = { log: print, info: print, debug: print, warn, error: warn } as const;
type Level = keyof typeof LEVELS;

const originals = new Map<Level, (...values: unknown[]) => void>();
/** Where there is nobody to tell, lines are printed here: that is not to come round again. */
let isPassingOn = false;

/** Runs on a worker. */
export function forwardConsole(): void {
  for (const level of Object.keys(LEVELS) as Level[]) {
    if (originals.has(level)) continue;
    const original = console[level];
    originals.set(level, original);
    console[level] = (...values: unknown[]): void => {
      original.apply(console, values);
      if (isPassingOn) return;
      isPassingOn = true;
      try {
        LEVELS[level](...values);
      } finally {
        isPassingOn = false;
      }
    };
  }
}

/** Runs on a worker. */
export function restoreConsole(): void {
  for (const [level, original] of originals) console[level] = original;
  originals.clear();
}
