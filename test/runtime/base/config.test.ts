import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Client, config, delayed } from "shoal";
import { Config } from "../../../runtime/base/config.ts";

const home = mkdtempSync(join(tmpdir(), "shoal-config-"));
after(() => rmSync(home, { recursive: true }));
mkdirSync(join(home, "shoal"));
const file = (name: string, text: string): string => {
  const path = join(home, "shoal", name);
  writeFileSync(path, text);
  return path;
};

test("files, the environment, set() and with() lie over each other in this order", async () => {
  file("a.json", '{"local":{"mode":"threads","workers":2},"compute":{"retries":1}}');
  file("b.json", '{"local.workers":3}');
  const named = join(home, "named.json");
  writeFileSync(named, '{"compute":{"retries":2}}');
  const env = {
    XDG_CONFIG_HOME: home,
    SHOAL_CONFIG: named,
    SHOAL_LOCAL__MEMORY_LIMIT: "1 GiB",
    SHOAL_LOCAL__SLOTS: "4",
  };
  const found = new Config(env);
  assert.deepEqual(found.all(), {
    "local.mode": "threads",
    "local.workers": 3,
    "compute.retries": 2,
    "local.memory-limit": "1 GiB",
    "local.slots": 4,
  });
  const undo = found.set({ local: { workers: 5 } });
  assert.equal(found.get("local.workers"), 5);
  const inside = await found.with({ "local.workers": 7, "local.slots": 1 }, async () => {
    await Promise.resolve();
    return found.with({ "local.slots": 2 }, () => [found.get("local.workers"), found.get("local.slots")]);
  });
  assert.deepEqual(inside, [7, 2]);
  assert.equal(await found.with({ "local.workers": 7 }, async () => found.get("local.workers")), 7);
  assert.equal(found.get("local.workers"), 5);
  undo();
  assert.equal(found.get("local.workers"), 3);
  file("b.json", '{"local.workers":9}');
  assert.equal(found.get("local.workers"), 3, "files are read once");
  found.refresh();
  assert.equal(found.get("local.workers"), 9);
  rmSync(join(home, "shoal", "a.json"));
  rmSync(join(home, "shoal", "b.json"));
});

test("hyphens and underscores are the same; unknown names and wrong values say where they stand", () => {
  const empty = { XDG_CONFIG_HOME: home };
  assert.equal(new Config({ ...empty, SHOAL_BAG__BLOCK_BYTES: "8 MiB" }).get("bag.block-bytes"), "8 MiB");
  const one = new Config(empty);
  one.set({ bag: { block_bytes: 1000 } });
  assert.equal(one.get("bag.block-bytes"), 1000);
  assert.throws(() => one.set({ "local.worker": 2 } as never), {
    code: "CONFIG",
    message: /There is no option local\.worker; there are local\.mode, local\.workers.*config\.set/,
  });
  assert.throws(() => one.set({ "local.workers": 0 }), /local\.workers is a whole number from 1 on, and not 0/);
  assert.throws(() => new Config({ ...empty, SHOAL_LOCAL__MODE: "thread" }).all(), /the variable SHOAL_LOCAL__MODE/);
  const bad = join(home, "bad.json");
  writeFileSync(bad, "{");
  assert.throws(() => new Config({ ...empty, SHOAL_CONFIG: bad }).all(), new RegExp(`cannot be read.*${bad}`));
});

test("clients, computations and lazy functions follow the configuration", async () => {
  const plus = (x: number): number => x + 1;
  config.with({ "delayed.pure": true }, () => assert.equal(delayed(plus)(1).key, delayed(plus)(1).key));
  assert.notEqual(delayed(plus)(1).key, delayed(plus)(1).key);
  const pids = await config.with({ local: { mode: "processes", workers: 1 } }, async () => {
    await using client = await Client.local();
    return await client.gather(client.map(() => process.pid, [1, 2]));
  });
  assert.ok(pids.every((pid) => pid !== process.pid));
  const slow = delayed(() => new Promise((resolve) => setTimeout(resolve, 30_000)))();
  await assert.rejects(
    config.with({ "compute.timeout": 20 }, () => slow.compute()),
    { code: "TIMEOUT" },
  );
});
