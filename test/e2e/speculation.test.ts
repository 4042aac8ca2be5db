import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Client, taskScope } from "shoal";

interface Item {
  readonly x: number;
  readonly mark: string;
}

/** Seven items take no time; the first run of the eighth ends with its process. */
const hangs = ({ x, mark }: Item): number => {
  if (x < 7) return x;
  try {
    writeFileSync(mark, taskScope().worker, { flag: "wx" });
  } catch {
    return x;
  }
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  return -1;
};

const XS = [0, 1, 2, 3, 4, 5, 6, 7];

function items(t: { after(run: () => void): void }): Item[] {
  const folder = mkdtempSync(join(tmpdir(), "shoal-straggler-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return XS.map((x) => ({ x, mark: join(folder, "begun") }));
}

test("a task that holds its worker for ever is begun on another one, and the job ends", async (t) => {
  const client = await Client.local({ mode: "processes", workers: 2 });
  t.after(() => client.close());
  assert.deepEqual(await client.gather(client.map(hangs, items(t), { speculate: true })), XS);
});

test("a cluster that was told to copies stragglers by itself, and never what acts on the world", async (t) => {
  const client = await Client.local({ mode: "processes", workers: 2, speculate: true });
  t.after(() => client.close());
  assert.deepEqual(await client.gather(client.map(hangs, items(t))), XS);
  assert.throws(() => client.submit(() => 1, { effectful: true, speculate: true }), /this one is effectful/);
});
