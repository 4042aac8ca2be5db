import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runCommandLine } from "../../../infra/cli/command-line.ts";

/** Runs a command in an environment, and gives its exit code and what it said. */
async function shoal(
  env: NodeJS.ProcessEnv,
  ...args: readonly string[]
): Promise<{ code: number; said: string[]; warned: string[] }> {
  const said: string[] = [];
  const warned: string[] = [];
  const { signal: stop } = new AbortController();
  const terminal = { env, stop, print: (line: string) => said.push(line), warn: (line: string) => warned.push(line) };
  return { code: await runCommandLine(args, terminal), said, warned };
}

test("shoal config sets, gets, finds and lists options; mistakes are told and write nothing", async (t) => {
  const home = mkdtempSync(join(tmpdir(), "shoal-config-"));
  t.after(() => rmSync(home, { recursive: true }));
  const env = { XDG_CONFIG_HOME: home };
  const file = join(home, "shoal", "config.json");
  assert.equal((await shoal(env, "config", "get", "local.workers")).code, 1);
  assert.deepEqual((await shoal(env, "config", "set", "local.workers", "4")).said, [`Written to ${file}`]);
  await shoal(env, "config", "set", "compute.timeout", "30s");
  assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), { "local.workers": 4, "compute.timeout": "30s" });
  const over = { ...env, SHOAL_LOCAL__WORKERS: "2" };
  assert.deepEqual((await shoal(over, "config", "get", "local.workers")).said, ["2"]);
  assert.deepEqual((await shoal(over, "config", "find", "local.workers")).said, [`${file}: 4`, "the environment: 2"]);
  assert.match((await shoal(env, "config", "list")).said.join("\n"), /compute\.timeout +"30s" +how long/);
  assert.deepEqual(JSON.parse((await shoal(env, "config", "list", "--json")).said[0] as string), {
    "local.workers": 4,
    "compute.timeout": "30s",
  });
  for (const args of [
    ["set", "local.workers", "none"],
    ["set", "local.speed", "4"],
    ["get"],
    ["drop", "local.workers"],
  ]) {
    const { code, warned } = await shoal(env, "config", ...args);
    assert.ok(code !== 0 && warned.length === 1, args.join(" "));
  }
  assert.equal(JSON.parse(readFileSync(file, "utf8"))["local.workers"], 4);
});

test("shoal info tells versions, processors, memory and optional libraries", async () => {
  const { code, said } = await shoal({}, "info", "--json");
  assert.equal(code, 0);
  const info = JSON.parse(said[0] as string) as Record<string, unknown>;
  assert.equal(info["node"], process.versions.node);
  assert.ok((info["processors"] as number) >= 1);
  const libraries = info["libraries"] as Record<string, string>;
  assert.match(libraries["nodejs-polars"] as string, /^\d+\.\d+\.\d+$|not installed/);
  assert.match((await shoal({}, "info")).said.join("\n"), /^shoal +\d[\s\S]*nodejs-polars/);
});
