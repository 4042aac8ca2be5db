import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Client } from "shoal";
import { openBrowser } from "../../support/chromium.ts";

const TOKEN = "a token of many letters";

describe("a page with a token and a prefix", () => {
  let client: Client;
  before(async () => {
    client = await Client.local({
      mode: "threads",
      workers: 3,
      page: { port: 0, prefix: "/team/shoal/", token: TOKEN },
    });
    await client.waitForWorkers(3);
  });
  after(() => client.close());

  const ask = async (name: string, options: RequestInit = {}): Promise<{ status: number; body: any }> => {
    const answer = await fetch(`${client.pageUrl}/api/v1/${name}`, options);
    return { status: answer.status, body: await answer.json() };
  };
  const retire = (body: string, token = TOKEN) =>
    ask("retire_workers", { method: "POST", headers: { authorization: `Bearer ${token}` }, body });

  test("who asks reads workers, how many are wanted, and whether anything is open", async () => {
    const { body } = await ask("get_workers");
    assert.deepEqual(body.workers.map(({ id }: any) => id).sort(), client.workers.map(({ id }) => id).sort());
    assert.deepEqual((await ask("check_idle")).body, { isIdle: true, open: 0, submissions: 0 });
    const wait = client.submit(() => new Promise<void>((resolve) => setTimeout(resolve, 60_000)));
    await client.ask(client.taskAddress(wait.key), { type: "state" });
    assert.equal((await ask("check_idle")).body.isIdle, false);
    assert.equal((await ask("adaptive_target")).body.workers, 3);
    wait.cancel();
    await wait.exception();
  });

  test("without the token, or with another, nobody leaves", async () => {
    assert.equal((await ask("retire_workers", { method: "POST", body: '{"n":1}' })).status, 401);
    assert.equal((await retire('{"n":1}', `${TOKEN}!`)).status, 401);
    assert.equal((await ask("retire_workers")).status, 405);
    assert.equal((await ask("get_workers", { method: "POST" })).status, 405);
    assert.equal((await ask("get_rich")).status, 404);
    assert.equal(client.workers.length, 3);
  });

  test("with it, workers leave by name or by number; what is neither is refused", async () => {
    for (const body of ["{", "[]", '{"n":-1}', '{"workers":[7]}']) assert.equal((await retire(body)).status, 400, body);
    const unknown = await retire('{"workers":["nobody"]}');
    assert.deepEqual([unknown.status, unknown.body.problem.message], [404, "No worker nobody is in the cluster"]);
    const [first] = client.workers;
    const named = await retire(JSON.stringify({ workers: [first?.id] }));
    assert.deepEqual([named.status, named.body.workers], [202, [first?.id]]);
    const { body } = await retire('{"n":1}');
    assert.equal(body.workers.length, 1);
    const left = async (): Promise<number> => (await ask("get_workers")).body.workers.length;
    while ((await left()) > 1) await new Promise(setImmediate);
  });

  test("its pages, their files and links lie below the prefix, for proxies that keep it and those that do not", async (t) => {
    const url = new URL(client.pageUrl as string);
    assert.equal(url.pathname, "/team/shoal");
    for (const path of ["/team/shoal", "/team/shoal/workers", "/workers", "/team/shoal/health", "/health"])
      assert.equal((await fetch(new URL(path, url.origin))).status, 200, path);
    assert.equal((await fetch(new URL("/team/shoals/workers", url.origin))).status, 404);
    const browser = await openBrowser(t);
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("requestfinished", (request) => {
      if (!new URL(request.url()).pathname.startsWith("/team/shoal/")) complaints.push(request.url());
    });
    await page.goto(`${client.pageUrl}/workers`);
    await page.locator("tbody a").first().click();
    await page.waitForSelector('main[data-shown="worker"]');
    assert.match(new URL(page.url()).pathname, /^\/team\/shoal\/workers\/./);
    await page.keyboard.press("2");
    await page.waitForSelector('main[data-shown="graph"]');
    await page.reload();
    await page.waitForSelector('main[data-shown="graph"]');
    assert.deepEqual(complaints, []);
  });
});

test("a page without a token changes nothing, and says how it would", async () => {
  await using client = await Client.local({ mode: "inline", page: { port: 0 } });
  const answer = await fetch(`${client.pageUrl}/api/v1/retire_workers`, { method: "POST", body: '{"n":1}' });
  assert.equal(answer.status, 403);
  assert.match(await answer.text(), /SHOAL_PAGE_TOKEN/);
  await assert.rejects(Client.local({ mode: "inline", page: { port: 0, prefix: "no path" } }), SyntaxError);
});
