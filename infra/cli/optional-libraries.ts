import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

/** Libraries that parts of Shoal load when they are asked for, and which parts those are. */
const LIBRARIES: Readonly<Record<string, string>> = {
  "nodejs-polars": "tables",
  koffi: "OpenBLAS for arrays",
  "node-sqlite3-wasm": "SQLite",
  pg: "PostgreSQL",
  h5wasm: "HDF5",
  avsc: "Avro",
  aws4fetch: "S3",
  "@resvg/resvg-js": "pictures as .png",
  "@opentelemetry/api": "traces",
};

/** Which of them are installed: their versions, or what is missing without them. None is loaded. */
export async function optionalLibraries(): Promise<Record<string, string>> {
  const require = createRequire(import.meta.url);
  const each = Object.entries(LIBRARIES).map(async ([name, of]) => [name, await versionOf(require, name, of)] as const);
  return Object.fromEntries(await Promise.all(each));
}

async function versionOf(require: NodeJS.Require, name: string, of: string): Promise<string> {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      const text = await readFile(join(folder, name, "package.json"), "utf8");
      return (JSON.parse(text) as { version: string }).version;
    } catch {
      // Not in this folder: the next one up may have it.
    }
  }
  return `not installed (${of}): npm install ${name}`;
}
