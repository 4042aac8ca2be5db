import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { Client, task } from "shoal";

type Score = (x: number) => number;

/** A module with a neighbour that it imports, on disk. */
function writeModule(t: TestContext, factor: number): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "shoal-upload-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  t.after(remove);
  mkdirSync(join(folder, "parts"));
  writeFileSync(join(folder, "parts/factor.mjs"), `export const factor = ${factor};\n`);
  writeFileSync(
    join(folder, "scoring.mjs"),
    'import { factor } from "./parts/factor.mjs";\nexport const score = (x) => x * factor;\n',
  );
  return { path: join(folder, "scoring.mjs"), remove };
}

for (const mode of ["inline", "threads", "processes", "nats"] as const)
  test(`uploadModule() gives workers a module and its neighbours, though the file is on none of their machines (${mode})`, async (t) => {
    const module = writeModule(t, 3);
    const client = await Client.local({ mode, workers: 2 });
    t.after(() => client.close());
    const { score } = (await import(pathToFileURL(module.path).href)) as { score: Score };
    const named = task({ url: pathToFileURL(module.path).href } as ImportMeta, "score", score);
    const urls = await client.uploadModule(module.path);
    assert.deepEqual(
      urls.map((url) => url.split("/").slice(-1)[0]),
      ["scoring.mjs", "factor.mjs"],
    );
    module.remove();
    assert.deepEqual(await client.gather(client.map(named, [1, 2, 3, 4])), [3, 6, 9, 12]);
    // One that comes later has never heard of it.
    if (mode === "inline") return;
    await client.scale(3);
    await client.waitForWorkers(3);
    const last = client.workers.at(-1)?.id as string;
    assert.equal(await client.submit(named, 10, { workers: [last] }).result(), 30);
  });

test("uploadModule() once more takes the place of what was there, also where the file lies on disk", async (t) => {
  const module = writeModule(t, 3);
  const client = await Client.local({ mode: "processes", workers: 1 });
  t.after(() => client.close());
  const meta = { url: pathToFileURL(module.path).href } as ImportMeta;
  const named = task(meta, "score", ((x) => x) as Score);
  assert.equal(await client.submit(named, 1).result(), 3);
  writeFileSync(module.path, "export const score = (x) => x + 100;\n");
  assert.equal(await client.submit(named, 2).result(), 6);
  await client.uploadModule(module.path);
  assert.equal(await client.submit(named, 3).result(), 103);
});

test("uploadModule() says what cannot be uploaded, and what is missing without it", async (t) => {
  const module = writeModule(t, 3);
  const client = await Client.local({ mode: "processes", workers: 1, functions: "named" });
  t.after(() => client.close());
  await assert.rejects(client.uploadModule(module.path), { code: "ACTOR_FAILED", message: /named functions/ });
  await assert.rejects(client.uploadModule("/nowhere/a.mjs"), { code: "MISSING_MODULE" });
  await assert.rejects(client.uploadModule("/nowhere/a.ts"), /build it first/);
  const meta = { url: "file:///nowhere/b.mjs" } as ImportMeta;
  const lost = client.submit(task(meta, "score", ((x) => x) as Score), 1);
  await assert.rejects(lost.result(), /client\.uploadModule/);
});
