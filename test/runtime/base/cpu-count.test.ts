import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { test } from "node:test";
import { cpuCount } from "../../../runtime/base/cpu-count.ts";

const files =
  (all: Readonly<Record<string, string>>) =>
  (path: string): string | undefined =>
    all[path];
const two = (text: string) => files({ "/sys/fs/cgroup/cpu.max": text });
const one = (quota: string) =>
  files({ "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": quota, "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n" });

test("cpuCount() is what the container may use, at least one and never more than there are", () => {
  assert.equal(cpuCount(8, two("200000 100000\n")), 2);
  assert.equal(cpuCount(8, two("250000 100000\n")), 3, "two and a half keep three busy");
  assert.equal(cpuCount(8, two("10000 100000\n")), 1);
  assert.equal(cpuCount(8, two("1600000 100000\n")), 8);
  assert.equal(cpuCount(8, one("400000\n")), 4);
});

test("cpuCount() is all there are where nothing limits it, or what should cannot be read", () => {
  for (const read of [two("max 100000\n"), one("-1\n"), two(""), two("what"), files({})])
    assert.equal(cpuCount(8, read), 8);
  assert.ok(cpuCount() >= 1 && cpuCount() <= availableParallelism());
});
