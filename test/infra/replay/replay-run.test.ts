import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Client, ShoalError } from "shoal";
import { stateDigest } from "../../../actors/scheduler/state-digest.ts";
import type { Stimulus } from "../../../actors/scheduler/stimuli.ts";
import { replayRun } from "../../../infra/replay/replay-run.ts";
import { readStimuli, StimulusFile } from "../../../infra/replay/stimulus-file.ts";
import { runCommand, startCommand } from "../../support/command-line.ts";

test("a run with tasks, failures, a killed worker, shared values and a retired worker is lived through again to the same states", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "shoal-replay-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "run.stimuli");
  const nats = startCommand(t, ["nats", "--port", "0"]);
  const [, url = ""] = await nats.says(/is ready at (nats:\S+)/);
  const env = { SHOAL_NATS: url, SHOAL_CLUSTER: "recorded" };
  const scheduler = startCommand(t, ["scheduler", "--no-page", "--record", path], { env });
  await scheduler.says(/is ready at/);
  const worker = startCommand(t, ["worker", "--workers", "3"], { env });
  const client = await Client.connect(url, { cluster: "recorded" });
  t.after(() => client.close());
  await client.waitForWorkers(3, { timeout: "60s" });
  const squares = client.map(
    (x: number) => x * x,
    Array.from({ length: 300 }, (_, x) => x),
  );
  const failed = client.submit(() => {
    throw new Error("as it should");
  });
  assert.equal((await failed.exception())?.message.includes("as it should"), true);
  process.kill((await client.stats()).workerPids[0] as number, "SIGKILL");
  await client.gather(squares);
  const shared = client.variable<unknown>("shared");
  await shared.set(squares[7]);
  await client.waitForWorkers(3, { timeout: "60s" });
  await client.retireWorkers([client.workers[0]?.id as string]);
  const total = client.submit((...xs: number[]) => xs.reduce((sum, x) => sum + x, 0), ...squares);
  assert.equal(await total.result(), 8_955_050);
  await scheduler.stop("SIGTERM");
  await worker.stop("SIGTERM");

  const lived = replayRun(readStimuli(path), { checks: true });
  assert.equal(lived.differsAt, undefined);
  assert.ok(lived.digests >= 1, "its end, at the least, is compared");
  assert.ok(lived.turns > 20 && lived.stimuli > lived.turns);
  const again = replayRun(readStimuli(path));
  assert.equal(stateDigest(again.brain.state), stateDigest(lived.brain.state));

  const told = await runCommand(["replay", path, "--checks", "--task", total.key], { env });
  assert.equal(told.code, 0, told.stderr);
  assert.match(told.stdout, /states? (is|are) as recorded/);
  assert.match(told.stdout, /"state":"memory"/);

  // One word of one worker more, and the end is another.
  const stimuli = [...readStimuli(path)];
  const finished = stimuli.findIndex(
    (one) => one.kind === "step" && one.input.kind === "worker" && one.input.message.type === "finished",
  );
  const changed = stimuli.filter((_, at) => at !== finished);
  assert.notEqual(replayRun(changed).differsAt, undefined);

  // A process that was killed leaves all but its last turn.
  truncateSync(path, readFileSync(path).length - 11);
  assert.equal([...readStimuli(path)].length, stimuli.length - 1);
});

test("a file that is none, and one that is not there, are refused by name", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "shoal-replay-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "x");
  writeFileSync(path, "something else altogether");
  assert.throws(() => replayRun(readStimuli(path)), /is no recording of a scheduler/);
  assert.throws(() => replayRun(readStimuli(join(folder, "y"))), ShoalError);
  const file = new StimulusFile(path);
  file.write({ kind: "end", now: 1 });
  file.close();
  appendFileSync(path, "");
  assert.deepEqual([...readStimuli(path)], [{ kind: "end", now: 1 }] satisfies Stimulus[]);
  assert.throws(() => replayRun(readStimuli(path)), /does not begin/);
});
