import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { openBlas } from "../../../../collections/array/kernels/openblas.ts";
import { coreOf } from "../../../../collections/array/kernels/openblas-core.ts";

const processor = (vendor: string, flags: string): string =>
  `processor\t: 0\nvendor_id\t: ${vendor}\nmodel\t\t: 207\nflags\t\t: fpu sse2 ${flags} hle\n\nprocessor\t: 1\n`;
const wide = "avx2 fma avx512f avx512dq avx512cd avx512bw avx512vl";

test("kernels go by what a processor can do, not by its model", () => {
  assert.equal(coreOf(processor("GenuineIntel", wide)), "SkylakeX");
  assert.equal(coreOf(processor("AuthenticAMD", wide)), "SkylakeX");
  assert.equal(coreOf(processor("GenuineIntel", "avx avx2 fma")), "Haswell");
  assert.equal(coreOf(processor("AuthenticAMD", "avx avx2 fma")), "Zen");
  assert.equal(coreOf(processor("GenuineIntel", "avx avx2 fma avx512f")), "Haswell");
  assert.equal(coreOf(processor("GenuineIntel", "avx")), undefined);
  assert.equal(coreOf(""), undefined);
});

const core =
  process.platform === "linux" && process.arch === "x64" ? coreOf(readFileSync("/proc/cpuinfo", "utf8")) : "";
const skip =
  openBlas() === null || core === undefined || core === ""
    ? "no OpenBLAS here, or no processor whose kernels are named"
    : false;

/** What the engine says of itself in a process, or in a worker thread of one, with these variables. */
function configIn(where: "process" | "thread", variables: NodeJS.ProcessEnv = {}): string {
  const { OPENBLAS_CORETYPE: _, ...env } = process.env;
  const file = new URL("../../../../collections/array/kernels/openblas.ts", import.meta.url).href;
  const body = `import("tsx/esm/api").then(({ register }) => { register(); return import("${file}"); }).then(({ openBlas }) => console.log(openBlas().config, process.env.OPENBLAS_CORETYPE))`;
  const program =
    where === "process"
      ? body
      : `new (require("node:worker_threads").Worker)(${JSON.stringify(body)}, { eval: true }).on("exit", () => console.log(process.env.OPENBLAS_CORETYPE))`;
  return execFileSync(
    process.execPath,
    [...process.execArgv.filter((arg) => !arg.startsWith("--test")), "-e", program],
    {
      encoding: "utf8",
      env: { ...env, ...variables },
    },
  );
}

test("OpenBLAS runs the kernels named, also in threads, and leaves the environment as it was", { skip }, () => {
  for (const where of ["process", "thread"] as const)
    assert.match(configIn(where), new RegExp(`${core} .*undefined`, "s"));
});

test("the user's choice of kernels stands", { skip }, () => {
  assert.match(configIn("process", { OPENBLAS_CORETYPE: "Nehalem" }), /Nehalem .*Nehalem/);
});
