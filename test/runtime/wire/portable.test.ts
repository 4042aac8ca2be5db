import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { Packr } from "msgpackr";
import { ShoalError } from "../../../runtime/base/errors.ts";
import { Random } from "../../../runtime/base/random.ts";
import { registerValue } from "../../../runtime/base/value-type.ts";
import { importModule, loadFunction } from "../../../runtime/wire/function-loader.ts";
import {
  type AnyFunction,
  type FunctionSpec,
  kernel,
  liveFunction,
  type SourceFunction,
} from "../../../runtime/wire/function-spec.ts";
import { functionHash, makePortable } from "../../../runtime/wire/portable.ts";
import { decodeValue, encodeValue, flattenValue, unflattenValue } from "../../../runtime/wire/value.ts";
import { factor, helper, scored } from "./portable/imported.ts";
import { sentAndBack } from "./portable/report.ts";

const portable = (fn: AnyFunction): FunctionSpec => makePortable(liveFunction(fn));
const source = (fn: AnyFunction): SourceFunction => portable(fn) as SourceFunction;
const wire = (spec: FunctionSpec): FunctionSpec =>
  decodeValue(unflattenValue(flattenValue(encodeValue(spec, { shareMemory: false })))) as FunctionSpec;
const refusedWith = (fn: AnyFunction, problem: string, pattern: RegExp): void =>
  assert.throws(
    () => portable(fn),
    (error) =>
      error instanceof ShoalError &&
      error.code === "NOT_PORTABLE" &&
      error.details["problem"] === problem &&
      pattern.test(error.message),
    String(pattern),
  );

test("makePortable() takes text and exactly the variables in use", () => {
  const k = 3;
  const unused = 4;
  const keep = (): number => unused;
  const spec = source((x: number) => x * k);
  assert.deepEqual(Object.keys(spec.captures), ["k"]);
  assert.deepEqual(spec.captures["k"], { kind: "value", value: 3 });
  assert.equal(keep(), 4);
});

test("makePortable() names file and line of what it refuses, through source maps", () => {
  let total = 0;
  const add = (x: number): void => {
    total += x;
  };
  const lines = readFileSync(new URL(import.meta.url), "utf8").split("\n");
  const line = lines.findIndex((text) => text.startsWith("  const add =")) + 1;
  refusedWith(
    add,
    "write",
    new RegExp(`^Function add \\(.*portable\\.test\\.ts:${line}\\) assigns to total, which it does not declare`),
  );
  assert.equal(total, 0);
});

test("makePortable() names the user of a function that cannot travel", () => {
  // biome-ignore lint/security/noGlobalEval: the case is about it
  const bad = (): unknown => eval("1");
  const user = (): unknown => [bad()];
  refusedWith(user, "eval", /Function bad \(.*\), which user uses, calls eval/);
});

test("makePortable() gives the same object for the same function, so that a map pays once", () => {
  const data = new Float64Array(1e5);
  const fn = (x: number): number => x + data.length;
  assert.equal(portable(fn), portable(fn));
  assert.equal(portable(sentAndBack as AnyFunction), portable(sentAndBack as AnyFunction));
});

test("functionHash() follows text and captured values", () => {
  const make = (k: unknown) => () => k;
  assert.equal(functionHash(portable(make(1))), functionHash(portable(make(1))));
  assert.notEqual(functionHash(portable(make(1))), functionHash(portable(make(2))));
  assert.notEqual(functionHash(portable(make([1]))), functionHash(portable(make(["1"]))));
  assert.notEqual(functionHash(portable(make(make(1)))), functionHash(portable(make(make(2)))));
  assert.notEqual(functionHash(portable(() => 1)), functionHash(portable(() => 2)));
  assert.equal(functionHash(portable(make(new Uint8Array(3)))), functionHash(portable(make(new Uint8Array(3)))));
  assert.equal(functionHash(wire(portable(make(5)))), functionHash(portable(make(5))));
  assert.notEqual(functionHash(kernel("shoal:a", "b", helper)), functionHash(kernel("shoal:a", "c", helper)));
});

test("loadFunction() rebuilds once per hash", () => {
  const k = 1;
  const spec = wire(portable((x: number) => x + k));
  assert.equal(loadFunction(spec), loadFunction(wire(spec)));
  assert.equal((loadFunction(spec) as AnyFunction)(1), 2);
});

test("loadFunction() gives rebuilt functions their name and a title in stacks", () => {
  const k = "broken";
  const thrower = (): never => {
    throw new Error(k);
  };
  const back = loadFunction(wire(portable(thrower))) as AnyFunction;
  assert.equal(back.name, "thrower");
  assert.throws(back, (error: Error) => /shoal-function\/thrower-/.test(error.stack as string));
});

test("a capture may have any name that the language allows", () => {
  const captures = 1;
  const value = 2;
  const bind = 3;
  const env = 4;
  assert.equal((sentAndBack(() => captures + value + bind + env) as AnyFunction)(), 10);
});

test("task(import.meta, name) travels by name and is imported where it arrives", async () => {
  const spec = portable(scored);
  assert.deepEqual(
    { ...spec, live: undefined },
    {
      kind: "named",
      name: spec.name,
      module: new URL("./portable/imported.ts", import.meta.url).href,
      exportName: "scored",
      live: undefined,
    },
  );
  assert.equal(((await loadFunction(wire(spec))) as AnyFunction)(1), 1001);
  const user = (x: number): number => scored(x) * 2;
  assert.equal(((await sentAndBack(user)) as AnyFunction)(1), 2002);
});

