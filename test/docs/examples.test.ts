import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { examplesOf, programOf, publicModules } from "./examples.ts";

const run = promisify(execFile);
const examples = publicModules().flatMap(examplesOf);
const nameOf = (at: number): string => `example-${at}.ts`;

describe("examples of public docstrings", () => {
  let folder = "";
  before(async () => {
    // Inside the package, so that `import … from "shoal"` finds it as a user's program does.
    await mkdir(".shoal", { recursive: true });
    folder = resolve(await mkdtemp(".shoal/examples-"));
    const setting = await readFile("test/docs/setting.ts", "utf8");
    await writeFile(join(folder, "setting.ts"), setting);
    const flights = "node_modules/vega-datasets/data/flights-3m.parquet";
    await copyFile(flights, join(folder, "flights-1.parquet"));
    for (const [at, example] of examples.entries())
      await writeFile(join(folder, nameOf(at)), programOf(example, setting));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test("are many, in every part", () => {
    assert.ok(examples.length >= 40, `${examples.length} examples`);
    for (const part of ["array", "bag", "dataframe", "delayed", "futures"])
      assert.ok(
        examples.some(({ file }) => file.startsWith(`collections/${part}/`)),
        part,
      );
  });

  test("have the types they say", async () => {
    const config = {
      extends: "../../tsconfig.json",
      compilerOptions: { verbatimModuleSyntax: false },
      include: ["."],
      exclude: [],
    };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
    const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
    await run(process.execPath, [tsc, "-p", folder, "--noEmit"]).catch((error: { stdout: string }) => {
      assert.fail(error.stdout.replace(/\S*example-(\d+)\.ts/g, (_, at) => placeOf(Number(at))));
    });
  });

  test("run, and give what they say", async () => {
    // One process for all: each alone would spend its time on loading the same modules.
    const lines = examples.map(
      (_, at) =>
        `await import("./${nameOf(at)}").catch((error) => failed.push([${at}, String(error?.stack ?? error)]));`,
    );
    const program = [
      "const failed = [];",
      ...lines,
      'const { client } = await import("./setting.ts");',
      "await client.close();",
      'process.stdout.write("\\n=" + JSON.stringify(failed), () => process.exit());',
    ];
    await writeFile(join(folder, "all.mts"), program.join("\n"));
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const args = ["--import", "tsx", "--conditions=shoal-source", "all.mts"];
    const { stdout } = await run(process.execPath, args, { cwd: folder, env, timeout: 120_000 });
    const failed = JSON.parse(stdout.slice(stdout.lastIndexOf("\n=") + 2)) as [number, string][];
    assert.deepEqual(
      failed.map(([at, why]) => `${placeOf(at)}: ${why}`),
      [],
    );
  });
});

function placeOf(at: number): string {
  const { file, line } = examples[at] as (typeof examples)[number];
  return `${file}:${line}`;
}
