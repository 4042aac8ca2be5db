import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { Client } from "shoal";
import { SERVER_CONFIG } from "../../infra/nats/server.ts";
import { runCommand, startCommand } from "../support/command-line.ts";
import { startTestNats } from "../support/nats.ts";

const TASKS = 20_000;
const KILLS_AT = [0.1, 0.3, 0.5, 0.7, 0.9];

/** Takes a fifth of a millisecond, and writes down when it began and ended, by the machine's one clock. */
function recorded(folder: string): (x: number) => number {
  const write = appendFileSync;
  return (x) => {
    const begun = process.hrtime.bigint();
    write(`${folder}/${process.pid}.log`, `begin ${x} ${begun}\n`);
    while (process.hrtime.bigint() < begun + 200_000n);
    write(`${folder}/${process.pid}.log`, `end ${x} ${process.hrtime.bigint()}\n`);
    return x * x;
  };
}

interface Run {
  readonly begin: bigint;
  readonly end: bigint;
}

/** Every run of every task, in the order in which they began. */
function runsIn(folder: string): Map<number, Run[]> {
  const runs = new Map<number, Run[]>();
  for (const file of readdirSync(folder)) {
    const open = new Map<number, bigint>();
    for (const line of readFileSync(join(folder, file), "utf8").trim().split("\n")) {
      const [what, x = "", at = "0"] = line.split(" ");
      if (what === "begin") open.set(Number(x), BigInt(at));
      else
        runs.set(Number(x), [
          ...(runs.get(Number(x)) ?? []),
          { begin: open.get(Number(x)) as bigint, end: BigInt(at) },
        ]);
    }
  }
  for (const of of runs.values()) of.sort((a, b) => (a.begin < b.begin ? -1 : 1));
  return runs;
}

const overlaps = (runs: readonly Run[]): boolean =>
  runs.some((run, i) => i > 0 && run.begin < (runs[i - 1] as Run).end);

test(`the scheduler killed at ${KILLS_AT.length} points of ${TASKS} tasks: standbys take over, the answer is right, nothing runs twice at once`, async (t) => {
  const server = await startTestNats(t, { config: SERVER_CONFIG, jetStream: true });
  const env = { SHOAL_NATS: server.url, SHOAL_CLUSTER: "line" };
  let leader = startCommand(t, ["scheduler"], { env });
  await leader.says(/is ready at .*, with a journal/);
  const worker = startCommand(t, ["worker", "--workers", "2"], { env });
  await worker.says(/2 workers for/);
  // All of them wait before the job begins: one that starts while it runs may find it done.
  const standbys = KILLS_AT.map(() => startCommand(t, ["scheduler", "--standby"], { env }));
  for (const standby of standbys) await standby.says(/Standby of cluster "line" waits at .* leads/);
  const client = await Client.connect(server.url, { cluster: "line" });
  t.after(() => client.close());
  await client.waitForWorkers(2);
  const folder = mkdtempSync(join(tmpdir(), "shoal-failover-"));
  t.after(() => rmSync(folder, { recursive: true }));

  const inputs = Array.from({ length: TASKS }, (_, x) => x);
  const futures = client.map(recorded(folder), inputs);
  const total = client.submit((...xs: number[]) => xs.reduce((sum, x) => sum + x, 0), ...futures.slice(0, 1000));
  let settled = 0;
  const settledAt: (() => void)[] = [];
  for (const future of futures)
    void future.wait().then(() => {
      settled += 1;
      for (const tell of settledAt) tell();
    });
  const whenSettled = (count: number): Promise<void> =>
    new Promise((resolve) => {
      const tell = (): void => void (settled >= count && resolve());
      settledAt.push(tell);
      tell();
    });

  const takeovers: string[] = [];
  for (const share of KILLS_AT) {
    await whenSettled(TASKS * share);
    const [killedAt, done] = [performance.now(), settled];
    await leader.stop("SIGKILL");
    leader = await Promise.any(
      standbys.map((standby) =>
        standby.says(/goes on where the scheduler of epoch \d+ ended[\s\S]*is ready/).then(() => standby),
      ),
    );
    standbys.splice(standbys.indexOf(leader), 1);
    const probe = client.submit((at: number) => at, share, { priority: 10 });
    assert.equal(await probe.result(), share, "the new scheduler serves, before the rest of the job");
    takeovers.push(`${Math.round(performance.now() - killedAt)} ms (at ${done} of ${TASKS})`);
  }
  assert.deepEqual(
    await client.gather(futures),
    inputs.map((x) => x * x),
  );
  assert.equal(
    await total.result(),
    inputs.slice(0, 1000).reduce((sum, x) => sum + x * x, 0),
  );
  const runs = runsIn(folder);
  assert.equal(runs.size, TASKS, "every task ran");
  assert.deepEqual(
    [...runs].filter(([, of]) => overlaps(of)).map(([x]) => x),
    [],
    "no task ran twice at once",
  );
  assert.deepEqual(
    [...runs].filter(([, of]) => of.length > 1).map(([x]) => x),
    [],
    "as no worker died, none ran again either",
  );
  t.diagnostic(`takeovers: ${takeovers.join(", ")}`);
});

