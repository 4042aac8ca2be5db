import { chmod, cp, mkdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { packageFolder, vendorFiles } from "./dashboard/assets.ts";
import { run } from "./nats/program.ts";

/**
 * Writes the package that is published: `npm run build`, or `npm run build -- --out DIR`. Every source file becomes one module
 * with its declarations, at its own path, since workers import modules by that path.
 */
const root = fileURLToPath(new URL("..", import.meta.url));
const outAt = process.argv.indexOf("--out");
const out = resolve(outAt > 0 ? (process.argv[outAt + 1] as string) : join(root, "dist"));
/** What the compiler does not know: the modules that threads begin with, and the files of the live page, which browsers read as they are. */
const COPIED = [
  "infra/cluster/boot.mjs",
  "infra/cluster/stack-watch.mjs",
  "collections/array/kernels/simd/spare-thread.mjs",
  "infra/dashboard/assets",
];
const BIN = "infra/cli/main.js";

await rm(out, { recursive: true, force: true });
await compile();
for (const file of COPIED) await cp(join(root, file), join(out, file), { recursive: true });
await copyLibraries();
await chmod(await binWithShebang(), 0o755);
process.stdout.write(`built ${out}\n`);

async function compile(): Promise<void> {
  const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
  const tsc = join(typescript, "bin", "tsc");
  try {
    await run(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json"), "--outDir", out, "--noEmitOnError"]);
  } catch (error) {
    throw new Error("The sources do not compile; see above each file named", { cause: error });
  }
}

/** Libraries of the live page go along: whoever installs the package needs none of them. */
async function copyLibraries(): Promise<void> {
  const folder = join(out, "infra/dashboard/assets/vendor");
  await mkdir(folder, { recursive: true });
  for (const [name, [packageName, file]] of Object.entries(vendorFiles))
    await cp(join(packageFolder(packageName), file), join(folder, name));
}

async function binWithShebang(): Promise<string> {
  const path = join(out, BIN);
  if (!(await readFile(path, "utf8")).startsWith("#!/usr/bin/env node\n"))
    throw new Error(`${BIN} does not begin with #!/usr/bin/env node, so it cannot be a command`);
  return path;
}
