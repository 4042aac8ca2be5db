import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

function run(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...inherited } = process.env;
    const child = spawn(program, args, { cwd, env: { ...inherited, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve(stdout) : reject(new Error(`${program} ${args.join(" ")}: ${code}\n${stdout}\n${stderr}`)),
    );
  });
}

/** Builds, packs, and unpacks the package where a user's project would have it, its dependencies beside it. */
async function installPackage(): Promise<{ folder: string; project: string; files: readonly string[] }> {
  const folder = await mkdtemp(join(tmpdir(), "shoal-package-"));
  const stage = join(folder, "stage");
  await mkdir(stage);
  await run(process.execPath, ["--import", "tsx", "infra/build.ts", "--out", join(stage, "dist")], root);
  for (const file of ["package.json", "README.md", "LICENSE", "CHANGELOG.md"])
    await cp(join(root, file), join(stage, file));
  const [packed] = JSON.parse(
    await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], stage),
  ) as { filename: string; files: { path: string }[] }[];
  const { filename = "", files = [] } = packed ?? {};
  const project = join(folder, "project");
  const modules = join(project, "node_modules");
  await mkdir(modules, { recursive: true });
  await run("tar", ["-xzf", join(folder, filename), "-C", modules], folder);
  await cp(join(modules, "package"), join(modules, "shoal"), { recursive: true });
  await rm(join(modules, "package"), { recursive: true });
  await linkDependencies(modules);
  await writeFile(join(project, "package.json"), JSON.stringify({ type: "module", private: true }));
  return { folder, project, files: files.map(({ path }) => path) };
}

/** What `npm install` would put there: the dependencies the package names, and no other. */
async function linkDependencies(modules: string): Promise<void> {
  const { dependencies, optionalDependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
    optionalDependencies: Record<string, string>;
  };
  for (const name of [...Object.keys(dependencies), ...Object.keys(optionalDependencies), "@types/node"]) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(root, "node_modules", name), join(modules, name));
  }
}