test("a leader that stood still wakes deposed; locks, queues and variables are held over; then nats-server is killed and started again", async (t) => {
  const server = await startTestNats(t, { config: SERVER_CONFIG, jetStream: true });
  const env = { SHOAL_NATS: server.url, SHOAL_CLUSTER: "still" };
  const leader = startCommand(t, ["scheduler", "--lease", "1s"], { env });
  await leader.says(/is ready at/);
  const standby = startCommand(t, ["scheduler", "--standby", "--lease", "1s"], { env });
  await standby.says(/Standby of cluster/);
  const worker = startCommand(t, ["worker", "--workers", "2"], { env });
  await worker.says(/2 workers for/);
  const client = await Client.connect(server.url, { cluster: "still" });
  t.after(() => client.close());
  await client.waitForWorkers(2);

  const lease = await client.lock("one at a time").acquire();
  const queue = client.queue<string>("letters");
  for (const letter of ["a", "b"]) await queue.put(letter);
  const variable = client.variable<number>("answer");
  await variable.set(42);
  const failed = client.submit(() => {
    throw new RangeError("as it should");
  });
  await failed.exception();
  const kept = client.submit(() => "kept");
  await kept.wait();
  const slow = client.submit(async () => {
    await new Promise((resolve) => setTimeout(resolve, 3000));
    return "slow";
  });
  const taken = client.queue<string>("later").get();

  leader.child.kill("SIGSTOP");
  await standby.says(/is ready at/);
  leader.child.kill("SIGCONT");
  assert.deepEqual(await leader.exit, { code: 1, signal: null });
  assert.match(leader.stderr, /has fallen silent/);

  assert.equal(await client.lock("one at a time").tryAcquire(), undefined, "the lock is held");
  await lease.release();
  const next = await client.lock("one at a time").acquire({ timeout: "5s" });
  assert.ok(next.fence > lease.fence, "fences grow over schedulers");
  assert.deepEqual([await queue.get(), await queue.get()], ["a", "b"]);
  assert.equal(await variable.get(), 42);
  assert.match(String(await failed.exception()), /as it should/);
  assert.equal(await kept.result(), "kept");
  assert.equal(await slow.result(), "slow");
  await client.queue<string>("later").put("came");
  assert.equal(await taken, "came", "who waited still waits");

  const futures = client.map(
    (x: number) => x + 1,
    Array.from({ length: 500 }, (_, x) => x),
  );
  await server.kill();
  await server.restart();
  assert.deepEqual(
    await client.gather(futures),
    Array.from({ length: 500 }, (_, x) => x + 1),
  );
  assert.equal(await client.submit(() => "after").result(), "after");
  assert.doesNotMatch(standby.stderr, /has fallen silent/, "nobody else leads, so it goes on");
});

