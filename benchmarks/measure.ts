import { type BenchCase, type Figures, median, unitsOf } from "./bench-case.ts";
import { treeCpuSeconds } from "./cpu-seconds.ts";

const RUNS = 5;

/** Runs a case once to warm up, then its timed runs; the median counts. */
export async function measure(one: BenchCase, runs = one.runs ?? RUNS): Promise<Figures> {
  await one.open?.();
  try {
    const first = one.isLong === true ? undefined : await one.run();
    const seconds: number[] = [];
    const busy: number[] = [];
    let more: Record<string, number[]> = {};
    for (let i = 0; i < (one.isLong === true ? 1 : runs); i++) {
      const before = treeCpuSeconds();
      const run = await one.run();
      busy.push(treeCpuSeconds() - before);
      seconds.push(run.seconds);
      for (const [name, value] of Object.entries(run.more ?? {}))
        more = { ...more, [name]: [...(more[name] ?? []), value] };
    }
    const middle = median(seconds);
    return {
      seconds: middle,
      perUnitUs: (middle / unitsOf(one)) * 1e6,
      peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
      more: {
        ...Object.fromEntries(Object.entries(more).map(([name, values]) => [name, median(values)])),
        ...(first === undefined ? {} : { firstS: first.seconds }),
        cpuS: median(busy),
        minS: Math.min(...seconds),
        maxS: Math.max(...seconds),
        runs: seconds.length,
      },
    };
  } finally {
    await one.close?.();
  }
}
