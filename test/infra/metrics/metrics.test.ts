import assert from "node:assert/strict";
import { describe, test } from "node:test";
import parsePrometheus from "parse-prometheus-text-format";
import { Client } from "shoal";
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

  test("/metrics tells what the scheduler counts; /health and /ready answer probes", async () => {
    const client = await Client.local({ mode: "inline", page: { port: 0 } });
    try {
      const futures = client.map(
        function inc(n: number) {
          return n + 1;
        },
        [1, 2, 3],
      );
      await client.gather(futures);
      await client
        .submit(function fail() {
          throw new Error("no");
        })
        .exception();
      const answer = await fetch(`${client.pageUrl}/metrics`);
      assert.match(answer.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
      const metrics = new Map(parse(await answer.text()).map((one) => [one.name, one]));
      const value = (name: string, labels: Record<string, string> = {}) =>
        Number(
          metrics
            .get(name)
            ?.metrics.find((one) => Object.entries(labels).every(([label, wanted]) => one.labels?.[label] === wanted))
            ?.value,
        );
      assert.equal(value("shoal_scheduler_workers", { state: "running" }), 1);
      assert.equal(value("shoal_scheduler_tasks", { state: "memory" }), 3);
      assert.equal(value("shoal_scheduler_tasks", { state: "erred" }), 1);
      assert.equal(value("shoal_scheduler_prefix_state_totals_total", { task_prefix_name: "inc", state: "memory" }), 3);
      assert.equal(value("shoal_scheduler_prefix_state_totals_total", { task_prefix_name: "fail", state: "erred" }), 1);
      assert.ok(value("shoal_scheduler_tick_count_total") > 0);
      assert.ok(value("shoal_worker_memory_bytes", { worker: "inline", type: "unmanaged" }) >= 0);
      assert.equal(value("shoal_stealing_tasks_moved_total"), 0);
      const counts = (await (await fetch(`${client.pageUrl}/json/counts.json`)).json()) as { tasks: { erred: number } };
      assert.equal(counts.tasks.erred, 1);
      const identity = (await (await fetch(`${client.pageUrl}/json/identity.json`)).json()) as { cluster: string };
      assert.equal(identity.cluster, "inline");
      assert.equal((await fetch(`${client.pageUrl}/health`)).status, 200);
      assert.equal(await (await fetch(`${client.pageUrl}/ready`)).text(), "ready\n");
      assert.equal((await fetch(`${client.pageUrl}/status`, { method: "POST" })).status, 405);
    } finally {
      await client.close();
    }
  });
});
