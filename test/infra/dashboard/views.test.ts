import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Client, span } from "shoal";
import { currentReach } from "../../../collections/futures/client-reach.ts";
import { Recording } from "../../../infra/report/recording.ts";
import { holdProcess } from "../../../runtime/base/clock.ts";

/** A view as the page gets it, as far as it is looked at here. */
type Told = Record<string, any>;

/** What the page is told of a cluster of two threads that has run a pipeline, something that failed, and spins meanwhile. */
describe("what pages are told", () => {
  let client: Client;
  let failedKey: string;
  let keys: readonly string[];
  const stop = new AbortController();
  let spinning: Promise<void>;

  before(async () => {
    client = await Client.local({ mode: "threads", workers: 2, page: { port: 0 } });
    await client.waitForWorkers(2);
    const load = client.submit(function load() {
      return new Float64Array(50_000);
    });
    const clean = client.submit(function clean(values: Float64Array) {
      return values.map((x) => x + 1);
    }, load);
    const total = client.submit(function total(values: Float64Array) {
      return values.length;
    }, clean);
    keys = [load, clean, total].map(({ key }) => key);
    await total.result();
    const failing = client.submit(function broken() {
      throw new RangeError("row 17 has no price");
    });
    await failing.exception();
    failedKey = failing.key;
    held.push(load, clean, total, failing);
    spinning = spin();
  });
  after(async () => {
    stop.abort();
    await spinning;
    await client.close();
  });
  const held: unknown[] = [];

  async function spin(): Promise<void> {
    while (!stop.signal.aborted)
      await client.gather(
        await span("turning", async () =>
          client.map(
            function spin(ms: number) {
              const end = performance.now() + ms;
              while (performance.now() < end);
              return ms;
            },
            [10, 10, 10, 10, 10, 10],
          ),
        ),
      );
  }

  /** A view, as a page that stays open gets it, once something holds of it. */
  async function told(view: string, holds: (body: Told, head: Told) => unknown, of = ""): Promise<Told> {
    const { body: stream } = await fetch(`${client.pageUrl}/live?view=${view}&of=${encodeURIComponent(of)}&runs=0`);
    const reader = (stream as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
    try {
      for (let text = ""; ; ) {
        const { value, done } = await reader.read();
        assert.ok(!done, "the page's server ended the stream");
        text += value;
        const events = text.split("\n\n");
        text = events.pop() as string;
        for (const event of events) {
          if (!event.startsWith("event: view\n")) continue;
          const { head, body } = JSON.parse(event.slice(event.indexOf("data: ") + 6)) as Told;
          if (body !== undefined && holds(body, head)) return body;
        }
      }
    } finally {
      await reader.cancel();
    }
  }

  test("status: progress by kind, memory and work of each worker, pace over time", async () => {
    const { prefixes, workers, series } = await told(
      "status",
      (body, head) =>
        head["connection"] === "live" &&
        head["failed"] === 1 &&
        head["finished"] > 3 &&
        body["series"].tasksPerSecond.some((n: number) => n > 0) &&
        body["workers"].every((one: Told) => one["rssBytes"] > 0),
    );
    assert.deepEqual(workers.map(({ id }: Told) => id).sort(), client.workers.map(({ id }) => id).sort());
    assert.ok(workers.some(({ managedBytes }: Told) => managedBytes >= 400_000));
    assert.equal(prefixes.find(({ name }: Told) => name === "broken").erred, 1);
    assert.ok(series.rssBytes.length > 0);
  });

  test("workers: processor, memory, work and limits of each, now and over time", async () => {
    const { workers } = await told("workers", ({ workers: all }) =>
      all.every((one: Told) => one["busy"] > 0 && one["cpu"] > 0 && one["series"].rssBytes.length > 1),
    );
    for (const worker of workers)
      assert.deepEqual(
        [worker.status, worker.slots, worker.rssBytes > 1e6, worker.heapBytes > 1e5, worker.descriptors > 0],
        ["running", 1, true, true, true],
      );
  });

  test("worker: what one does, holds and has run lately", async () => {
    const id = client.workers[0]?.id as string;
    const worker = await told("worker", ({ kinds }) => kinds.some(({ prefix }: Told) => prefix === "spin"), id);
    assert.equal(worker["id"], id);
    assert.ok(worker["kinds"].find(({ prefix }: Told) => prefix === "spin").ms > 0);
  });

  test("task: its state, what it reads and who reads it", async () => {
    const story = await told("task", () => true, keys[1]);
    assert.equal(story["state"], "memory");
    assert.deepEqual(
      [story["inputs"], story["readers"]].map((list: Told[]) => list.map(({ key }) => key)),
      [[keys[0]], [keys[2]]],
    );
  });

  test("graph: the pipeline's kinds in a row, with how far each has come", async () => {
    const { nodes, edges } = await told("graph", ({ nodes: all }) => all.length >= 4);
    const arrows = edges.map(([from, to]: [number, number]) => `${nodes[from].prefix} → ${nodes[to].prefix}`);
    assert.ok(arrows.includes("load → clean") && arrows.includes("clean → total"), arrows.join(", "));
    const states = new Map(nodes.map(({ prefix, states: each }: Told) => [prefix, each]));
    assert.deepEqual([states.get("clean"), states.get("broken")], [{ memory: 1 }, { erred: 1 }]);
  });

  test("graph of groups: a node for each group of tasks with its progress, however few they are", async () => {
    const { kind, nodes } = await told("graph", ({ nodes: all }) => all.length >= 4, "groups");
    assert.notEqual(kind, "tasks");
    const clean = nodes.find(({ prefix }: Told) => prefix === "clean");
    assert.deepEqual([clean.count, clean.states], [1, { memory: 1 }]);
    const layers = nodes.map(({ name }: Told) => name);
    assert.equal(new Set(layers).size, layers.length);
  });

  test("profile: on which functions the time of a kind goes", async () => {
    const { kinds, tree } = await told("profile", ({ kinds: all }) =>
      all.some(({ prefix }: Told) => prefix === "spin"),
    );
    assert.ok(kinds.length > 0);
    assert.match(JSON.stringify(tree), /spin/);
  });

  test("memory: which kinds hold it", async () => {
    const { prefixes } = await told("memory", ({ prefixes: all }) => all.length >= 3);
    const bytes = new Map(prefixes.map(({ name, bytes }: Told) => [name, bytes]));
    assert.ok((bytes.get("load") as number) >= 400_000 && (bytes.get("clean") as number) >= 400_000);
    assert.ok((bytes.get("total") as number) < 1000);
  });

  test("time: how long each kind ran, and what the workers' slots did", async () => {
    const { kinds, totals, workers } = await told("time", ({ kinds: all }) => all[0]?.name === "spin");
    assert.ok(kinds[0].computeMs >= 10);
    assert.equal(totals.find(({ name }: Told) => name === "broken").failedTotal, 1);
    assert.ok(workers.some(({ computeMs }: Told) => computeMs > 0));
  });

  test("time: what workers did, by activity, by function and span, and by span alone", async () => {
    const runs = (one: Told): boolean => one["activity"] === "run" && one["kind"] === "spin";
    const { activities, functions, spans } = await told("time", (body) => body["functions"].some(runs));
    const spin = functions.find(runs);
    assert.deepEqual([spin.context, spin.span, spin.seconds >= 0.01 * spin.count], ["execute", "turning", true]);
    const whole = activities.find(({ context, activity }: Told) => context === "execute" && activity === "run");
    assert.ok(whole.count >= spin.count && whole.seconds >= spin.seconds, JSON.stringify(activities));
    const turning = spans.find((one: Told) => one["span"] === "turning");
    assert.ok(turning.finished > 0 && turning.busyMs >= 10, JSON.stringify(spans));
  });

  test("errors: what failed, where, with what message", async () => {
    const { failures } = await told("errors", ({ failures: all }) => all.length > 0);
    assert.match(JSON.stringify(failures[0]), /row 17 has no price/);
    assert.equal(failures[0].key, failedKey);
  });

  test("logs: who came and what failed", async () => {
    const { entries } = await told("logs", ({ entries: all }) => all.length >= 4);
    const about = entries.map(({ about, name }: Told) => `${about} ${name}`);
    for (const { id } of client.workers) assert.ok(about.includes(`worker ${id}`), about.join(", "));
    assert.ok(about.includes(`task ${failedKey}`), about.join(", "));
  });

  test("system: the scheduler's turns, processor and memory", async () => {
    const { system, turns, clients, series } = await told(
      "system",
      (body) => body["turns"]?.count > 0 && body["system"]?.cpu > 0,
    );
    assert.ok(turns.maxMs >= turns.meanMs && turns.total >= turns.count);
    assert.ok(system.rssBytes > 1e6 && system.descriptors > 0);
    assert.equal(clients, 1);
    assert.ok(Object.keys(series).length > 3);
  });
});

test("status and task: what tasks ask for that no worker has, as long as they wait for it; it is in reports too", async (t) => {
  t.after(holdProcess());
  await using client = await Client.local({ mode: "inline", page: { port: 0 } });
  const read = async (path: string): Promise<Told> =>
    (await fetch(`${client.pageUrl}/api/${path}`)).json() as Promise<Told>;
  const recording = await Recording.start(currentReach().cluster);
  t.after(() => recording.stop());
  const asking = client.map((n: number) => n, [1, 2], { resources: { gpu: 2 } });
  const [first] = asking as [(typeof asking)[number]];
  let lacks: Told[] = [];
  while (lacks.length === 0) lacks = (await read("status"))["body"]?.lacks ?? [];
  assert.deepEqual([lacks.length, lacks[0]?.["asks"], lacks[0]?.["tasks"]], [1, "2 of gpu", 2]);
  assert.equal((await read(`task?of=${encodeURIComponent(first.key)}`))["body"].lacks, "2 of gpu");
  await recording.settle();
  const { views } = await recording.end();
  assert.equal((views["status"] as Told)["body"].lacks[0].asks, "2 of gpu");
  await client.cancel(asking);
  while (lacks.length > 0) lacks = (await read("status"))["body"].lacks;
});

test("programs that read a page's data now and then, and nothing else, are told of the cluster", async () => {
  await using client = await Client.local({ mode: "inline", page: { port: 0 } });
  for (;;) {
    const { head } = (await (await fetch(`${client.pageUrl}/api/status`)).json()) as Told;
    if (head["connection"] === "live") return assert.equal(head["workers"], 1);
  }
});

test("memory: what left memory and came back, what was found there, and what the cache keeps; /metrics tells it too", async () => {
  await using client = await Client.local({
    mode: "threads",
    workers: 1,
    memoryLimit: "40 MB",
    cache: "1 MB",
    page: { port: 0 },
  });
  const made = client.map((i: number) => new Float64Array(250_000).fill(i), [...Array(40).keys()]);
  const [first] = made as [(typeof made)[number]];
  await client.gather(client.map((values: Float64Array) => values.length, made));
  // The last of them is still there when it is asked for again.
  for (const add of [1, 2])
    await client.submit((values: Float64Array, n: number) => values.length + n, first, add).result();
  const read = async (path: string): Promise<string> => (await fetch(`${client.pageUrl}${path}`)).text();
  let body: Told;
  do body = (JSON.parse(await read("/api/memory")) as Told)["body"];
  while (!(body["spill"].read.count > 0 && body["spill"].foundShare > 0 && body["cache"] !== null));
  const { written, read: back, foundShare } = body["spill"];
  assert.ok(
    written.count > 0 && written.bytes >= 2_000_000 * written.count && written.seconds > 0,
    JSON.stringify(written),
  );
  assert.ok(back.bytes >= 2_000_000 * back.count && back.seconds > 0, JSON.stringify(back));
  assert.ok(foundShare > 0 && foundShare < 1, String(foundShare));
  assert.equal(body["cache"].bytesMax, 1_000_000);
  const metrics = await read("/metrics");
  const worker = client.workers[0]?.id as string;
  for (const [name, activity] of [
    ["bytes", "disk_write"],
    ["bytes", "disk_read"],
    ["count", "memory_read"],
    ["time_seconds", "disk_write"],
  ]) {
    const line = `shoal_worker_spill_${name}_total{worker="${worker}",activity="${activity}"} `;
    const at = metrics.indexOf(line);
    assert.ok(at >= 0 && Number.parseFloat(metrics.slice(at + line.length)) > 0, `${line}\n${metrics}`);
  }
});
