import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import parsePrometheus from "parse-prometheus-text-format";
import { Client } from "shoal";
import { ObserverBrain } from "../../../actors/observer/observer-brain.ts";
import { CACHE_OFF } from "../../../actors/scheduler/result-cache.ts";
import { clusterMetrics } from "../../../infra/metrics/cluster-metrics.ts";
import { metricsText } from "../../../infra/metrics/metrics-text.ts";

interface Parsed {
  readonly name: string;
  readonly type: string;
  readonly metrics: readonly { readonly value: string; readonly labels?: Readonly<Record<string, string>> }[];
}
const parse = parsePrometheus as unknown as (text: string) => Parsed[];

describe("metrics", () => {
  test("metricsText() is read back by a parser, labels with quotes, backslashes and line ends too", () => {
    const name = 'a "b" \\ c\nd';
    const text = metricsText([
      { name: "shoal_x_total", help: "One\nline", type: "counter", samples: [{ labels: { name }, value: 1e21 }] },
      { name: "shoal_y", help: "y", type: "gauge", samples: [{ value: Number.POSITIVE_INFINITY }] },
    ]);
    const [x, y] = parse(text);
    assert.deepEqual([x?.name, x?.type, x?.metrics[0]?.labels?.["name"]], ["shoal_x_total", "COUNTER", name]);
    assert.equal(Number(x?.metrics[0]?.value), 1e21);
    assert.equal(y?.metrics[0]?.value, "+Inf");
  });

  test("clusterMetrics() counts what workers gave each other, and tells how long they were silent and stood still", () => {
    const brain = new ObserverBrain();
    const transfers = { from: ["b", "b"], startMs: [1, 2], durationUs: [9, 9], chunks: [3, 1], bytes: [4000, 96] };
    const sample = { atMs: 1, executing: 0, queued: 0, managedBytes: 0, system: { lagMs: 250, busy: 0.75 } };
    brain.step({ kind: "event", event: { type: "worker", worker: "a", transfers, sample } as never }, 1000);
    const told = { epoch: 1, workers: [], turns: { maxMs: 1 }, system: { lagMs: 40, busy: 0.25 } };
    brain.step({ kind: "event", event: { type: "scheduler", ...told } as never }, 1000);
    const workers = ["a", "b"].map((id) => ({
      id,
      lastSeenAgoMs: 1500,
      managedBytes: 0,
      spilledBytes: 0,
      rssBytes: 0,
    }));
    const totals = { workersAdded: 2, clientsAdded: 0, turns: 0, turnMs: 0, turnMaxMs: 0 };
    const more = { stealing: {}, cache: CACHE_OFF };
    const figures = { tasks: {}, entered: {}, prefixes: [], workers, totals, more } as never;
    const found = new Map(
      clusterMetrics(figures, brain, []).flatMap(({ name, samples }) =>
        samples.map(({ labels, value }) => [`${name} ${labels?.["worker"]}`, value] as const),
      ),
    );
    assert.equal(found.get("shoal_worker_transfer_incoming_count_total a"), 2);
    assert.equal(found.get("shoal_worker_transfer_incoming_bytes_total a"), 4096);
    assert.equal(found.get("shoal_worker_transfer_outgoing_count_total b"), 2);
    assert.equal(found.get("shoal_worker_transfer_outgoing_bytes_total b"), 4096);
    assert.equal(found.get("shoal_worker_transfer_outgoing_count_total a"), 0);
    assert.equal(found.get("shoal_worker_latency_seconds b"), 1.5);
    assert.equal(found.get("shoal_worker_tick_duration_maximum_seconds a"), 0.25);
    assert.equal(found.get("shoal_worker_event_loop_utilization a"), 0.75);
    assert.equal(found.get("shoal_scheduler_event_loop_lag_seconds undefined"), 0.04);
    assert.equal(found.get("shoal_scheduler_event_loop_utilization undefined"), 0.25);
  });

  describe("of a cluster", () => {
    let client: Client;
    const held: unknown[] = [];
    before(async () => {
      client = await Client.local({ mode: "threads", workers: 2, page: { port: 0 } });
      await client.waitForWorkers(2);
      const futures = client.map(
        function inc(n: number) {
          return new Float64Array(1000).fill(n);
        },
        [1, 2, 3],
      );
      await client.gather(futures);
      const failed = client.submit(function fail() {
        throw new Error("no");
      });
      await failed.exception();
      held.push(futures, failed);
    });
    after(() => client.close());

    async function scrape(): Promise<(name: string, labels?: Record<string, string>) => number> {
      const answer = await fetch(`${client.pageUrl}/metrics`);
      assert.match(answer.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
      const metrics = new Map(parse(await answer.text()).map((one) => [one.name, one]));
      const fits = (one: Parsed["metrics"][number], labels: Record<string, string>): boolean =>
        Object.entries(labels).every(([label, wanted]) => one.labels?.[label] === wanted);
      return (name, labels = {}) => Number(metrics.get(name)?.metrics.find((one) => fits(one, labels))?.value);
    }

    test("/metrics counts clients that are there, have come and are gone", async () => {
      const value = await scrape();
      const { clients } = await client.status();
      assert.ok(clients >= 1);
      assert.equal(value("shoal_scheduler_clients"), clients);
      const [added, removed] = ["added", "removed"].map((what) =>
        value(`shoal_scheduler_client_connections_${what}_total`),
      ) as [number, number];
      assert.equal(added - removed, clients);
    });

    test("/metrics counts workers by state", async () => {
      const value = await scrape();
      assert.equal(value("shoal_scheduler_workers", { state: "running" }), 2);
      assert.equal(value("shoal_scheduler_workers", { state: "paused" }), 0);
      assert.equal(value("shoal_scheduler_workers_added_total"), 2);
    });

    test("/metrics counts tasks by state, and by kind", async () => {
      const value = await scrape();
      assert.equal(value("shoal_scheduler_tasks", { state: "memory" }), 3);
      assert.equal(value("shoal_scheduler_tasks", { state: "erred" }), 1);
      const total = "shoal_scheduler_prefix_state_totals_total";
      assert.equal(value(total, { task_prefix_name: "inc", state: "memory" }), 3);
      assert.equal(value(total, { task_prefix_name: "fail", state: "erred" }), 1);
    });

    test("/metrics adds up run time and results of each kind", async () => {
      const value = await scrape();
      assert.ok(value("shoal_scheduler_tasks_compute_seconds_total", { task_prefix_name: "inc" }) > 0);
      assert.ok(value("shoal_scheduler_tasks_output_bytes", { task_prefix_name: "inc" }) >= 24_000);
    });

    test("/metrics tells the scheduler's turns", async () => {
      const value = await scrape();
      assert.ok(value("shoal_scheduler_tick_count_total") > 0);
      assert.ok(value("shoal_scheduler_tick_duration_maximum_seconds") > 0);
    });

    test("/metrics tells what each worker was sent and holds", async () => {
      const value = await scrape();
      const ids = client.workers.map(({ id }) => id);
      const managed = ids.map((worker) => value("shoal_worker_memory_bytes", { worker, type: "managed" }));
      assert.ok(managed.every((bytes) => bytes >= 0));
      for (const worker of ids) {
        assert.ok(value("shoal_worker_memory_bytes", { worker, type: "unmanaged" }) >= 0);
        assert.equal(value("shoal_worker_memory_bytes", { worker, type: "spilled" }), 0);
        assert.equal(value("shoal_worker_threads", { worker }), 1);
      }
    });

    test("/metrics counts what was stolen", async () => {
      const value = await scrape();
      assert.equal(value("shoal_stealing_tasks_moved_total"), 0);
    });

    test("/health, /ready and the JSON pages answer probes; nothing else than reading is answered", async () => {
      const read = async (path: string) => (await (await fetch(`${client.pageUrl}${path}`)).json()) as any;
      assert.equal((await read("/json/counts.json")).tasks.erred, 1);
      assert.equal((await read("/json/identity.json")).cluster, client.clusterName);
      assert.ok((await read("/sitemap.json")).paths.includes("/metrics"));
      assert.equal((await fetch(`${client.pageUrl}/health`)).status, 200);
      assert.equal(await (await fetch(`${client.pageUrl}/ready`)).text(), "ready\n");
      assert.equal((await fetch(`${client.pageUrl}/status`, { method: "POST" })).status, 405);
    });
  });
});
