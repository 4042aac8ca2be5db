import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { arrayNamesPage } from "../../infra/docs/array-names-page.ts";
import { chartsPage } from "../../infra/docs/charts-page.ts";
import { tableNamesPage } from "../../infra/docs/table-names-page.ts";
import { startTestNats } from "../support/nats.ts";
import { pages, runnableBlocks } from "./doc-blocks.ts";

const blocks = pages.flatMap(runnableBlocks);
const run = promisify(execFile);
/** For pages that need a server; a reader has one at the usual port. */
const server = await startTestNats({ after });

describe("blocks of README and docs that are marked as runnable", () => {
  let folder = "";
  before(async () => {
    // Inside the package, so that `import … from "shoal"` finds it as a user's program does.
    await mkdir(".shoal", { recursive: true });
    folder = await mkdtemp(".shoal/docs-");
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test("there are some on every page for beginners", () => {
    for (const page of ["docs/getting-started.md", "docs/functions-that-travel.md", "docs/failure-model.md"])
      assert.ok(
        blocks.some((block) => block.page === page),
        page,
      );
    for (const { page, line, prints } of blocks) assert.ok(prints.length > 0, `${page}:${line} shows nothing`);
  });

  for (const { page, line, code, prints } of blocks)
    test(`${page}:${line} prints what it says`, async () => {
      const file = join(folder, `${page.replaceAll("/", "-")}-${line}.ts`);
      await writeFile(file, code);
      const args = ["--import", "tsx", "--conditions=shoal-source", file];
      const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
      const env = { ...inherited, NATS_URL: server.url };
      const { stdout, stderr } = await run(process.execPath, args, { env });
      assert.equal(stderr, "");
      assert.deepEqual(stdout.trim().split("\n"), prints);
    });
});

describe("pages", () => {
  test("docs/charts.md is what `npm run charts` writes", () => {
    assert.equal(readFileSync("docs/charts.md", "utf8"), chartsPage());
  });

  test("docs/array-names.md is what `npm run array-names` writes", () => {
    assert.equal(readFileSync("docs/array-names.md", "utf8"), arrayNamesPage());
  });
  test("docs/table-names.md is what `npm run table-names` writes", () => {
    assert.equal(readFileSync("docs/table-names.md", "utf8"), tableNamesPage());
  });

  test("links between pages lead somewhere", () => {
    const all = [...pages, "ARCHITECTURE.md", "STYLE.md", "CHANGELOG.md"];
    const broken = all.flatMap((page) =>
      [...readFileSync(page, "utf8").matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
        .map(([, target]) => join(dirname(page), target as string))
        .filter((target) => !existsSync(target))
        .map((target) => `${page} → ${target}`),
    );
    assert.deepEqual(broken, []);
  });

  test("commands that README names are scripts of the package", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
    const named = [...readFileSync("README.md", "utf8").matchAll(/\bnpm run ([a-z-]+)/g)].map(
      ([, name]) => name as string,
    );
    assert.ok(named.length > 5);
    assert.deepEqual(
      named.filter((name) => scripts[name] === undefined),
      [],
    );
  });
});
