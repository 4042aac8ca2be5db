import { getClient } from "../../collections/futures/get-client.ts";
import { systemClock } from "../../runtime/base/clock.ts";
import { Random, uniqueToken } from "../../runtime/base/random.ts";
import { parseDurationMs } from "../../runtime/base/units.ts";
import { task } from "../../runtime/wire/function-task.ts";

/** How long a slow task takes: milliseconds, or text such as "20ms". */
type Delay = number | string;

const DELAY_MS = 20;

/** x + 1 */
export const inc: (x: number) => number = task(import.meta, "inc", (x: number) => x + 1);

/** x − 1 */
export const dec: (x: number) => number = task(import.meta, "dec", (x: number) => x - 1);

/** 2 x */
export const double: (x: number) => number = task(import.meta, "double", (x: number) => 2 * x);

/** x + y */
export const add: (x: number, y: number) => number = task(import.meta, "add", (x: number, y: number) => x + y);

/** x / y. @throws RangeError where y is 0 */
export const div: (x: number, y: number) => number = task(import.meta, "div", (x: number, y: number) => {
  if (y === 0) throw new RangeError("division by zero");
  return x / y;
});

/** Always fails. @throws RangeError "hello!" */
export const throws: (x?: unknown) => never = task(import.meta, "throws", (_x?: unknown): never => {
  throw new RangeError("hello!");
});

/** x + 1, after a delay of 20 ms or what is said. */
export const slowInc: (x: number, delay?: Delay) => Promise<number> = task(
  import.meta,
  "slowInc",
  (x: number, delay?: Delay) => after(delay, () => x + 1),
);

/** x − 1, after a delay. */
export const slowDec: (x: number, delay?: Delay) => Promise<number> = task(
  import.meta,
  "slowDec",
  (x: number, delay?: Delay) => after(delay, () => x - 1),
);

/** x + y, after a delay. */
export const slowAdd: (x: number, y: number, delay?: Delay) => Promise<number> = task(
  import.meta,
  "slowAdd",
  (x: number, y: number, delay?: Delay) => after(delay, () => x + y),
);

/** The sum of a list, after a delay. */
export const slowSum: (xs: readonly number[], delay?: Delay) => Promise<number> = task(
  import.meta,
  "slowSum",
  (xs: readonly number[], delay?: Delay) => after(delay, () => xs.reduce((sum, x) => sum + x, 0)),
);

/** What it is given, after a delay. */
export const slowIdentity: <T>(x: T, delay?: Delay) => Promise<T> = task(
  import.meta,
  "slowIdentity",
  <T>(x: T, delay?: Delay) => after(delay, () => x),
);

/** x + 1, after a delay between 0 and `scale` (default 40 ms), always the same for an x. */
export const randomInc: (x: number, scale?: Delay) => Promise<number> = task(
  import.meta,
  "randomInc",
  (x: number, scale?: Delay) => after(msOf(scale ?? 2 * DELAY_MS) * new Random(x).next(), () => x + 1),
);

/**
 * A function that fails so often before it gives `value`, whichever workers its tries run on: for tests of retries. Each function that
 * this makes counts for itself, and for all who call it.
 * @param failures how many calls throw a RangeError "flaky: try 1 of 2 fails"
 * @example
 * const future = client.submit(flaky(2, "done"), { retries: 2, key: "flaky-once" });
 * await future.result(); // "done"
 */
export function flaky<T>(failures: number, value: T): () => Promise<T> {
  const outcomes = Array.from(
    { length: failures },
    (_, at) => new RangeError(`flaky: try ${at + 1} of ${failures} fails`),
  );
  return varying<T>([...outcomes, value]);
}

/**
 * A function whose calls give one outcome after the other: values are given, errors are thrown; the last one stays. Calls are counted
 * across workers.
 * @example
 * const next = varying([1, 2]);
 * const first = await client.submit(next, { key: "first-call" }).result(); // 1
 * const second = await client.submit(next, { key: "second-call" }).result(); // 2
 */
export function varying<T>(outcomes: readonly (T | Error)[]): () => Promise<T> {
  if (outcomes.length === 0) throw new RangeError("varying() takes one outcome or more");
  const name = `shoal-testing-${uniqueToken()}`;
  return task({ name, outcomes, outcomeOfCall }, (env) => env.outcomeOfCall(env.name, env.outcomes) as Promise<T>);
}

/** Counts a call and gives its outcome. Part of what {@link varying} sends. */
export const outcomeOfCall = task(
  import.meta,
  "outcomeOfCall",
  async (name: string, outcomes: readonly unknown[]): Promise<unknown> => {
    const client = getClient();
    const lease = await client.lock(name).acquire();
    let calls: number;
    try {
      calls = ((await client.getMetadata(name, 0)) as number) + 1;
      await client.setMetadata(name, calls);
    } finally {
      await lease.release();
    }
    const outcome = outcomes[Math.min(calls, outcomes.length) - 1];
    if (outcome instanceof Error) throw outcome;
    return outcome;
  },
);

const msOf = (delay: Delay): number => parseDurationMs(delay);

function after<T>(delay: Delay | undefined, give: () => T): Promise<T> {
  return new Promise((resolve) => systemClock.setTimer(msOf(delay ?? DELAY_MS), () => resolve(give())));
}
