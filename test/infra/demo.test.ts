import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Client } from "shoal";
import {
  commonWords,
  corpusFolder,
  dataFolder,
  delayByHour,
  delayByOrigin,
  delaySpread,
  strikesByState,
} from "../../infra/demo/computations.ts";
import { barText, tableText } from "../../infra/demo/terminal.ts";

const modes = ["inline", "threads", "processes", "nats"] as const;

/** Sum and count of delays by key over all flights, read with another library than the demo's path does. */
async function expectedDelays(): Promise<{ byOrigin: Map<string, number[]>; byHour: Map<number, number[]> }> {
  const { default: pl } = await import("nodejs-polars");
  const flights = pl.readParquet(join(dataFolder, "flights-3m.parquet"));
  const origins = flights.getColumn("origin").toArray() as string[];
  const delays = flights.getColumn("delay").toArray() as (number | bigint)[];
  const dates = flights.getColumn("date").toArray() as unknown as Date[];
  const byOrigin = new Map<string, number[]>();
  const byHour = new Map<number, number[]>();
  const add = <K>(sums: Map<K, number[]>, key: K, delay: number): void => {
    const sum = sums.get(key) ?? [0, 0];
    sums.set(key, [(sum[0] as number) + delay, (sum[1] as number) + 1]);
  };
  for (let i = 0; i < origins.length; i++) {
    add(byOrigin, origins[i] as string, Number(delays[i]));
    add(byHour, (dates[i] as Date).getUTCHours(), Number(delays[i]));
  }
  return { byOrigin, byHour };
}

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
      const { byOrigin, byHour } = await expectedDelays();
      const means = [...byOrigin].map(([origin, [sum, n]]) => ({
        origin,
        delay: (sum as number) / (n as number),
        flights: n as number,
      }));
      const worst = means
        .filter(({ flights }) => flights >= 10_000)
        .sort((a, b) => b.delay - a.delay)
        .slice(0, 8);
      const origins = await delayByOrigin();
      assert.deepEqual(
        origins.map(({ origin, flights }) => ({ origin, flights })),
        worst.map(({ origin, flights }) => ({ origin, flights })),
      );
      for (const [at, { delay }] of origins.entries()) near(delay, worst[at]?.delay as number);
      const hours = await delayByHour();
      assert.deepEqual(
        hours.map(({ hour }) => hour),
        [...byHour.keys()].sort((a, b) => a - b),
      );
      for (const { hour, delay } of hours) {
        const [sum, n] = byHour.get(hour) as [number, number];
        near(delay, sum / n);
      }
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
