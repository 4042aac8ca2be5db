import { fileURLToPath } from "node:url";
import { Random } from "../../runtime/base/random.ts";
import { makeScenario } from "./scenario.ts";
import { SeedPool } from "./seed-pool.ts";
import { BROKEN_REST_MS, COUNTED } from "./seed-run.ts";
import { simulate } from "./simulate.ts";
import { drawMutation, type SourceMutation } from "./source-mutations.ts";
import { readUsual, unusual } from "./usual.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** A broken program may run round and round: no seed takes so long. */
const SILENCE_MS = 90_000;

export interface HuntOptions {
  readonly mutations: number;
  readonly from: number;
  readonly seeds: number;
  readonly jobs: number;
}

/** Breaks the sources at random places, one after the other, and looks for a seed that notices. @returns how many were noticed */
export async function huntMutations({ mutations, from, seeds, jobs }: HuntOptions): Promise<number> {
  let caught = 0;
  for (let i = 0; i < mutations; i++) {
    const mutation = drawMutation(ROOT, new Random(from + i));
    const found = await findSeed(mutation, { from, seeds, jobs });
    if (found !== undefined) caught += 1;
    console.log(`${found ?? `not caught by ${seeds} seeds`}: ${mutation.file}: ${mutation.text}`);
  }
  console.log(`${caught} of ${mutations} random mutations caught`);
  return caught;
}

/** What noticed a mutation, in words. */
async function findSeed(
  mutation: SourceMutation,
  { from, seeds, jobs }: Omit<HuntOptions, "mutations">,
): Promise<string | undefined> {
  for (let next = from; next < from + seeds; ) {
    const failed = await firstFailure(mutation, next, from + seeds - next, jobs);
    if (failed === undefined) return undefined;
    // A seed that fails when nothing is broken says nothing.
    const whole =
      failed.seed === undefined ? undefined : await simulate(makeScenario(failed.seed), { restMs: BROKEN_REST_MS });
    if (whole?.failure === undefined)
      return `${failed.seed === undefined ? "" : `seed ${failed.seed} `}${failed.why.slice(0, 80)}`;
    next = (failed.seed ?? next) + 1;
  }
  return undefined;
}

async function firstFailure(
  mutation: SourceMutation,
  from: number,
  count: number,
  jobs: number,
): Promise<{ seed: number | undefined; why: string } | undefined> {
  const pool = await SeedPool.start(jobs, mutation);
  const order = { charts: "compiled", isTwice: false, mutation: undefined, isBroken: true } as const;
  const sums = COUNTED.map(() => 0);
  const seedsByPair: number[] = [];
  let failed: { seed: number | undefined; why: string } | undefined;
  let watchdog: ReturnType<typeof setTimeout> | undefined;
  const watch = (): void => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => {
      failed ??= { seed: undefined, why: "a seed never ends" };
      pool.kill();
    }, SILENCE_MS);
  };
  watch();
  try {
    await pool.run({
      from,
      count,
      order,
      onSeed: ({ seed, failure, counts, pairs }) => {
        watch();
        for (const pair of pairs) seedsByPair[pair] = (seedsByPair[pair] ?? 0) + 1;
        for (const [i, n] of counts.entries()) sums[i] = (sums[i] as number) + n;
        if (failure === undefined) return true;
        failed ??= { seed, why: failure };
        pool.kill();
        return false;
      },
    });
    // No seed fails, and still it is not what it was: it never steals, or asks twice as often.
    const [strange] = failed === undefined ? unusual({ seeds: count, sums, seedsByPair }, readUsual()) : [];
    if (strange !== undefined) failed = { seed: undefined, why: `not as usual: ${strange}` };
  } catch (error) {
    // Ended from here, or by what is broken.
    failed ??= { seed: undefined, why: String(error) };
  } finally {
    clearTimeout(watchdog);
    pool.close();
  }
  return failed;
}
