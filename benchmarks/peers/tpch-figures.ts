import { median, secondsOf } from "../bench-case.ts";

const RUNS = 3;

/** Times a query once to warm up, then three times, and prints the line that peers print. */
export async function reportSeconds(query: () => Promise<unknown>): Promise<void> {
  const firstS = await secondsOf(query);
  const seconds: number[] = [];
  for (let run = 0; run < RUNS; run++) seconds.push(await secondsOf(query));
  const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
  const more = { firstS, minS: Math.min(...seconds), maxS: Math.max(...seconds), runs: RUNS };
  console.log(JSON.stringify({ seconds: median(seconds), perUnitUs: median(seconds) * 1e6, peakRssMb, more }));
}
