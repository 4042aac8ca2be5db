import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Config, type ConfigGiven, config } from "../../runtime/base/config.ts";

/**
 * Runs work under these options and no others: what files, the environment or the program say is not seen by it, and nobody else sees
 * what it is given.
 * @throws ShoalError CONFIG for unknown options and wrong values; what the work throws
 * @see https://docs.dask.org/en/stable/configuration.html
 * @example
 * const mode = await newConfig({ local: { mode: "inline" } }, async () => config.get("local.mode")); // "inline"
 */
export function newConfig<T>(values: ConfigGiven, work: () => T): T {
  return config.withOnly(values, work);
}

/**
 * Runs work under what a configuration file with this text says, and nothing else: for tests of the files a program ships. The work
 * is given the file's path; the file is removed when it is done.
 * @throws ShoalError CONFIG naming the file and what is wrong in it; what the work throws
 * @see https://docs.dask.org/en/stable/configuration.html
 * @example
 * const workers = await newConfigFile('{ "local": { "workers": 3 } }', async () => config.get("local.workers")); // 3
 */
export async function newConfigFile<T>(text: string, work: (path: string) => T | Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "shoal-config-"));
  try {
    const path = join(folder, "config.json");
    await writeFile(path, text);
    // No home of anyone's: only this file is read.
    const read = new Config({ SHOAL_CONFIG: path, XDG_CONFIG_HOME: folder }).all();
    return await config.withOnly(read, () => work(path));
  } finally {
    await rm(folder, { recursive: true });
  }
}
