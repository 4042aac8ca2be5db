import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { allocate, allocateUnwritten } from "../../../collections/array/dtype.ts";
import { HUGE_BYTES_MIN } from "../../../runtime/base/huge-pages.ts";
import { nativeLoader } from "../../../runtime/base/native-loader.ts";

const SETTING = "/sys/kernel/mm/transparent_hugepage/enabled";
const mayAsk = existsSync(SETTING) && readFileSync(SETTING, "utf8").includes("[madvise]") && nativeLoader() !== null;
const skip = mayAsk ? false : "this system gives no large pages on request, or koffi is not installed";

/** KiB of this process's memory for which large pages were asked. */
function askedKib(): number {
  const areas = readFileSync("/proc/self/smaps", "utf8").split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
  const asked = areas.filter((area) => /^VmFlags:.* hg\b/m.test(area));
  return asked.reduce((sum, area) => sum + Number(/^Size:\s+(\d+)/m.exec(area)?.[1] ?? 0), 0);
}

test("large blocks lie in memory that was asked for in large pages, small ones do not", { skip }, () => {
  const before = askedKib();
  const small = allocateUnwritten("float64", HUGE_BYTES_MIN / 8 - 1);
  assert.equal(askedKib(), before);
  const blocks = [allocateUnwritten("float64", 8_000_000), allocate("int32", 8_000_000)];
  const bytes = blocks.reduce((sum, one) => sum + one.byteLength, 0);
  assert.ok(askedKib() - before >= bytes / 1024 - 16, `${askedKib() - before} KiB for ${bytes} bytes`);
  assert.ok((blocks[1] as Int32Array).every((one) => one === 0));
  assert.equal(small.length, HUGE_BYTES_MIN / 8 - 1);
});
