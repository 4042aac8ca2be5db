import type { BrowserContext } from "playwright-core";
import type { Client } from "../index.ts";
import { openBrowser } from "../test/support/chromium.ts";
import type { BenchCase, Run } from "./bench-case.ts";
import { BusyWatch } from "./busy-watch.ts";
import { startEcho } from "./page-echo.ts";
import { type Pages, ratiosByPairs } from "./page-pairs.ts";
import { openPages } from "./page-readers.ts";
import { deployedCluster, residentMb, type SoakedCluster, sharedCluster } from "./soaked-cluster.ts";
import { SteadyLoad } from "./steady-load.ts";
import { untilUnwatched } from "./until-unwatched.ts";

/**
 * Pages that stay open for long while a cluster works as fast as it can: whether memory grows, how long the scheduler's turns are; and then, opened and
 * closed by turns, what they cost a task. Scheduler and the pages' server share a process, with the client or without; workers are processes on NATS.
 * Most pages are readers of the same streams in another process, some are tabs of a browser, as two dozen of these would
 * take the whole machine.
 */
const MINUTES = Number(process.env["SHOAL_SOAK_MINUTES"] ?? 10);
/** A pair takes about half a minute: as long again as the pages stay open. */
const PAIRS = Number(process.env["SHOAL_SOAK_PAIRS"] ?? Math.max(4, 2 * Math.round(MINUTES)));
const READERS = 20;
const TABS = ["status", "workers", "graph", "system"];
const WARM_UP_MS = 15_000;
const SAMPLE_MS = 15_000;

class OpenPages implements Pages {
  private readonly url: string;
  private readonly untilGone: () => Promise<void>;
  private closing: (() => Promise<void>)[] = [];

  /** @param untilGone settles when nothing is done for the pages any more, a while after they were closed */
  constructor(url: string, untilGone: () => Promise<void>) {
    this.url = url;
    this.untilGone = untilGone;
  }

  async open(): Promise<void> {
    const { url } = this;
    const readers = await openPages(url, READERS);
    this.closing.push(() => readers.close());
    const browser: BrowserContext = await openBrowser({ after: (close) => void this.closing.push(close) });
    for (const view of TABS) {
      const page = await browser.newPage();
      await page.goto(`${url}/${view}`);
      await page.waitForSelector(`main[data-shown="${view}"]`, { timeout: 120_000 });
    }
  }

  async close(): Promise<void> {
    for (const close of this.closing) await close();
    this.closing = [];
    await this.untilGone();
  }
}

/** Megabytes of a process at some moments while the pages are open. */
async function memoryOver(pid: number, forMs: number): Promise<number[]> {
  const samples: number[] = [];
  for (const end = performance.now() + forMs; performance.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    samples.push(residentMb(pid));
    process.stderr.write(`${samples.at(-1)} MB\n`);
  }
  return samples;
}

/** On a machine with much else to do an answer may take long. */
async function turnsOf(client: Client): Promise<Awaited<ReturnType<Client["status"]>>["turns"]> {
  for (;;) {
    try {
      return (await client.status()).turns;
    } catch (error) {
      if ((error as { code?: string }).code !== "TIMEOUT") throw error;
    }
  }
}

const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

async function soak(cluster: SoakedCluster): Promise<Run> {
  const load = new SteadyLoad(cluster);
  // Watching goes on for some seconds after the last page has gone.
  const pages = new OpenPages(cluster.pageUrl, () => untilUnwatched(cluster.client));
  // The first seconds compile what runs from then on.
  await load.costOver(WARM_UP_MS);
  const open = await whileOpen(cluster, load, pages);
  const ratios = PAIRS === 0 ? {} : await pairs(cluster, load, pages);
  await load.end();
  const { seconds, more } = open;
  return { seconds, more: { ...more, ...ratios } };
}

async function pairs(
  { client, pageUrl }: SoakedCluster,
  load: SteadyLoad,
  watched: Pages,
): Promise<Readonly<Record<string, number>>> {
  const echo = await startEcho(pageUrl);
  await untilUnwatched(client);
  try {
    return await ratiosByPairs(load, { watched, beside: new OpenPages(echo.url, async () => {}) }, PAIRS);
  } finally {
    await echo.close();
  }
}

/** All the time with every page open: memory, and turns. */
async function whileOpen({ client, scheduler }: SoakedCluster, load: SteadyLoad, pages: Pages): Promise<Run> {
  const [turnsBefore, done] = [await turnsOf(client), load.done];
  await pages.open();
  const busy = scheduler === process.pid ? new BusyWatch() : undefined;
  const start = performance.now();
  const samples = await memoryOver(scheduler, MINUTES * 60_000);
  const seconds = (performance.now() - start) / 1000;
  const turns = await turnsOf(client);
  const busyFigures = busy?.figures ?? {};
  busy?.end();
  const tasks = load.done - done;
  await pages.close();
  const [early, late] = [samples.slice(0, samples.length >> 1), samples.slice(samples.length >> 1)];
  const more = {
    tasks,
    pages: READERS + TABS.length,
    rssEarlyMb: middle(early),
    rssLateMb: middle(late),
    turns: turns.count - turnsBefore.count,
    turnsOver20Ms: turns.long - turnsBefore.long,
    turnMaxMs: turns.maxMs,
    ...busyFigures,
  };
  return { seconds, more };
}

function soakCase(name: string, start: () => Promise<SoakedCluster>): BenchCase {
  let cluster: SoakedCluster | undefined;
  return {
    name: `page-cost/${name}`,
    params: { mode: "nats", workers: 2, minutes: MINUTES },
    isLong: true,
    open: async () => {
      cluster = await start();
    },
    run: () => soak(cluster as SoakedCluster),
    close: async () => cluster?.close(),
  };
}

export const soakCases: readonly BenchCase[] = [
  soakCase("soak", sharedCluster),
  soakCase("soak-deployed", deployedCluster),
];
