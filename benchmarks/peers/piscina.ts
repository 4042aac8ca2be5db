import { Piscina } from "piscina";
import { median } from "../bench-case.ts";

/** Trivial tasks on a plain thread pool: piscina.ts N THREADS */
const [n = 1e5, threads = 2] = process.argv.slice(2).map(Number);
const RUNS = 5;

const pool = new Piscina({
  filename: new URL("./piscina-task.mjs", import.meta.url).href,
  minThreads: threads,
  maxThreads: threads,
  maxQueue: Number.POSITIVE_INFINITY,
  concurrentTasksPerWorker: 16,
});

async function run(): Promise<number> {
  const start = performance.now();
  const work: Promise<number>[] = [];
  for (let i = 0; i < n; i++) work.push(pool.run(i, { name: "inc" }) as Promise<number>);
  const values = await Promise.all(work);
  if (values[n - 1] !== n) throw new Error("wrong values");
  return (performance.now() - start) / 1000;
}

const first = await run();
const seconds: number[] = [];
for (let i = 0; i < RUNS; i++) seconds.push(await run());
const middle = median(seconds);
const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
const more = { firstS: first, minS: Math.min(...seconds), maxS: Math.max(...seconds), runs: RUNS };
process.stdout.write(`${JSON.stringify({ seconds: middle, perUnitUs: (middle / n) * 1e6, peakRssMb, more })}\n`, () =>
  process.exit(0),
);
