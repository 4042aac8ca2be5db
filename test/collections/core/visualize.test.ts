import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Client, delayed, getTaskStream, visualize } from "shoal";
import * as db from "shoal/bag";

const inc = delayed((x: number) => x + 1);
const add = delayed((a: number, b: number) => a + b);

test("visualize() draws tasks as SVG, with a colour for when they run", async () => {
  const shared = inc(1);
  const sum = add(shared, inc(shared));
  const svg = await sum.visualize(undefined, { color: "order" });
  assert.match(svg, /<svg/);
  assert.equal(svg.match(/class="node"/g)?.length, 3);
  assert.equal(svg.match(/class="edge"/g)?.length, 3);
  assert.equal(new Set(svg.match(/fill="#[0-9a-f]{6}"/g)).size >= 3, true);
});

test("visualize() colours tasks by how long their kind took", async () => {
  const client = await Client.local({ mode: "inline" });
  try {
    const slow = delayed(function slow(x: number) {
      return x + 1;
    });
    const quick = delayed(function quick(a: number, b: number) {
      return a + b;
    });
    const total = quick(slow(1), slow(2));
    const { runs } = await getTaskStream(() => total.compute());
    const svg = await total.visualize(undefined, { color: "time", runs, optimize: true });
    assert.deepEqual([...new Set(runs.map(({ prefix }) => prefix))].sort(), ["quick", "slow"]);
    assert.equal(svg.match(/[\d.]+ ms</g)?.length, 3);
    const times = [
      { prefix: "slow", durationMs: 40, count: 2 },
      { prefix: "quick", durationMs: 10, count: 1 },
    ];
    const built = await total.visualize(undefined, { color: "time", runs: times });
    assert.equal(built.match(/>20 ms</g)?.length, 2);
    assert.equal(built.match(/>10 ms</g)?.length, 1);
    await assert.rejects(total.visualize(undefined, { color: "time" }), {
      name: "TypeError",
      message: /getTaskStream/,
    });
  } finally {
    await client.close();
  }
});

test("visualize() draws the plan, as built or as it runs, and writes files", async () => {
  const bag = db
    .range(9, { npartitions: 3 })
    .map((x) => x + 1)
    .sum();
  const folder = mkdtempSync(join(tmpdir(), "shoal-draw-"));
  try {
    const built = await visualize([bag], join(folder, "plan.dot"), { of: "plan" });
    const runs = await visualize([bag], join(folder, "plan.svg"), { of: "plan", optimize: true });
    assert.equal(readFileSync(join(folder, "plan.dot"), "utf8"), built);
    assert.equal(readFileSync(join(folder, "plan.svg"), "utf8"), runs);
    assert.ok(
      (built.match(/label=/g)?.length ?? 0) > (runs.match(/class="node"/g)?.length ?? 0),
      "fusion leaves fewer",
    );
    await assert.rejects(bag.visualize(join(folder, "plan.gif")), { code: "NOT_SUPPORTED" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("visualize() paints a picture, twice as fine as the drawing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "shoal-draw-"));
  try {
    const path = join(folder, "plan.png");
    const svg = await db.range(9, { npartitions: 3 }).sum().visualize(path);
    const [, width] = /<svg width="(\d+)pt"/.exec(svg) as RegExpExecArray;
    const picture = readFileSync(path);
    assert.equal(picture.subarray(1, 4).toString(), "PNG");
    // Points are three quarters of a pixel. The header gives the width after the name of its block.
    assert.ok(Math.abs(picture.readUInt32BE(16) - (Number(width) / 0.75) * 2) <= 4);
    assert.ok(picture.length > 1000);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("visualize() says what to draw instead of too many tasks", async () => {
  await assert.rejects(db.range(5000, { npartitions: 5000 }).visualize(), /\{ of: "plan" \}/);
});
