import type { Client } from "../../collections/futures/client.ts";
import { holdProcess, systemClock } from "../../runtime/base/clock.ts";
import type { ConfigGiven } from "../../runtime/base/config.ts";
import { TimeoutError } from "../../runtime/base/errors.ts";
import { parseDurationMs } from "../../runtime/base/units.ts";
import { newConfig } from "./isolated-config.ts";
import { type TestCluster, type TestClusterOptions, testCluster } from "./test-cluster.ts";

export interface GenClusterOptions extends TestClusterOptions {
  /** Options in force for the test; those of files, environment and the program around it are not. */
  readonly config?: ConfigGiven;
  /** So long the test may take, its cluster's start included: milliseconds, or text such as "30s" (default). */
  readonly timeout?: number | string;
}

/** What a test has at hand. */
export interface TestContext {
  readonly client: Client;
  readonly cluster: TestCluster;
  /** Names of the workers, in order. */
  readonly workers: readonly string[];
}

const TIMEOUT = "30s";

/**
 * Makes a test of a function: it runs on a cluster of its own, under a configuration of its own, within a time limit, and fails if
 * anything is left open. What it gives is called by any test runner.
 * @see https://distributed.dask.org/en/stable/develop.html#writing-tests
 * @example
 * const counts = genCluster({ mode: "inline" }, async ({ client }) => {
 *   const value = await client.submit(inc, 1).result(); // 2
 * });
 * await counts();
 */
export function genCluster(
  options: GenClusterOptions,
  work: (context: TestContext) => Promise<void>,
): () => Promise<void> {
  const { config = {}, timeout = TIMEOUT, ...cluster } = options;
  return () => newConfig(config, () => inTime(parseDurationMs(timeout), cluster, work));
}

async function inTime(
  limitMs: number,
  options: TestClusterOptions,
  work: (context: TestContext) => Promise<void>,
): Promise<void> {
  const letGo = holdProcess();
  const cluster = await testCluster(options);
  const { client, workers } = cluster;
  let timer: unknown;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = systemClock.setTimer(limitMs, () =>
        reject(new TimeoutError(`The test was not over within ${limitMs} ms`, { limitMs })),
      );
    });
    await Promise.race([work({ client, cluster, workers }), late]);
  } catch (error) {
    // What the test found comes before what it left behind.
    await cluster.close().catch(() => {});
    throw error;
  } finally {
    systemClock.clearTimer(timer);
    letGo();
  }
  await cluster.close();
}
