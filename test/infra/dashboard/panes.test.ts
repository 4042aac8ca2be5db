import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import type { BrowserContext, Page } from "playwright-core";
import { Client } from "shoal";
import { notebookSymbol } from "../../../collections/core/notebook-forms.ts";
import { openBrowser } from "../../support/chromium.ts";

const TOKEN = "a token of many letters";
const WAIT = { timeout: 60_000 };

describe("panes, for notebooks that embed them", () => {
  let client: Client;
  let browser: BrowserContext;
  const closing: (() => Promise<void>)[] = [];
  before(async () => {
    browser = await openBrowser({ after: (fn) => void closing.push(fn) });
    client = await Client.local({ mode: "threads", workers: 1, page: { port: 0, prefix: "/team", token: TOKEN } });
  });
  after(async () => {
    for (const close of closing) await close();
    await client.close();
  });

  async function openPage(): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    return { page, complaints };
  }

  const listed = async (): Promise<Record<string, string>> => {
    const { origin, pathname } = new URL(client.pageUrl as string);
    const answer = await fetch(`${origin}${pathname}/individual-plots.json`);
    assert.equal(answer.headers.get("access-control-allow-origin"), "*");
    return (await answer.json()) as Record<string, string>;
  };

  test("a list names them by what they show; each stands alone, with what it shows and nothing around it", async () => {
    const panes = await listed();
    assert.equal(panes["Task stream"], "/team/individual/task-stream");
    assert.ok(Object.keys(panes).length > 15);
    const { page, complaints } = await openPage();
    const { origin } = new URL(client.pageUrl as string);
    for (const [title, path] of Object.entries(panes)) {
      await page.goto(`${origin}${path}`);
      await page.waitForSelector("main[data-shown]", WAIT);
      assert.ok(!(await page.locator("#nav").isVisible()), title);
      const cards = await page.locator("main > section.card h2").allTextContents();
      const view = path.slice(path.lastIndexOf("/") + 1);
      if (await page.locator(`html[data-card="${view}"]`).count()) assert.deepEqual(cards, [title]);
      else assert.equal(await page.locator("main").getAttribute("data-shown"), view);
    }
    assert.equal((await fetch(`${client.pageUrl}/individual/nothing`)).status, 404);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test("within a page of somebody else's they are live, and what they lead to opens beside it", async (t) => {
    const panes = await listed();
    const { origin } = new URL(client.pageUrl as string);
    const frame = `<iframe id="pane" src="${origin}${panes["Workers"]}" width="900" height="500"></iframe>`;
    const notebook = createServer((_, response) => response.end(`<!doctype html><body>${frame}`));
    notebook.listen(0, "127.0.0.1");
    await once(notebook, "listening");
    t.after(() => void notebook.close());
    const { page, complaints } = await openPage();
    await page.goto(`http://localhost:${(notebook.address() as AddressInfo).port}/`);
    const pane = page.frameLocator("#pane");
    const link = pane.locator("tbody a").first();
    assert.equal(await link.textContent(WAIT), client.workers[0]?.id);
    const beside = browser.waitForEvent("page", WAIT);
    await link.click(WAIT);
    const opened = await beside;
    await opened.waitForSelector('main[data-shown="worker"]', WAIT);
    assert.ok(await opened.locator("#nav").isVisible());
    assert.equal(await pane.locator("main").getAttribute("data-shown"), "workers");
    assert.ok(!(await pane.locator("form.scale").isVisible()), "what changes something is a pane of its own");
    assert.deepEqual(complaints, []);
    await opened.close();
    await page.close();
  });

  test("with the token the cluster is scaled, on the page and in a client's notebook form; without it, not", async () => {
    const html = client[notebookSymbol]()["text/html"] as string;
    const [, src] = /<iframe src="([^"]+)"/.exec(html) ?? [];
    assert.equal(src, `${client.pageUrl}/individual/scale`);
    const { page } = await openPage();
    await page.goto(src as string);
    const scaleTo = async (count: string, token: string): Promise<void> => {
      await page.locator("#scale-count").fill(count, WAIT);
      await page.getByLabel("Token of this page").fill(token, WAIT);
      await page.getByRole("button", { name: "Scale" }).click(WAIT);
    };
    await scaleTo("3", "not the token");
    await page.getByText("authorization: Bearer TOKEN is wanted").waitFor(WAIT);
    assert.equal(client.workers.length, 1);
    await scaleTo("3", TOKEN);
    await page.getByText("There are to be 3 workers.").waitFor(WAIT);
    await client.waitForWorkers(3);
    await page.goto(`${client.pageUrl}/workers`);
    await page.waitForSelector('main[data-shown="workers"]', WAIT);
    await scaleTo("1", TOKEN);
    await page.getByText("There are to be 1 worker.").waitFor(WAIT);
    while (client.workers.length > 1) await new Promise(setImmediate);
    await page.close();
  });

  test("the route that scales refuses what is no number of workers", async () => {
    for (const body of ["{}", '{"n":-1}', '{"n":1.5}', "[]", "{"]) {
      const answer = await fetch(`${client.pageUrl}/api/v1/scale`, {
        method: "POST",
        headers: { authorization: `Bearer ${TOKEN}` },
        body,
      });
      assert.equal(answer.status, 400, body);
    }
  });
});

test("a page says what it may change: nothing without a token, and no more workers where they are not the program's own", async () => {
  const controls = async (client: Client): Promise<unknown> =>
    (await fetch(`${client.pageUrl}/api/v1/controls`)).json();
  {
    await using client = await Client.local({ mode: "threads", workers: 1, page: { port: 0 } });
    assert.deepEqual(await controls(client), { changes: false, scales: true });
    const panes = (await (await fetch(`${client.pageUrl}/individual-plots.json`)).json()) as object;
    assert.ok(!("Scale" in panes) && "Workers" in panes);
    assert.doesNotMatch(client[notebookSymbol]()["text/html"] as string, /<iframe/);
  }
  await using client = await Client.local({ mode: "inline", page: { port: 0, token: TOKEN } });
  assert.deepEqual(await controls(client), { changes: true, scales: false });
  const headers = { authorization: `Bearer ${TOKEN}` };
  const answer = await fetch(`${client.pageUrl}/api/v1/scale`, { method: "POST", headers, body: '{"n":2}' });
  assert.equal(answer.status, 409);
  assert.match(await answer.text(), /did not start the workers.*shoal worker --adapt/);
});
