import { Client } from "../../collections/futures/client.ts";
import type { LocalOptions } from "../../collections/futures/spawner.ts";
import { LeakCheck, type LeakCheckOptions } from "./leak-check.ts";
import { openOnNetwork } from "./network-cluster.ts";
import { StoryRecorder } from "./story-recorder.ts";
import type { TestNetwork } from "./test-network.ts";
import { validateState } from "./validate-state.ts";

export interface TestClusterOptions extends LocalOptions {
  /**
   * All actors in this thread, on this network, whose messages the test may hold back, lose and deliver in another order. `mode` means nothing then, and
   * workers know no `preload`, `environment` or client of their tasks' own.
   */
  readonly network?: TestNetwork;
  /** Whether the scheduler notes the steps of tasks from the start, for `assertStory`; default false. */
  readonly stories?: boolean;
  /** What may stay open after closing, or true for anything; default: nothing may. */
  readonly allowUnclosed?: boolean | readonly string[];
}

const WORKERS = 2;

/**
 * A cluster for one test: see {@link testCluster}.
 * @see https://distributed.dask.org/en/stable/develop.html#writing-tests
 */
export class TestCluster {
  readonly client: Client;
  private readonly leaks: LeakCheck | undefined;
  private readonly recorder: StoryRecorder | undefined;
  private closing: Promise<void> | undefined;

  private constructor(client: Client, leaks: LeakCheck | undefined, recorder: StoryRecorder | undefined) {
    this.client = client;
    this.leaks = leaks;
    this.recorder = recorder;
  }

  static async open({
    stories = false,
    allowUnclosed = [],
    network,
    ...given
  }: TestClusterOptions): Promise<TestCluster> {
    const allowed: LeakCheckOptions = typeof allowUnclosed === "boolean" ? {} : { allow: allowUnclosed };
    const leaks = allowUnclosed === true ? undefined : new LeakCheck(allowed);
    const options = { workers: WORKERS, ...given };
    const client =
      network === undefined
        ? await Client.local({ mode: "threads", ...options })
        : await Client.on(await openOnNetwork(network, options), options);
    return new TestCluster(client, leaks, stories ? await StoryRecorder.start(client) : undefined);
  }

  /** Names of the workers, in order. */
  get workers(): string[] {
    return this.client.workers.map(({ id }) => id).sort();
  }

  /**
   * Ends everything, and fails if the scheduler's books are wrong or anything is left. Twice is once.
   * @throws ShoalError LEAK naming what is left; Error naming the invariant that does not hold
   */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async end(): Promise<void> {
    try {
      await validateState(this.client);
    } finally {
      this.recorder?.stop();
      await this.client.close();
    }
    await this.leaks?.end();
  }
}

/**
 * Starts a cluster for a test: two workers in threads, unless the options say otherwise. When it is closed, the scheduler's state is
 * checked, and nothing may be left running or listening that was not there before: threads, child processes, servers, sockets,
 * timers, clients.
 * @throws ShoalError NO_WORKERS, as `Client.local` does
 * @see https://distributed.dask.org/en/stable/develop.html#writing-tests
 * @example
 * const cluster = await testCluster({ mode: "inline" });
 * await cluster.client.submit(inc, 1).result(); // 2
 * await cluster.close();
 */
export function testCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  return TestCluster.open(options);
}
