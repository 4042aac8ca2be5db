import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ensureNatsServer } from "../infra/nats/ensure-server.ts";
import { ensureDebianPackages } from "./support/debian-packages.ts";

/**
 * Runs every test file with Node's own runner: `npm test`, or `npm test -- test/runtime` for a part.
 * On Node 20 the runner finds no .ts file by itself and then reports success, so the list is made here.
 */
const FILE_MS_MAX = 900_000; // a test that hangs fails by name, instead of holding whoever waits for all of them
const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith("--"));
const files = (wanted.length > 0 ? wanted : ["test"]).flatMap(testFilesBelow).sort();
if (files.length === 0) {
  console.error(`No test file was found below ${wanted.join(", ") || "test"}`);
  process.exitCode = 1;
} else {
  const server = await ensureNatsServer();
  console.log(`nats-server: ${server.path} (${server.version})`);
  await ensureDebianPackages();
  const runner = ["--test", "--test-concurrency=2", `--test-timeout=${FILE_MS_MAX}`];
  const args = ["--import", "tsx", "--conditions=shoal-source", ...runner, ...files];
  const child = spawn(process.execPath, args, {
    stdio: "inherit",
    env: { ...process.env, SHOAL_NATS_SERVER: server.path },
  });
  child.on("exit", (code) => {
    process.exitCode = code ?? 1;
  });
}

function testFilesBelow(path: string): string[] {
  if (!existsSync(path)) return [];
  if (path.endsWith(".test.ts")) return [path];
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".test.ts"))
    .map((entry) => join(entry.parentPath, entry.name));
}
