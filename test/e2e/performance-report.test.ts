import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { Client, performanceReport } from "shoal";
import { openBrowser } from "../support/chromium.ts";
import { VIEWS } from "../support/page-views.ts";

test("performanceReport() writes one file that shows the run after the cluster is gone", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "shoal-report-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "report.html");
  const client = await Client.local({ workers: 2 });
  const sum = await performanceReport(path, async () => {
    const parts = client.map(
      function spin(n: number) {
        const end = performance.now() + 10;
        while (performance.now() < end);
        return n;
      },
      Array.from({ length: 40 }, (_, i) => i),
    );
    return (await client.gather(parts)).reduce((a, b) => a + b, 0);
  });
  assert.equal(sum, 780);
  await client.close();
  const text = await readFile(path, "utf8");
  assert.doesNotMatch(
    text.replace(/<script>[\s\S]*?<\/script>/g, ""),
    /(src|href)="(https?:)?\/\//,
    "nothing is loaded",
  );

  const browser = await openBrowser(t);
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  for (const view of VIEWS) {
    await page.goto(`${pathToFileURL(path).href}#${view}`);
    await page.waitForSelector(`main[data-shown="${view}"]`, { timeout: 60_000 });
  }
  await page.goto(`${pathToFileURL(path).href}#status`);
  await page.waitForSelector(`main[data-shown="status"]`);
  assert.match((await page.locator(".progress").textContent()) ?? "", /spin.*40/);
  await page.goto(`${pathToFileURL(path).href}#workers`);
  await page.locator("tbody a").first().click();
  await page.waitForSelector(`main[data-shown="worker"]`);
  assert.deepEqual(complaints, []);
});

test("performanceReport() is written when the work fails, and the error is the work's own", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "shoal-report-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "failed.html");
  const client = await Client.local({ mode: "inline" });
  const work = () => client.submit(() => Promise.reject(new RangeError("on purpose"))).result();
  await assert.rejects(performanceReport(path, work), { name: "TaskError" });
  await client.close();
  assert.match(await readFile(path, "utf8"), /on purpose/);
});
