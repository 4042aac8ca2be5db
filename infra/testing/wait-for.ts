import type { TaskReport } from "../../actors/task/task-question.ts";
import type { Client } from "../../collections/futures/client.ts";
import type { Future } from "../../collections/futures/future.ts";
import { holdProcess, systemClock } from "../../runtime/base/clock.ts";
import { TimeoutError } from "../../runtime/base/errors.ts";
import { parseDurationMs } from "../../runtime/base/units.ts";

export interface PollOptions {
  /** Milliseconds, or text such as "30s"; default "10s". */
  readonly timeout?: number | string;
  /** What is waited for, for the error's text. */
  readonly what?: string;
}

const TIMEOUT = "10s";
const LOOK_MS = 5;

/**
 * Waits until something is so, by looking every few milliseconds; at least once.
 * @throws TimeoutError naming what was waited for; what the look throws
 * @example
 * let n = 0;
 * await pollFor(() => ++n === 3, { what: "the third look" });
 * n; // 3
 */
export async function pollFor(isSo: () => boolean | Promise<boolean>, options: PollOptions = {}): Promise<void> {
  const { timeout = TIMEOUT, what = "a condition" } = options;
  const limitMs = parseDurationMs(timeout);
  const untilMs = systemClock.now() + limitMs;
  const letGo = holdProcess();
  try {
    while (!(await isSo())) {
      if (systemClock.now() >= untilMs)
        throw new TimeoutError(`Waited ${limitMs} ms for ${what}, and it did not come`, { limitMs, what });
      await new Promise<void>((resolve) => systemClock.setTimer(LOOK_MS, resolve));
    }
  } finally {
    letGo();
  }
}

/**
 * Waits until a task is in a state of the scheduler's chart ("queued", "processing", "memory", "erred", …: docs/charts.md), or
 * forgotten.
 * @returns how it stands then
 * @throws TimeoutError naming the state it is in instead
 * @see https://distributed.dask.org/en/stable/scheduling-state.html
 * @example
 * const kept = client.submit((n: number) => n * 2, 21);
 * const { state } = await waitForState(client, kept, "memory");
 * state; // "memory"
 */
export async function waitForState(
  client: Client,
  of: Future<unknown> | string,
  state: string,
  options: Pick<PollOptions, "timeout"> = {},
): Promise<Standing> {
  const key = typeof of === "string" ? of : of.key;
  if (typeof of !== "string") void of.handle;
  let report = await reportOf(client, key);
  try {
    await pollFor(async () => {
      report = await reportOf(client, key);
      return report.state === state;
    }, options);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    throw new TimeoutError(`Task ${key} is ${report.state}, and did not come to be ${state} in time`, {
      ...error.details,
      key,
      state: report.state,
    });
  }
  return report;
}

/**
 * Waits for an entry of the cluster's log whose text is matched: workers that come and go, tasks that fail, what is refused.
 * @returns the entry's text
 * @throws TimeoutError
 * @example
 * const logged = client.submit(() => { throw new RangeError("no"); });
 * await logged.exception();
 * await waitForLog(client, /failed on/);
 */
export async function waitForLog(
  client: Client,
  pattern: RegExp,
  options: Pick<PollOptions, "timeout"> = {},
): Promise<string> {
  let found: string | undefined;
  await pollFor(
    async () => {
      found = (await client.getLogs()).find(({ text }) => pattern.test(text))?.text;
      return found !== undefined;
    },
    { what: `an entry of the log like ${pattern}`, ...options },
  );
  return found as string;
}

type Standing = Pick<TaskReport, "state"> & Partial<TaskReport>;

/** A task that nobody needs any more has no actor: it is forgotten. */
async function reportOf(client: Client, key: string): Promise<Standing> {
  try {
    return (await client.ask(client.taskAddress(key), { type: "state" })) as TaskReport;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "UNKNOWN_KEY" || code === "NO_RESPONDERS") return { state: "forgotten" };
    throw error;
  }
}
