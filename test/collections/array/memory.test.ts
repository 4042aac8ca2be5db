import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

const program = (body: string): string => `
import * as da from "${new URL("../../../collections/array/index.ts", import.meta.url).href}";
import { pushExecutor } from "${new URL("../../../runtime/graph/executor.ts", import.meta.url).href}";
import { syncExecutor } from "${new URL("../../../runtime/graph/sync-executor.ts", import.meta.url).href}";
pushExecutor(syncExecutor);
${body}`;

function run(body: string, ...flags: string[]): string {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [
      ...flags,
      "--import",
      import.meta.resolve("tsx"),
      "--conditions=shoal-source",
      "--input-type=module",
      "-e",
      program(body),
    ],
    { encoding: "utf8" },
  );
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

test("1,000 repetitions of mixed work hold the memory of the process flat", () => {
  const grown = Number(
    run(
      `
const once = async (i) => {
  const x = da.random.random([120, 120], { chunks: 60, seed: i });
  await x.add(x.T).mean({ axis: 0 }).compute();
  await x.dot(x).sum().compute();
  await x.get("::2", [1, 5]).rechunk([10, 1]).compute();
  await da.linalg.svd(x.get(":", ":20").rechunk([40, 20]))[1].compute();
};
for (let i = 0; i < 300; i++) await once(i);
gc();
const before = process.memoryUsage().rss;
for (let i = 0; i < 1000; i++) { await once(i); if (i % 100 === 0) gc(); }
gc();
console.log(process.memoryUsage().rss - before);`,
      "--expose-gc",
    ),
  );
  // A repetition makes about 1 MB of blocks: any that stayed would show as gigabytes.
  assert.ok(grown < 60e6, `${Math.round(grown / 1e6)} MB more after 1,000 repetitions`);
});

test("what compute() gives is never written to by later work that borrows memory", () => {
  const said = run(`
const kept = [];
for (let i = 0; i < 20; i++) {
  const x = da.random.random([64, 64], { chunks: 32, seed: 1 });
  kept.push(await x.compute(), await x.sum({ axis: 0 }).compute(), await x.add(1).compute(), await da.ones([50]).compute());
  await da.random.random([64, 64], { chunks: 64, seed: i }).std().compute();
}
const same = (a, b) => a.data.every((one, at) => one === b.data[at]);
const buffers = new Set(kept.map((one) => one.data.buffer));
console.log(kept.every((one, at) => same(one, kept[at % 4])), buffers.size === kept.length,
  kept.every((one) => one.data.buffer.byteLength === one.data.byteLength));`);
  assert.equal(said, "true true true");
});

test("kernels give the same where code may not be made of text", () => {
  const body = `
const x = da.random.random([40, 30], { chunks: [16, 7], seed: 3 });
const n = da.arange(-20, 20, { chunks: 9 });
const all = [
  x.add(x.mul(2).sin()).sub(0.5).std({ axis: 0 }), da.where(x.gt(0.5), x, x.neg()).cumsum({ axis: 1 }), x.dot(x.T).max({ axis: 1 }),
  n.floordiv(3).astype("int8"), n.pow(2).mod(7), da.sort(n.mul(-1)), da.unique(n.mod(5)), n.astype("complex64").mul(da.complex(1, 2)).abs(),
  da.map((a, b) => Math.exp(-a) * b, x, x.mul(2)).sum(), x.topk(3), da.median(x, { axis: 0 }), da.histogram(x, { bins: 4, range: [0, 1] })[0],
];
for (const one of all) console.log(String(await one.compute()));`;
  assert.equal(run(body, "--disallow-code-generation-from-strings"), run(body));
});
