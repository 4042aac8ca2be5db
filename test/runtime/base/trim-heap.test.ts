import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { nativeLoader } from "../../../runtime/base/native-loader.ts";

/** Half of 128 MB in blocks of 64 KiB goes, every other one: the heap has holes, but no end that could be given back. */
const PROGRAM = `
  import { trimHeap } from "./runtime/base/trim-heap.ts";
  let blocks = Array.from({ length: 2048 }, () => new Uint8Array(65536).fill(1));
  blocks = blocks.filter((_, at) => at % 2 === 0);
  gc();
  await new Promise((done) => setImmediate(done));
  gc();
  const before = process.memoryUsage.rss();
  trimHeap();
  console.log(before - process.memoryUsage.rss(), blocks.length);
`;

const hasGlibc = (process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header
  .glibcVersionRuntime;
const cannot = hasGlibc === undefined || nativeLoader() === null ? "needs glibc and koffi" : false;

test("trimHeap() gives the holes of the heap back to the system", { skip: cannot }, () => {
  const args = ["--expose-gc", "--import", "tsx", "--input-type=module", "--eval", PROGRAM];
  const env = { ...process.env, MALLOC_MMAP_THRESHOLD_: "1048576", MALLOC_ARENA_MAX: "1" };
  const [freed, kept] = execFileSync(process.execPath, args, { env, encoding: "utf8" }).trim().split(" ").map(Number);
  assert.equal(kept, 1024);
  assert.ok((freed as number) > 40e6, `${freed} bytes were given back`);
});
