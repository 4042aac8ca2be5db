import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Client } from "shoal";
import { readSchedulerFile, writeSchedulerFile } from "../../../infra/cluster/scheduler-file.ts";
import { SERVER_CONFIG } from "../../../infra/nats/server.ts";
import { startCommand } from "../../support/command-line.ts";
import { startTestNats } from "../../support/nats.ts";

test("a scheduler file tells no login; one that is not there, or is none, is an error with the way out", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "shoal-file-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "scheduler.json");
  await assert.rejects(readSchedulerFile(path, 60), { code: "NO_SCHEDULER" });
  await writeSchedulerFile(path, { cluster: "c", nats: "nats://ann:secret@a:1, nats://b:2" });
  assert.ok(!readFileSync(path, "utf8").includes("secret"));
  assert.deepEqual(await readSchedulerFile(path, 0), { cluster: "c", nats: "nats://a:1,nats://b:2" });
  writeFileSync(path, "{}");
  await assert.rejects(readSchedulerFile(path, 0), SyntaxError);
});

test("scheduler, workers and client find each other by a file, whoever comes first", { timeout: 90_000 }, async (t) => {
  const server = await startTestNats(t, { config: SERVER_CONFIG });
  const folder = mkdtempSync(join(tmpdir(), "shoal-file-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "scheduler.json");
  const worker = startCommand(t, ["worker", "--workers", "1", "--scheduler-file", path]);
  const at = ["--cluster", "by-file", "--nats", server.url, "--no-page"];
  startCommand(t, ["scheduler", ...at, "--scheduler-file", path]);
  await worker.says(/1 worker for cluster "by-file"/);
  const client = await Client.connect({ schedulerFile: path }, { timeout: "30s" });
  t.after(() => client.close());
  await client.waitForWorkers(1, { timeout: "60s" });
  assert.equal(client.clusterName, "by-file");
  assert.equal(await client.submit((n: number) => n + 1, 41).result(), 42);
});
