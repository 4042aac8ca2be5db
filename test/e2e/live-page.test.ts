import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BrowserContext, Page } from "playwright-core";
import { Client } from "shoal";
import { joinNats } from "../../infra/cluster/join-nats.ts";
import { PageServer } from "../../infra/dashboard/page-server.ts";
import { ActorSystem } from "../../runtime/actor/system.ts";
import { actorCodec } from "../../runtime/protocol/actor-codec.ts";
import { openBrowser } from "../support/chromium.ts";
import { startCommand } from "../support/command-line.ts";
import { startTestNats } from "../support/nats.ts";
import { VIEWS } from "../support/page-views.ts";

const WAIT = { timeout: 60_000 };

/** A page whose console is listened to: what it complains of is kept. */
async function openPage(browser: BrowserContext): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  return { page, complaints };
}

const shown = (page: Page, view: string) => page.waitForSelector(`main[data-shown="${view}"]`, WAIT);

/** Waits until the page says of its connection what it should. */
const says = (page: Page, text: string) =>
  page.locator("#connection", { hasText: new RegExp(`^${text}$`) }).waitFor(WAIT);

/** The figure beside a name at the head of the page. */
const headFigure = (page: Page, name: string) =>
  page.evaluate((wanted) => {
    const { document } = globalThis as never as { document: any };
    const item = [...document.querySelectorAll("#head div")].find(
      (one: any) => one.querySelector("dt").textContent === wanted,
    );
    return Number((item as any)?.querySelector("dd").textContent.replaceAll(",", ""));
  }, name);

/** Keeps a cluster at work until it is told to stop: at least a hundred thousand tasks, and one that fails. */
async function keepBusy(client: Client, until: AbortSignal): Promise<void> {
  const failed = client.submit(() => {
    throw new RangeError("this one fails");
  });
  await failed.exception();
  const many = client.map(
    (n: number) => n + 1,
    Array.from({ length: 100_000 }, (_, i) => i),
  );
  while (!until.aborted) {
    const spun = client.map(
      function spin(ms: number) {
        const end = performance.now() + ms;
        while (performance.now() < end);
        return ms;
      },
      Array.from({ length: 60 }, () => 4),
    );
    await client.gather(spun);
  }
  await client.gather(many.slice(-10));
}

