import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type BuildOptions, build } from "esbuild";

/** The same cases under every tool that rewrites functions before they run. */
const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../", import.meta.url));
const entry = join(root, "test/runtime/wire/portable/report.ts");
const scratch = mkdtempSync(join(tmpdir(), "shoal-portable-"));
symlinkSync(join(root, "node_modules"), join(scratch, "node_modules"));
after(() => rmSync(scratch, { recursive: true }));

async function passes(name: string, args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  const file = join(scratch, `${name}.json`);
  const { NODE_TEST_CONTEXT: _, ...outer } = process.env;
  await run(process.execPath, [...args], { cwd: root, env: { ...outer, ...env, SHOAL_PORTABLE_REPORT: file } });
  const report = JSON.parse(readFileSync(file, "utf8")) as { ran: number; wrong: string[] };
  assert.ok(report.ran > 60, `only ${report.ran} cases ran`);
  assert.deepEqual(report.wrong, []);
}

async function bundled(name: string, options: BuildOptions): Promise<string> {
  const outfile = join(scratch, `${name}.mjs`);
  const base: BuildOptions = { bundle: true, platform: "node", format: "esm", target: "node20", packages: "external" };
  await build({ ...base, ...options, entryPoints: [entry], outfile });
  return outfile;
}

test("portable: under tsx", () => passes("tsx", ["--import", "tsx", "--conditions=shoal-source", entry]));

test("portable: in plain JavaScript from tsc", async () => {
  const out = join(scratch, "compiled");
  const config = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: {
      noEmit: false,
      allowImportingTsExtensions: false,
      outDir: out,
      rootDir: root,
      noCheck: true,
      types: ["node"],
      typeRoots: [join(root, "node_modules/@types")],
    },
    include: [],
    files: [entry],
  };
  writeFileSync(join(scratch, "tsconfig.json"), JSON.stringify(config));
  writeFileSync(join(scratch, "package.json"), '{ "type": "module" }');
  await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", scratch]);
  await passes("compiled", [join(out, "test/runtime/wire/portable/report.js")]);
});

test("portable: in an esbuild bundle", async () => passes("bundle", [await bundled("bundle", {})]));

test("portable: in an esbuild bundle that keeps names", async () =>
  passes("names", [await bundled("names", { keepNames: true })]));

test("portable: in a minified esbuild bundle", async () =>
  passes("minified", [await bundled("minified", { minify: true })]));

test("portable: in a minified esbuild bundle that keeps names", async () =>
  passes("minified-names", [await bundled("minified-names", { minify: true, keepNames: true })]));

test("portable: under V8's coverage", async () => {
  const coverage = join(scratch, "coverage");
  await passes("coverage", ["--import", "tsx", "--conditions=shoal-source", entry], { NODE_V8_COVERAGE: coverage });
  assert.ok(readdirSync(coverage).length > 0);
});

test("portable: under vitest", async () => {
  const config = join(scratch, "vitest.config.mjs");
  const settings = { root, test: { include: ["test/runtime/wire/portable/matrix.vitest.ts"], watch: false } };
  writeFileSync(config, `export default ${JSON.stringify(settings)};`);
  await passes("vitest", [join(root, "node_modules/vitest/vitest.mjs"), "run", "--config", config]);
});
