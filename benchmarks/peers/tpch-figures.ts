import { median, secondsOf } from "../bench-case.ts";

const RUNS = 3;

/** Times a query once to warm up, then three times, and prints the line that peers print. */
export async function reportSeconds(query: () => Promise<unknown>): Promise<void> {
  const firstS = await secondsOf(query);
  const seconds: number[] = [];
  const busy: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const before = process.cpuUsage();
    seconds.push(await secondsOf(query));
    const { user, system } = process.cpuUsage(before);
    busy.push((user + system) / 1e6);
  }
  const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
  const [minS, maxS] = [Math.min(...seconds), Math.max(...seconds)];
  const more = { firstS, minS, maxS, cpuS: median(busy), runs: RUNS };
  console.log(JSON.stringify({ seconds: median(seconds), perUnitUs: median(seconds) * 1e6, peakRssMb, more }));
}
