import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Client } from "shoal";
import { commonWords, corpusFolder, dataFolder, delaySpread, strikesByState } from "../../infra/demo/computations.ts";
import { barText, tableText } from "../../infra/demo/terminal.ts";

const modes = ["inline", "threads", "processes", "nats"] as const;

function expectedWords(): [string, number][] {
  const counts = new Map<string, number>();
  for (const name of readdirSync(corpusFolder))
    for (const [word] of readFileSync(join(corpusFolder, name), "utf8")
      .toLowerCase()
      .matchAll(/[a-z]{4,}/g))
      counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).slice(0, 8);
}

function expectedSpread(): { mean: number; std: number; outliers: number } {
  const rows = JSON.parse(readFileSync(join(dataFolder, "flights-200k.json"), "utf8")) as { delay: number }[];
  const mean = rows.reduce((sum, row) => sum + row.delay, 0) / rows.length;
  const std = Math.sqrt(rows.reduce((sum, row) => sum + (row.delay - mean) ** 2, 0) / rows.length);
  return { mean, std, outliers: rows.filter((row) => Math.abs(row.delay - mean) > 3 * std).length };
}

function expectedStrikes(): Map<string, number> {
  const counts = new Map<string, number>();
  const text = readFileSync(join(dataFolder, "birdstrikes.csv"), "utf8").trim();
  for (const line of text.split("\n").slice(1)) {
    const cells = [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell]) => cell as string);
    counts.set(cells[5] as string, (counts.get(cells[5] as string) ?? 0) + 1);
  }
  return counts;
}

const near = (a: number, b: number): void =>
  assert.ok(Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b)), `${a} ~ ${b}`);

for (const mode of modes)
  test(`the demo's answers are right in mode ${mode}`, async () => {
    const client = await Client.local({ mode, workers: 2 });
    try {
      assert.deepEqual(await commonWords(), expectedWords());
      const spread = await delaySpread();
      const wanted = expectedSpread();
      near(spread.mean, wanted.mean);
      near(spread.std, wanted.std);
      assert.equal(spread.outliers, wanted.outliers);
      const { top, ranOn } = await strikesByState();
      const strikes = expectedStrikes();
      assert.deepEqual(
        top.map(([, n]) => n),
        [...strikes.values()].sort((a, b) => b - a).slice(0, 8),
      );
      for (const [state, n] of top) assert.equal(n, strikes.get(state));
      assert.equal(
        Object.values(ranOn).reduce((a, b) => a + b, 0),
        16,
      );
    } finally {
      await client.close();
    }
  });

test("tableText() aligns columns, barText() fills with what is done", () => {
  assert.equal(
    tableText([
      { name: "a", n: 5 },
      { name: "long", n: 12.345 },
    ]),
    "  name      n\n  a         5\n  long  12.35",
  );
  assert.equal(barText(5, 10), "[##########..........] 5/10");
  assert.equal(barText(0, 0), "[....................] 0/0");
});
