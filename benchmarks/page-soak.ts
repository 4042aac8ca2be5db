import type { BrowserContext } from "playwright-core";
import { Client } from "../index.ts";
import { openBrowser } from "../test/support/chromium.ts";
import type { BenchCase, Run } from "./bench-case.ts";
import { BusyWatch } from "./busy-watch.ts";
import { startEcho } from "./page-echo.ts";
import { type Pages, ratiosByPairs } from "./page-pairs.ts";
import { openPages } from "./page-readers.ts";
import { SteadyLoad } from "./steady-load.ts";
import { untilUnwatched } from "./until-unwatched.ts";

/**
 * Pages that stay open for long while a cluster works as fast as it can: whether memory grows, how long the scheduler's turns are; and then, opened and
 * closed by turns, what they cost a task. Scheduler, client and the pages' server share this process; workers are processes on NATS.
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

/** Megabytes at some moments while the pages are open. */
async function memoryOver(forMs: number): Promise<{ rss: number; heap: number }[]> {
  const samples: { rss: number; heap: number }[] = [];
  for (const end = performance.now() + forMs; performance.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    const { rss, heapUsed } = process.memoryUsage();
    samples.push({ rss: rss / 1e6, heap: heapUsed / 1e6 });
    process.stderr.write(`${JSON.stringify(samples.at(-1))}\n`);
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

async function soak(client: Client): Promise<Run> {
  const load = new SteadyLoad(client, [...client.workerPids.values()]);
  const url = client.pageUrl as string;
  // Watching goes on for some seconds after the last page has gone.
  const pages = new OpenPages(url, () => untilUnwatched(client));
  // The first seconds compile what runs from then on.
  await load.costOver(WARM_UP_MS);
  const open = await whileOpen(client, load, pages);
  const ratios = PAIRS === 0 ? {} : await pairs(client, load, pages);
  await load.end();
  const { seconds, more } = open;
  return { seconds, more: { ...more, ...ratios } };
}

async function pairs(client: Client, load: SteadyLoad, watched: Pages): Promise<Readonly<Record<string, number>>> {
  const echo = await startEcho(client.pageUrl as string);
  await untilUnwatched(client);
  try {
    return await ratiosByPairs(load, { watched, beside: new OpenPages(echo.url, async () => {}) }, PAIRS);
  } finally {
    await echo.close();
  }
}

/** All the time with every page open: memory, and turns. */
async function whileOpen(client: Client, load: SteadyLoad, pages: Pages): Promise<Run> {
  const [turnsBefore, done, floorBeforeMb] = [await turnsOf(client), load.done, await heapFloorMb()];
  await pages.open();
  const busy = new BusyWatch();
  const start = performance.now();
  const samples = await memoryOver(MINUTES * 60_000);
  const seconds = (performance.now() - start) / 1000;
  const turns = await turnsOf(client);
  const { figures } = busy;
  busy.end();
  const floorAfterMb = await heapFloorMb();
  const tasks = load.done - done;
  await pages.close();
  const [early, late] = [samples.slice(0, samples.length >> 1), samples.slice(samples.length >> 1)];
  const more = {
    tasks,
    pages: READERS + TABS.length,
    rssEarlyMb: middle(early.map(({ rss }) => rss)),
    rssLateMb: middle(late.map(({ rss }) => rss)),
    heapEarlyMb: middle(early.map(({ heap }) => heap)),
    heapLateMb: middle(late.map(({ heap }) => heap)),
    floorBeforeMb,
    floorAfterMb,
    turns: turns.count - turnsBefore.count,
    turnsOver20Ms: turns.long - turnsBefore.long,
    turnMaxMs: turns.maxMs,
    ...figures,
  };
  return { seconds, more };
}

/** What is really held: futures that were dropped let go in a collection, and what they held goes in the next. */
async function heapFloorMb(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return process.memoryUsage().heapUsed / 1e6;
}

let client: Client | undefined;

export const soakCase: BenchCase = {
  name: "page-cost/soak",
  params: { mode: "nats", workers: 2, minutes: MINUTES },
  isLong: true,
  open: async () => {
    client = await Client.local({ mode: "nats", workers: 2, page: { port: 0 } });
    await client.waitForWorkers(2);
  },
  run: () => soak(client as Client),
  close: async () => client?.close(),
};
