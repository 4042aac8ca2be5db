import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Client } from "../../../collections/futures/client.ts";
import { setSpawner } from "../../../collections/futures/spawner.ts";
import { ShoalError } from "../../../runtime/base/errors.ts";
import { connectCluster } from "../../cluster/connect.ts";
import { openLocal } from "../../cluster/open-local.ts";
import { openPage } from "../../dashboard/open-page.ts";
import { clusterFlags, clusterTarget } from "../cluster-flags.ts";
import { type Command, type FlagValues, type Terminal, textOf } from "../command.ts";

const MODES: readonly string[] = ["inline", "threads", "processes", "nats"];

export const runCommand: Command = {
  name: "run",
  summary: "Runs a script with a client open: all it computes runs on the cluster.",
  usage: "[--cluster NAME | --mode MODE] SCRIPT [ARGS]",
  passesArgs: true,
  flags: {
    ...clusterFlags,
    mode: { type: "string", value: "MODE", help: `No cluster but this machine: ${MODES.join(", ")}` },
    workers: { type: "string", short: "w", value: "N", help: "With --mode" },
  },
  notes: ["  shoal run --cluster prod report.ts 2026-11", "A script in TypeScript needs the package tsx beside it."],
  run: async ({ values, positionals }, terminal) => {
    const [script, ...args] = positionals;
    if (script === undefined) throw new SyntaxError("shoal run takes a script: shoal run report.ts");
    const path = resolve(script);
    if (!existsSync(path)) throw new ShoalError(`There is no script ${path}`, { code: "FILE" });
    await loadTypeScript(path);
    process.argv = [process.argv[0] as string, path, ...args];
    setSpawner({ openLocal, connect: connectCluster, openPage });
    const client = await openClient(values, terminal);
    try {
      await import(pathToFileURL(path).href);
      return Number(process.exitCode ?? 0);
    } finally {
      await client.close();
    }
  },
};

async function openClient(values: FlagValues, terminal: Terminal): Promise<Client> {
  const mode = textOf(values, "mode");
  const workers = textOf(values, "workers");
  if (mode === undefined) {
    const { url, options } = await clusterTarget(values, terminal);
    return Client.connect(url, options);
  }
  if (!MODES.includes(mode)) throw new RangeError(`--mode is one of ${MODES.join(", ")}, not "${mode}"`);
  return Client.local({ mode: mode as "threads", ...(workers === undefined ? {} : { workers: Number(workers) }) });
}

/** Node 20 reads no TypeScript: the loader is taken from where the script lies, or from where Shoal lies. */
async function loadTypeScript(script: string): Promise<void> {
  // Where Shoal itself runs from its sources, a loader is at work already.
  if (!/\.[cm]?ts$/.test(script) || import.meta.url.endsWith(".ts")) return;
  for (const from of [script, import.meta.url]) {
    let found: string;
    try {
      // `require` finds the package's CommonJS half; its twin beside it registers for ES modules.
      found = createRequire(from)
        .resolve("tsx/esm/api")
        .replace(/\.cjs$/, ".mjs");
    } catch {
      continue;
    }
    const { register } = (await import(pathToFileURL(found).href)) as { register: () => void };
    register();
    return;
  }
  throw new ShoalError(`${script} is TypeScript, and the package that reads it is missing: npm install tsx`, {
    code: "MISSING_LIBRARY",
  });
}
