import { fileURLToPath } from "node:url";
import { Random } from "../../runtime/base/random.ts";
import { SeedPool } from "./seed-pool.ts";
import { runSeed, type SeedOrder } from "./seed-run.ts";
import { drawMutation, type SourceMutation } from "./source-mutations.ts";
import { Tally } from "./tally.ts";
import { readUsual, unusual } from "./usual.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** A broken program may wait for what never comes, and take no time of the processor: no seed takes so long, however busy the machine is. */
const SILENCE_MS = 900_000;
/** What is not as usual is looked for after so many seeds, and so many more. */
const SEEDS_PER_LOOK = 1000;

/** How seeds are run, broken and whole. */
const ORDER: SeedOrder = { charts: "compiled", isTwice: false, mutation: undefined, isBroken: true };

export interface HuntOptions {
  readonly mutations: number;
  readonly from: number;
  readonly seeds: number;
  readonly jobs: number;
}

/** Breaks the sources at random places, one after the other, and looks for a seed that notices. @returns how many were noticed */
export async function huntMutations({ mutations, from, seeds, jobs }: HuntOptions): Promise<number> {
  const control = await findSeed(undefined, { from, seeds, jobs });
  if (control !== undefined) throw new Error(`Nothing is broken, and it is noticed: ${control}`);
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

/** What noticed a mutation, or that there is none, in words. */
export async function findSeed(
  mutation: SourceMutation | undefined,
  { from, seeds, jobs }: Omit<HuntOptions, "mutations">,
): Promise<string | undefined> {
  const pool = await SeedPool.start(jobs, mutation);
  const tally = new Tally();
  const usual = readUsual();
  let noticed: string | undefined;
  let lastJudgement = Promise.resolve();
  const end = (why: string): void => {
    noticed ??= why;
    pool.kill();
  };
  const watch = new Watch(SILENCE_MS, () => end("a seed never ends"));
  try {
    await pool.run({
      from,
      count: seeds,
      order: ORDER,
      onSeed: (result) => {
        watch.heard();
        tally.note(result);
        const { seed, failure } = result;
        if (failure !== undefined)
          lastJudgement = lastJudgement.then(async () => {
            if (noticed !== undefined || !(await passesWhole(seed))) return;
            end(`seed ${seed} ${failure.slice(0, 80)}`);
          });
        // Where no seed fails it is still not what it was: it never steals, or asks twice as often.
        const isTimeToLook = tally.seeds % SEEDS_PER_LOOK === 0 || tally.seeds === seeds;
        const [strange] = noticed === undefined && isTimeToLook ? unusual(tally, usual) : [];
        if (strange !== undefined) end(`not as usual after ${tally.seeds} seeds: ${strange}`);
        return noticed === undefined;
      },
    });
    await lastJudgement;
  } catch (error) {
    // Ended from here, or by what is broken.
    await lastJudgement;
    noticed ??= String(error);
  } finally {
    watch.end();
    pool.close();
  }
  return noticed;
}

/** A seed that fails in the same order when nothing is broken says nothing. */
const passesWhole = async (seed: number): Promise<boolean> => (await runSeed(seed, ORDER)).failure === undefined;

/** Calls when nothing was heard for so long. */
class Watch {
  private readonly silenceMs: number;
  private readonly onSilence: () => void;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(silenceMs: number, onSilence: () => void) {
    this.silenceMs = silenceMs;
    this.onSilence = onSilence;
    this.heard();
  }

  heard(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.onSilence, this.silenceMs);
  }

  end(): void {
    clearTimeout(this.timer);
  }
}