test("without JetStream a scheduler works as it did, and a standby says what is missing", async (t) => {
  const server = await startTestNats(t, { config: SERVER_CONFIG });
  const env = { SHOAL_NATS: server.url, SHOAL_CLUSTER: "plain" };
  const scheduler = startCommand(t, ["scheduler"], { env });
  const [said] = await scheduler.says(/Scheduler .* is ready .*/);
  assert.doesNotMatch(said, /journal/);
  const standby = startCommand(t, ["scheduler", "--standby"], { env });
  assert.deepEqual(await standby.exit, { code: 1, signal: null });
  assert.match(
    standby.stderr,
    /A standby needs the journal of its leader\. .*the NATS server runs without JetStream; start it with `nats-server -js` or `npx shoal nats --jetstream`/,
  );
});

test("stopped in order, a scheduler hands over at once, and the last one leaves nothing on the server", async (t) => {
  const server = await startTestNats(t, { config: SERVER_CONFIG, jetStream: true });
  const env = { SHOAL_NATS: server.url, SHOAL_CLUSTER: "order" };
  const first = startCommand(t, ["scheduler", "--lease", "60s"], { env });
  await first.says(/is ready at/);
  const second = startCommand(t, ["scheduler", "--standby"], { env });
  await second.says(/Standby of cluster "order" waits/);
  assert.deepEqual(await first.stop("SIGTERM"), { code: 0, signal: null });
  await second.says(/goes on where the scheduler of epoch \d+ ended[\s\S]*is ready/);
  assert.deepEqual(await second.stop("SIGTERM"), { code: 0, signal: null });
  const connection = await connect({ servers: server.url });
  t.after(() => connection.close());
  const { streams, consumers } = await (await jetstreamManager(connection)).getAccountInfo();
  assert.deepEqual({ streams, consumers }, { streams: 0, consumers: 0 });
});

test("a scheduler that was deposed by one that is gone leads again, and what clients wait for is done", async (t) => {
  const server = await startTestNats(t, { config: SERVER_CONFIG, jetStream: true });
  const env = { SHOAL_NATS: server.url, SHOAL_CLUSTER: "again" };
  const recording = join(server.folder, "again.stimuli");
  const scheduler = startCommand(t, ["scheduler", "--no-page", "--lease", "1s", "--record", recording], { env });
  await scheduler.says(/is ready at/);
  const worker = startCommand(t, ["worker", "--workers", "1"], { env });
  await worker.says(/1 worker for/);
  const client = await Client.connect(server.url, { cluster: "again" });
  t.after(() => client.close());
  const kept = client.submit(() => "kept");
  await kept.wait();

  const connection = await connect({ servers: server.url });
  t.after(() => connection.close());
  const manager = await jetstreamManager(connection);
  const first = await manager.streams.getMessage("shoal-journal-again", { seq: 1 });
  assert.ok(first !== null);
  // Somebody writes, as one who led would, and is gone.
  await manager.jetstream().publish(first.subject, first.data, { msgID: "another" });
  const future = client.submit((text: string) => `${text}, and more`, kept);
  await scheduler.says(/has fallen silent: .* another scheduler leads this cluster now/);
  await scheduler.says(/It goes on where the scheduler of epoch \d+ ended/);
  assert.equal(await future.result({ timeout: "60s" }), "kept, and more");
  const services = await connection.requestMany("$SRV.PING.shoal-scheduler", undefined, {
    strategy: "timer",
    maxWait: 500,
  });
  let answers = 0;
  for await (const _ of services) answers += 1;
  assert.equal(answers, 1, "nothing of the former lead is left");
  assert.equal((await scheduler.stop()).code, 0);
  const replay = await runCommand(["replay", recording]);
  assert.equal(replay.code, 0, replay.stdout + replay.stderr);
});
