import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { oomKills } from "../../../infra/cluster/oom-kills.ts";
import { MEMORY_EVERY_MS, ProcessMemory } from "../../../infra/cluster/process-memory.ts";
import { ManualClock } from "../../support/manual-clock.ts";

test("oomKills() reads what Linux counts, and knows nothing where nobody counts", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "shoal-vmstat-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "vmstat");
  writeFileSync(path, "drop_slab 0\noom_kill 12\noom_kill_total 99\nnuma_hit 4\n");
  assert.equal(oomKills(path), 12);
  writeFileSync(path, "numa_hit 4\n");
  assert.equal(oomKills(path), undefined);
  assert.equal(oomKills(join(folder, "none")), undefined);
});

test("of an end, the system is to blame only if it ended a process just now", async () => {
  const clock = new ManualClock();
  let kills: number | undefined = 3;
  const memory = new ProcessMemory({
    pid: process.pid,
    clock,
    bytesMax: Number.POSITIVE_INFINITY,
    onAbove: () => assert.fail("nothing is above infinity"),
    oomKills: () => kills,
  });
  const look = (): Promise<void> => clock.advance(MEMORY_EVERY_MS);
  await look();
  assert.equal(memory.hasSystemKilled, false);
  kills = 4;
  assert.equal(memory.hasSystemKilled, true);
  // The end of a large process is told of later than the look that follows it.
  await look();
  assert.equal(memory.hasSystemKilled, true);
  await look();
  assert.equal(memory.hasSystemKilled, false);
  kills = undefined;
  assert.equal(memory.hasSystemKilled, false);
  assert.equal(memory.figures.length, 3);
  memory.close();
  assert.equal(clock.timerCount, 0);
});

test("a process above its limit is told of once", async () => {
  const clock = new ManualClock();
  const above: number[] = [];
  const memory = new ProcessMemory({ pid: process.pid, clock, bytesMax: 1e6, onAbove: (bytes) => above.push(bytes) });
  await clock.advance(5 * MEMORY_EVERY_MS);
  assert.equal(above.length, 1);
  assert.deepEqual(above, memory.figures);
  memory.close();
});
