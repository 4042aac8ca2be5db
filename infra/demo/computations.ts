import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { delayed } from "shoal";
import * as da from "shoal/array";
import * as db from "shoal/bag";
import * as dd from "shoal/dataframe";

/**
 * What the demo computes: real data that npm packages ship, each part as a user would write it. Every function gives
 * plain rows.
 */
export const dataFolder = join(packageFolder("vega-datasets"), "data");
export const corpusFolder = join(packageFolder("nlp-corpus"), "builds");

/** DataFrame: three million flights from a Parquet file; the larger airports whose departures are delayed most. */
export async function delayByOrigin(): Promise<{ origin: string; delay: number; flights: number }[]> {
  const flights = await dd.readParquet(join(dataFolder, "flights-3m.parquet"));
  const means = await flights
    .groupby("origin")
    .agg({ delay: (f) => dd.mean(f.delay), flights: () => dd.count() })
    .resetIndex()
    .filter((airport) => airport.flights >= 10_000)
    .sortValues("delay", { ascending: false })
    .head(8);
  return means.toRecords() as never;
}

/** DataFrame: the same flights by the hour of departure. */
export async function delayByHour(): Promise<{ hour: number; delay: number }[]> {
  const flights = await dd.readParquet(join(dataFolder, "flights-3m.parquet"));
  const means = await flights
    .assign({ hour: (f) => f.date.getHours() })
    .groupby("hour")
    .agg({ delay: (f) => dd.mean(f.delay) })
    .resetIndex()
    .sortValues("hour")
    .compute();
  return means.toRecords() as never;
}

/** Bag: the commonest words of some hundred documents. */
export function commonWords(): Promise<[word: string, times: number][]> {
  return db
    .readText(join(corpusFolder, "doc-*.json"), { filesPerPartition: 10 })
    .map((line) => line.toLowerCase().match(/[a-z]+/g) ?? [])
    .flatten()
    .filter((word) => word.length > 3)
    .frequencies()
    .topk(8, { key: ([, times]) => times })
    .compute();
}

/** Array: how delays are spread, and how many lie more than three standard deviations from the mean. */
export async function delaySpread(): Promise<{ mean: number; std: number; outliers: number }> {
  const rows = JSON.parse(await readFile(join(dataFolder, "flights-200k.json"), "utf8")) as { delay: number }[];
  const delays = da.fromArray(
    Float64Array.from(rows, (row) => row.delay),
    { chunks: [25_000] },
  );
  const distance = delays.sub(delays.mean()).div(delays.std()).abs();
  const [mean, std, outliers] = await Promise.all([
    delays.mean().compute(),
    delays.std().compute(),
    distance.gt(3).sum().compute(),
  ]);
  return { mean: Number(mean), std: Number(std), outliers: Number(outliers) };
}

/** Delayed: any functions as a graph. Bird strikes are tallied by state in pieces, and the tallies are merged. */
export async function strikesByState(): Promise<{
  top: [state: string, strikes: number][];
  ranOn: Record<string, number>;
}> {
  const [, ...lines] = (await readFile(join(dataFolder, "birdstrikes.csv"), "utf8")).trim().split("\n");
  const tally = delayed((piece: readonly string[]) => {
    const counts: Record<string, number> = {};
    for (const line of piece) {
      const state = line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)[5] ?? "";
      counts[state] = (counts[state] ?? 0) + 1;
    }
    return { counts, place: `process ${process.pid}` };
  });
  const merge = delayed((tallies: readonly { counts: Record<string, number>; place: string }[]) => {
    const all: Record<string, number> = {};
    const ranOn: Record<string, number> = {};
    for (const { counts, place } of tallies) {
      ranOn[place] = (ranOn[place] ?? 0) + 1;
      for (const [state, n] of Object.entries(counts)) all[state] = (all[state] ?? 0) + n;
    }
    const top = Object.entries(all).sort(([, a], [, b]) => b - a);
    return { top: top.slice(0, 8), ranOn };
  });
  const pieces = Array.from({ length: 16 }, (_, i) => lines.filter((_line, at) => at % 16 === i));
  return merge(pieces.map((piece) => tally(piece))).compute();
}

/** Where an installed package lies, from where one of its modules lies. */
function packageFolder(name: string): string {
  const entry = fileURLToPath(import.meta.resolve(name));
  return entry.slice(0, entry.lastIndexOf(name) + name.length);
}