test("kernels travel by name; a name of Shoal's own is found beside this code", async () => {
  const spec = wire(kernel("shoal:runtime/base/units", "formatBytes", () => ""));
  assert.equal(((await loadFunction(spec)) as AnyFunction)(2048), "2.00 KiB".replace("K", "k"));
  await assert.rejects(async () => loadFunction(wire(kernel("shoal:runtime/base/none", "x", () => 1))), {
    code: "MISSING_MODULE",
  });
  await assert.rejects(async () => loadFunction(wire(kernel("shoal:runtime/base/units", "none", () => 1))), {
    code: "MISSING_MODULE",
  });
  assert.ok(await importModule("node:path"));
});

test("functions of Shoal and of packages travel by name, also as captures", async () => {
  const made = source(() => new Random(7).next());
  assert.deepEqual((made.captures["Random"] as any).spec.module, "shoal:runtime/base/random");
  const back = (await loadFunction(wire(made))) as AnyFunction;
  assert.equal(back(), new Random(7).next());
  const isError = (await sentAndBack((e: unknown) => e instanceof ShoalError)) as AnyFunction;
  assert.equal(isError(new ShoalError("x", { code: "CLOSED" })), true);
  const packs = source((x: unknown) => new Packr().pack(x).length);
  assert.match((packs.captures["Packr"] as any).spec.module, /node_modules\/msgpackr/);
  assert.equal(((await loadFunction(wire(packs))) as AnyFunction)(1), 1);
});

test("registered instances travel as captures", async () => {
  class Scale {
    by = 2;
  }
  registerValue<Scale>({
    name: "test.Scale",
    class: Scale,
    encode: (s) => s.by,
    decode: (by) => Object.assign(new Scale(), { by }),
  });
  const scale = Object.assign(new Scale(), { by: 5 });
  assert.equal((sentAndBack((x: number) => x * scale.by) as AnyFunction)(2), 10);
});

test("a relative import() is made absolute", async () => {
  const back = sentAndBack(async () => (await import("./portable/imported.ts")).factor) as AnyFunction;
  assert.equal(await back(), factor);
});

test("functions: named refuses source at submit and on arrival", () => {
  const k = 1;
  const fn = (x: number): number => x + k;
  assert.throws(
    () => makePortable(liveFunction(fn), { functions: "named" }),
    /only named functions are allowed here; export it/,
  );
  const spec = portable(fn);
  assert.throws(() => makePortable(spec, { functions: "named" }), { code: "NOT_PORTABLE" });
  assert.throws(() => loadFunction(wire(spec), { functions: "named" }), { code: "NOT_PORTABLE" });
  assert.equal(makePortable(liveFunction(scored), { functions: "named" }).kind, "named");
  assert.equal(makePortable(liveFunction(Math.max), { functions: "named" }).kind, "named");
});

test("Istanbul's counters are left behind", () => {
  const cov_1a2b3c4d5e = (): any => ({ f: [0], s: [0, 0], b: [[0, 0]] });
  const fn = new Function(
    "cov_1a2b3c4d5e",
    "return (x) => { cov_1a2b3c4d5e().f[0]++; cov_1a2b3c4d5e().s[0]++; return (cov_1a2b3c4d5e().b[0][1]++, x + 1); }",
  )(cov_1a2b3c4d5e) as AnyFunction;
  assert.deepEqual(source(fn).captures, {});
  assert.equal((sentAndBack(fn) as AnyFunction)(1), 2);
});

test("globals that the program made are refused by name", () => {
  (globalThis as any).madeHere = 1;
  const fn = new Function("return () => madeHere")() as AnyFunction;
  refusedWith(fn, "global", /uses the global madeHere, which this program made and a worker does not have/);
});

test("names that stand nowhere are refused by name", () => {
  const fn = new Function("return () => nowhereAtAll")() as AnyFunction;
  refusedWith(fn, "not-captured", /uses nowhereAtAll, which no scope around it holds/);
});

test("captured data beyond the limit is refused with the variable's name", () => {
  const huge = new Uint8Array(65 * 1024 ** 2);
  refusedWith(() => huge.length, "oversize", /captures huge of \d+ bytes.*scatter/);
});

test("source that cannot be rebuilt is an error of ours", () => {
  const spec: FunctionSpec = { kind: "source", name: "f", hash: "none", source: "(", captures: {} };
  assert.throws(() => loadFunction(spec), { code: "NOT_PORTABLE" });
});

test("functions travel to a thread that shares nothing but bytes", async () => {
  const k = 4;
  const table = { twice: (x: number): number => x * 2 };
  const bytes = flattenValue(
    encodeValue(
      portable((x: number) => table.twice(helper(x)) + k),
      { shareMemory: false },
    ),
  );
  const boot = `
    import { parentPort, workerData } from "node:worker_threads";
    import { register } from "tsx/esm/api";
    register();
    const { loadFunction } = await import(workerData.root + "runtime/wire/function-loader.ts");
    const { decodeValue, unflattenValue } = await import(workerData.root + "runtime/wire/value.ts");
    const fn = await loadFunction(decodeValue(unflattenValue(workerData.bytes)));
    parentPort.postMessage(fn(3));
  `;
  const root = new URL("../../../", import.meta.url).href;
  const worker = new Worker(
    new URL(
      `data:text/javascript,${encodeURIComponent(boot.replace('"tsx/esm/api"', JSON.stringify(import.meta.resolve("tsx/esm/api"))))}`,
    ),
    {
      workerData: { bytes, root },
    },
  );
  assert.deepEqual(await once(worker, "message"), [46]);
  await worker.terminate();
});