describe("the live page in a browser", () => {
  let browser: BrowserContext;
  const closing: (() => Promise<void>)[] = [];
  before(async () => {
    browser = await openBrowser({ after: (fn) => void closing.push(fn) });
  });
  after(async () => {
    for (const close of closing) await close();
  });

  for (const mode of ["inline", "threads", "processes", "nats"] as const)
    test(`every page opens during a job of 100,000 tasks, and its figures are the scheduler's, mode ${mode}`, async () => {
      const client = await Client.local({ mode, workers: 2, page: { port: 0 } });
      const stop = new AbortController();
      const work = keepBusy(client, stop.signal);
      try {
        const { page, complaints } = await openPage(browser);
        for (const view of VIEWS) {
          await page.goto(`${client.pageUrl}/${view}`);
          await shown(page, view);
          await says(page, "live");
        }
        await page.goto(`${client.pageUrl}/workers`);
        await page.locator("tbody a").first().click(WAIT);
        await shown(page, "worker");
        const worker = client.workers[0]?.id as string;
        assert.ok(
          client.workers.some(({ id }) => page.url().endsWith(`/workers/${id}`)),
          worker,
        );
        // Tasks that fail are in the log, and lead to their page.
        await page.goto(`${client.pageUrl}/errors`);
        await page.locator("main a.mono").first().click(WAIT);
        await shown(page, "task");
        await page.waitForSelector(".state-chart .lit", WAIT);
        assert.equal(await page.locator(".state-chart .lit").textContent(), "erred");
        stop.abort();
        await work;
        const status = await client.status();
        await page.goto(`${client.pageUrl}/status`);
        await shown(page, "status");
        await page.waitForFunction(
          (n) =>
            (globalThis as any).document
              .querySelector("#head")
              ?.textContent.replaceAll(",", "")
              .includes(`${n}finished`),
          status.entered["memory"],
          WAIT,
        );
        assert.equal(await headFigure(page, client.workers.length === 1 ? "worker" : "workers"), client.workers.length);
        assert.equal(await page.locator("#failed").textContent(), "1");
        assert.ok((status.entered["memory"] as number) > 100_000);
        assert.deepEqual(complaints, []);
        await page.close();
      } finally {
        stop.abort();
        await work.finally(() => client.close());
      }
    });

  test("the exchange tells who gave how much to whom, as it goes on", async () => {
    const client = await Client.local({ mode: "threads", workers: 2, page: { port: 0 } });
    const stop = new AbortController();
    try {
      await client.waitForWorkers(2);
      const [from, to] = client.workers.map(({ id }) => id) as [string, string];
      const { page, complaints } = await openPage(browser);
      await page.goto(`${client.pageUrl}/exchange`);
      await shown(page, "exchange");
      await page.getByText("No result has gone from one worker to another").waitFor(WAIT);
      // The workers hear some time after the page came that somebody watches: it goes on until the page shows it.
      const moving = (async () => {
        while (!stop.signal.aborted) {
          const made = client.submit(() => new Float64Array(10_000), { workers: [from] });
          const read = client.submit((values: Float64Array) => values.length, made, { workers: [to] });
          assert.equal(await read.result(), 10_000);
        }
      })();
      const row = page.locator("tbody tr").filter({ hasText: from }).filter({ hasText: to });
      await Promise.race([row.locator("td", { hasText: /MB$/ }).first().waitFor(WAIT), moving]);
      stop.abort();
      await moving;
      assert.deepEqual(await row.locator("td a").allTextContents(), [from, to]);
      await page.locator(`.chart[aria-label*="${from} to ${to}"] canvas`).first().waitFor(WAIT);
      const answer = await fetch(`${client.pageUrl}/api/exchange`);
      const told = (await answer.json()) as { body: { pairs: readonly Record<string, any>[] } };
      const pair = told.body.pairs[0] as Record<string, any>;
      assert.deepEqual([pair["from"], pair["to"], told.body.pairs.length], [from, to, 1]);
      assert.ok(pair["bytes"] >= 80_000 * pair["chunks"], JSON.stringify(pair));
      assert.deepEqual(complaints, []);
      await page.close();
    } finally {
      stop.abort();
      await client.close();
    }
  });

  test("tasks that no worker may run are shown with what they wait for, until they wait no more", async () => {
    const client = await Client.local({ mode: "inline", page: { port: 0 } });
    try {
      const { page, complaints } = await openPage(browser);
      await page.goto(`${client.pageUrl}/status`);
      await shown(page, "status");
      await says(page, "live");
      const lacks = page.locator(".lacks");
      assert.ok(!(await lacks.isVisible()));
      const asking = client.map((n: number) => n, [1, 2, 3], { resources: { gpu: 2 }, key: "fit" });
      await lacks.getByText(/2 of gpu is wanted for .* by 3 tasks, such as fit-0/).waitFor(WAIT);
      await page.getByText("3 tasks to go, and no worker may run them.").waitFor(WAIT);
      await lacks.locator("a").click(WAIT);
      await shown(page, "task");
      await page.getByText("It waits for 2 of gpu, and there is none").waitFor(WAIT);
      await page.locator("dt", { hasText: "Waits for" }).locator("+ dd", { hasText: "2 of gpu" }).waitFor(WAIT);
      await page.goto(`${client.pageUrl}/status`);
      await lacks.waitFor(WAIT);
      await client.cancel(asking);
      await lacks.waitFor({ ...WAIT, state: "hidden" });
      assert.deepEqual(complaints, []);
      await page.close();
    } finally {
      await client.close();
    }
  });

  test("keys lead through the pages, and the theme is kept", async () => {
    const client = await Client.local({ mode: "inline", page: { port: 0 } });
    try {
      const { page, complaints } = await openPage(browser);
      await page.goto(`${client.pageUrl}/status`);
      await shown(page, "status");
      await page.keyboard.press("]");
      await shown(page, "graph");
      await page.keyboard.press("3");
      await shown(page, "workers");
      assert.equal(await page.locator('#nav a[aria-current="page"]').textContent(), "Workers");
      await page.keyboard.press("t");
      assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
      await page.reload();
      await shown(page, "workers");
      assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
      await page.keyboard.press("t");
      await page.keyboard.press("/");
      await page.keyboard.type("inline");
      await page.keyboard.press("Enter");
      await shown(page, "worker");
      assert.deepEqual(complaints, []);
      await page.close();
    } finally {
      await client.close();
    }
  });

  test("with the scheduler killed the page says so, and goes on when there is another", async (t) => {
    const nats = await startTestNats(t);
    const env = { SHOAL_NATS: nats.url, SHOAL_CLUSTER: "seen" };
    const first = startCommand(t, ["scheduler", "--no-page"], { env });
    await first.says(/is ready/);
    const bus = await joinNats({ servers: nats.url }, "seen", "client");
    const system = new ActorSystem({ bus, codec: actorCodec });
    const server = await PageServer.start({ system, cluster: "seen", port: 0 });
    try {
      const { page, complaints } = await openPage(browser);
      await page.goto(`${server.url}/system`);
      await says(page, "live");
      await first.stop("SIGKILL");
      await says(page, "scheduler lost");
      assert.match((await page.locator("#banner").textContent()) ?? "", /fallen silent/);
      const second = startCommand(t, ["scheduler", "--no-page"], { env });
      await second.says(/is ready/);
      await says(page, "live");
      assert.ok(!(await page.locator("#banner").isVisible()));
      assert.deepEqual(complaints, []);
      await page.close();
    } finally {
      await server.close();
      system.close();
      await bus.close();
    }
  });
});
