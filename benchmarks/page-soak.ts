import type { BrowserContext } from "playwright-core";
import { Client } from "../index.ts";
import { openBrowser } from "../test/support/chromium.ts";
import type { BenchCase, Run } from "./bench-case.ts";
import { BusyWatch } from "./busy-watch.ts";
import { openPages } from "./page-readers.ts";

/**
 * Pages that stay open for long while a cluster works as fast as it can: what they cost a task, whether memory grows, how
 * long the scheduler's turns are. Scheduler, client and the pages' server share this process; workers are processes on NATS.
 * Most pages are readers of the same streams in another process, some are tabs of a browser, as two dozen of these would
 * take the whole machine.
 */
const MINUTES = Number(process.env["SHOAL_SOAK_MINUTES"] ?? 10);
const READERS = 20;
const TABS = ["status", "workers", "graph", "system"];
const REQUEST_TASKS = 1000;
const REQUESTS_OPEN = 8;
const ALONE_MS = 60_000;
const SAMPLE_MS = 15_000;

const inc = (x: number): number => x + 1;

/** What was seen over some seconds. */
interface Sample {
  readonly cpuUsPerTask: number;
  readonly rssMb: number;
  readonly heapMb: number;
}

class Soak {
  private readonly client: Client;
  private tasks = 0;
  private isOver = false;
  private readonly working: Promise<unknown>;
  /** Of the thread that scheduler, client and pages share. */
  readonly busy = new BusyWatch();

  constructor(client: Client) {
    this.client = client;
    this.working = Promise.all(Array.from({ length: REQUESTS_OPEN }, () => this.work()));
    // Whoever ends the soak hears of it.
    this.working.catch(() => {});
  }

  /** Samples until so much time is over. */
  async watch(forMs: number): Promise<Sample[]> {
    const samples: Sample[] = [];
    for (const end = performance.now() + forMs; performance.now() < end; ) {
      const [cpu, tasks] = [process.cpuUsage(), this.tasks];
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
      const { user, system } = process.cpuUsage(cpu);
      const { rss, heapUsed } = process.memoryUsage();
      const sample = {
        cpuUsPerTask: (user + system) / (this.tasks - tasks),
        rssMb: rss / 1e6,
        heapMb: heapUsed / 1e6,
      };
      samples.push(sample);
      process.stderr.write(`${this.tasks} tasks ${JSON.stringify(sample)}\n`);
    }
    return samples;
  }

  get done(): number {
    return this.tasks;
  }

  async end(): Promise<void> {
    this.isOver = true;
    this.busy.end();
    await this.working;
  }

  private async work(): Promise<void> {
    while (!this.isOver) {
      const from = this.tasks;
      const numbers = Array.from({ length: REQUEST_TASKS }, (_, i) => from + i);
      const values = await this.client.gather(this.client.map(inc, numbers));
      if (values.some((value, i) => value !== from + i + 1)) throw new Error("wrong values");
      this.tasks += REQUEST_TASKS;
    }
  }
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

async function openTabs(url: string): Promise<{ close(): Promise<void> }> {
  const closing: (() => Promise<void>)[] = [];
  const browser: BrowserContext = await openBrowser({ after: (close) => void closing.push(close) });
  for (const view of TABS) {
    const page = await browser.newPage();
    await page.goto(`${url}/${view}`);
    await page.waitForSelector(`main[data-shown="${view}"]`, { timeout: 120_000 });
  }
  return {
    close: async () => {
      for (const close of closing) await close();
    },
  };
}

const least = (samples: readonly Sample[], of: keyof Sample): number => Math.min(...samples.map((one) => one[of]));
const middle = (samples: readonly Sample[], of: keyof Sample): number =>
  samples.map((one) => one[of]).sort((a, b) => a - b)[samples.length >> 1] as number;

async function soak(client: Client): Promise<Run> {
  const url = client.pageUrl as string;
  const work = new Soak(client);
  // The first seconds compile what runs from then on.
  await work.watch(SAMPLE_MS);
  const before = await work.watch(ALONE_MS);
  const [turnsBefore, cpuBefore] = [await turnsOf(client), work.done];
  const floorBefore = await heapFloorMb();
  work.busy.begin();
  const readers = await openPages(url, READERS);
  const tabs = await openTabs(url);
  const start = performance.now();
  const watched = await work.watch(MINUTES * 60_000);
  const seconds = (performance.now() - start) / 1000;
  const turns = await turnsOf(client);
  const { figures } = work.busy;
  const floorAfter = await heapFloorMb();
  const tasks = work.done - cpuBefore;
  await tabs.close();
  await readers.close();
  // Watching goes on for some seconds after the last page has gone.
  await work.watch(SAMPLE_MS);
  const after = await work.watch(ALONE_MS);
  await work.end();
  const alone = [...before, ...after];
  const [early, late] = [watched.slice(0, watched.length >> 1), watched.slice(watched.length >> 1)];
  return {
    seconds,
    more: {
      tasks,
      pages: READERS + TABS.length,
      aloneUs: least(alone, "cpuUsPerTask"),
      watchedUs: least(watched, "cpuUsPerTask"),
      aloneMedianUs: middle(alone, "cpuUsPerTask"),
      watchedMedianUs: middle(watched, "cpuUsPerTask"),
      rssEarlyMb: middle(early, "rssMb"),
      rssLateMb: middle(late, "rssMb"),
      heapEarlyMb: middle(early, "heapMb"),
      heapLateMb: middle(late, "heapMb"),
      floorBeforeMb: floorBefore,
      floorAfterMb: floorAfter,
      turns: turns.count - turnsBefore.count,
      turnsOver20Ms: turns.long - turnsBefore.long,
      turnMaxMs: turns.maxMs,
      ...figures,
    },
  };
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