describe("the published package", () => {
  let installed: Awaited<ReturnType<typeof installPackage>>;
  before(async () => {
    installed = await installPackage();
  });
  after(() => rm(installed.folder, { recursive: true, force: true }));
  const script = async (name: string, text: string): Promise<string> => {
    await writeFile(join(installed.project, name), text);
    return name;
  };
  const node = async (text: string, env?: NodeJS.ProcessEnv): Promise<unknown> =>
    JSON.parse(await run(process.execPath, [await script("main.mjs", text)], installed.project, env));

  test("holds modules, declarations and the command; no sources, tests or benchmarks", () => {
    const { files } = installed;
    assert.ok(files.includes("dist/index.js") && files.includes("dist/infra/cluster/boot.mjs"));
    assert.deepEqual(
      files.filter((file) => /\.ts$/.test(file) && !/\.d\.ts$/.test(file)),
      [],
    );
    assert.deepEqual(
      files.filter((file) => !/^dist\/(index\.|runtime\/|collections\/|actors\/|infra\/)/.test(file)).sort(),
      ["CHANGELOG.md", "LICENSE", "README.md", "package.json"],
    );
  });

  for (const mode of ["inline", "threads", "processes", "nats"])
    test(`plain node computes on it, mode ${mode}`, async () => {
      const answer = await node(`
        import { Client, compute, delayed } from "shoal";
        import { arange } from "shoal/array";
        import { fromSequence } from "shoal/bag";
        const client = await Client.local({ mode: "${mode}", workers: 2 });
        const offset = 100;
        const futures = client.map((x) => x * x + offset, [1, 2, 3]);
        const squares = await client.gather(futures);
        const [sum, evens] = await compute(
          arange(10, { chunks: 4 }).sum(),
          fromSequence([1, 2, 3, 4], { npartitions: 2 }).filter((x) => x % 2 === 0).count(),
        );
        const where = await delayed(() => process.pid)().compute();
        await client.close();
        console.log(JSON.stringify({ squares, sum: Number(sum), evens, elsewhere: where !== process.pid }));
      `);
      assert.deepEqual(answer, {
        squares: [101, 104, 109],
        sum: 45,
        evens: 2,
        elsewhere: mode === "processes" || mode === "nats",
      });
    });

  test("it serves its live page, and brings the page's libraries along", async () => {
    const served = await node(`
      import { Client } from "shoal";
      const client = await Client.local({ mode: "inline", page: { port: 0 } });
      const files = ["status", "assets/main.js", "assets/views/status.js", "assets/vendor/echarts.min.js", "assets/vendor/dagre.js", "assets/vendor/inter.woff2", "health"];
      const served = await Promise.all(files.map(async (file) => (await fetch(client.pageUrl + "/" + file)).status));
      await client.close();
      console.log(JSON.stringify(served));
    `);
    assert.deepEqual(served, [200, 200, 200, 200, 200, 200, 200]);
  });

  test("importing it loads no native module, and none of the large libraries", async () => {
    const { native, cjs, urls } = (await node(
      `
      import { createRequire } from "node:module";
      import { register } from "node:module";
      import { MessageChannel } from "node:worker_threads";
      const { port1, port2 } = new MessageChannel();
      const urls = [];
      port1.on("message", (url) => urls.push(url));
      port1.unref();
      register("data:text/javascript," + encodeURIComponent(
        "let port; export function initialize(data) { port = data; }" +
        "export function load(url, context, next) { port.postMessage(url); return next(url, context); }"
      ), { data: port2, transferList: [port2] });
      await import("shoal");
      await new Promise((resolve) => setImmediate(resolve));
      const native = process.report.getReport().sharedObjects.filter((path) => path.endsWith(".node"));
      console.log(JSON.stringify({ native, cjs: Object.keys(createRequire(import.meta.url).cache), urls }));
      `,
    )) as { native: string[]; cjs: string[]; urls: string[] };
    assert.deepEqual(native, []);
    assert.ok(
      urls.some((url) => url.endsWith("/shoal/dist/index.js")),
      "the list of modules is there",
    );
    const large = /node_modules\/(apache-arrow|nodejs-polars|@nats-io|numpy-ts|fzstd)\//;
    assert.deepEqual(
      [...cjs, ...urls].filter((path) => large.test(path)),
      [],
    );
  });

  test("its types are found by a project that uses nodenext", async () => {
    await script(
      "consumer.ts",
      `
      import { Client, compute, delayed, type Delayed, type Future, ShoalError } from "shoal";
      import { arange } from "shoal/array";
      import { fromSequence } from "shoal/bag";
      import { assertEq, genCluster, type TestContext } from "shoal/testing";
      const passes: () => Promise<void> = genCluster({ mode: "inline" }, ({ client }: TestContext) =>
        assertEq(client.submit((n: number) => n, 1), 1));
      // @ts-expect-error a mode that is none
      genCluster({ mode: "fast" }, async () => {});
      const length: Delayed<number> = delayed((text: string) => text.length)("word");
      const client: Client = await Client.local({ mode: "inline" });
      const future: Future<string> = client.submit((n: number) => String(n), 3);
      const text: string = await future.result();
      const [a, b] = await compute(length, fromSequence([1, 2]).map((x) => x > 1));
      const n: number = a;
      const flags: boolean[] = b;
      // @ts-expect-error a wrong argument is seen
      client.submit((x: number) => x, "three");
      arange(3).sum();
      await passes();
      throw new ShoalError(text + n + flags.length, { code: "TIMEOUT" });
      `,
    );
    await writeFile(
      join(installed.project, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          target: "es2022",
          lib: ["es2023", "esnext.disposable"],
          module: "nodenext",
          strict: true,
          skipLibCheck: true,
          types: ["node"],
          noEmit: true,
        },
        files: ["consumer.ts"],
      }),
    );
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    await run(process.execPath, [tsc, "-p", "."], installed.project);
  });

  test("its command runs", async () => {
    const main = join(installed.project, "node_modules", "shoal", "dist", "infra", "cli", "main.js");
    assert.match(await run(main, ["--help"], installed.project), /^Shoal \d+\.\d+\.\d+: Dask for TypeScript/);
    const text = await script(
      "job.mjs",
      'import { delayed } from "shoal"; console.log(await delayed((x) => x + 1)(41).compute());',
    );
    assert.equal(await run(main, ["run", "--mode", "threads", "--workers", "1", text], installed.project), "42\n");
    assert.ok((await readdir(dirname(main))).every((file) => !file.endsWith(".test.js")));
  });
});
