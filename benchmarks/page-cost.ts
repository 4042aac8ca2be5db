import { Client } from "../index.ts";
import type { BenchCase, Run } from "./bench-case.ts";
import { openPages } from "./page-readers.ts";
import { soakCases } from "./page-soak.ts";
import { independent } from "./task-graphs.ts";
import { untilUnwatched } from "./until-unwatched.ts";

/**
 * What ten open pages cost a task: the same work with and without them by turns, in processor time of the process that holds
 * scheduler, worker, client and the pages' server. The wall time of a busy machine tells little of three parts in a hundred.
 */
const PAGES = 10;
const ROUNDS = 5;

async function cpuUsOf(client: Client, n: number): Promise<number> {
  const before = process.cpuUsage();
  const graph = independent(n);
  const [values] = await client.executor.compute([graph.want], { optimize: false });
  if (!graph.check(values as unknown[])) throw new Error("wrong values");
  const { user, system } = process.cpuUsage(before);
  return (user + system) / n;
}

function pageCost(n: number): BenchCase {
  let client: Client | undefined;
  return {
    name: "page-cost/independent",
    params: { n, mode: "inline", pages: PAGES },
    runs: 3,
    open: async () => {
      client = await Client.local({ mode: "inline", page: { port: 0 } });
    },
    run: async (): Promise<Run> => {
      const open = client as Client;
      const [alone, watched]: [number[], number[]] = [[], []];
      for (let round = 0; round < ROUNDS; round++) {
        alone.push(await cpuUsOf(open, n));
        const pages = await openPages(open.pageUrl as string, PAGES);
        watched.push(await cpuUsOf(open, n));
        await pages.close();
        await untilUnwatched(open);
      }
      const [without, withPages] = [Math.min(...alone), Math.min(...watched)];
      const more = { aloneUs: without, watchedUs: withPages, watchedToAlone: withPages / without };
      return { seconds: (withPages * n) / 1e6, more };
    },
    close: async () => client?.close(),
  };
}

export const cases: readonly BenchCase[] = [pageCost(300_000), pageCost(1_000_000), ...soakCases];
