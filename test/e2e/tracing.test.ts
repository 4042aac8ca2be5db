import assert from "node:assert/strict";
import { test } from "node:test";
import * as api from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { Client, delayed, useOpenTelemetry } from "shoal";

test("the trace of a three-task pipeline has the right parents, and a task's own spans are below it", async () => {
  const exporter = new InMemorySpanExporter();
  api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  api.trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  useOpenTelemetry(api);
  const client = await Client.local({ mode: "inline" });
  try {
    const own = api.trace.getTracer("program");
    const load = delayed(() => {
      own.startSpan("read").end();
      return 1;
    });
    const clean = delayed(async (n: number) => n + 1);
    const total = delayed((n: number) => n * 10);
    const answer = await own.startActiveSpan("job", async (job) => {
      const value = await client.compute(total(clean(load())), { optimize: false });
      job.end();
      return value;
    });
    assert.equal(answer, 20);
    await client.submit(() => Promise.reject(new RangeError("no"))).exception();
  } finally {
    await client.close();
    useOpenTelemetry(undefined);
  }
  const spans = exporter.getFinishedSpans();
  const named = (name: string) => spans.filter((span) => span.name === name);
  const [job] = named("job");
  const submit = named("shoal.submit").find((span) => span.parentSpanContext?.spanId === job?.spanContext().spanId);
  const schedule = named("shoal.schedule").find(
    (span) => span.parentSpanContext?.spanId === submit?.spanContext().spanId,
  );
  const tasks = named("shoal.task").filter((span) => span.parentSpanContext?.spanId === schedule?.spanContext().spanId);
  assert.equal(tasks.length, 3, spans.map(({ name }) => name).join(", "));
  assert.ok(tasks.every((span) => span.spanContext().traceId === job?.spanContext().traceId));
  const [read] = named("read");
  assert.ok(tasks.some((span) => span.spanContext().spanId === read?.parentSpanContext?.spanId));
  const failed = named("shoal.task").find((span) => span.status.code === api.SpanStatusCode.ERROR);
  assert.equal(failed?.status.message, "no");
});

for (const mode of ["threads", "processes", "nats"] as const)
  test(`workers that do not trace tell of their tasks, mode ${mode}: three tasks and a failure have the right parents`, async () => {
    const { exporter, ended } = listeningExporter();
    const client = await Client.local({ mode, workers: 2 });
    try {
      const load = delayed(() => 1);
      const clean = delayed((n: number) => n + 1);
      const total = delayed((n: number) => n * 10);
      const own = api.trace.getTracer("program");
      await own.startActiveSpan("job", async (job) => {
        assert.equal(await client.compute(total(clean(load())), { optimize: false }), 20);
        await client.submit(() => Promise.reject(new RangeError("no"))).exception();
        job.end();
      });
      await ended("shoal.task", 4);
    } finally {
      await client.close();
      useOpenTelemetry(undefined);
    }
    const spans = exporter.getFinishedSpans();
    const byId = new Map(spans.map((span) => [span.spanContext().spanId, span]));
    const tasks = spans.filter(({ name }) => name === "shoal.task");
    for (const task of tasks) {
      const schedule = byId.get(task.parentSpanContext?.spanId ?? "");
      const submit = byId.get(schedule?.parentSpanContext?.spanId ?? "");
      const job = byId.get(submit?.parentSpanContext?.spanId ?? "");
      assert.deepEqual([schedule?.name, submit?.name, job?.name], ["shoal.schedule", "shoal.submit", "job"]);
      assert.ok(client.workers.some(({ id }) => id === task.attributes["shoal.worker"]));
      assert.ok(task.duration[0] < 60 && task.startTime[0] > 1e9, "its times are the wall's");
    }
    const failed = tasks.filter(({ status }) => status.code === api.SpanStatusCode.ERROR);
    assert.deepEqual(
      failed.map(({ status }) => status.message),
      ["no"],
    );
  });

/** An exporter that tells when so many spans of a name have ended. */
function listeningExporter(): {
  readonly exporter: InMemorySpanExporter;
  ended(name: string, count: number): Promise<void>;
} {
  const exporter = new InMemorySpanExporter();
  const processor = new SimpleSpanProcessor(exporter);
  const waiting: (() => void)[] = [];
  const onEnd = processor.onEnd.bind(processor);
  processor.onEnd = (span) => {
    onEnd(span);
    for (const look of waiting) look();
  };
  api.trace.disable();
  api.trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [processor] }));
  useOpenTelemetry(api);
  return {
    exporter,
    ended: (name, count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (exporter.getFinishedSpans().filter((span) => span.name === name).length >= count) resolve();
        };
        waiting.push(look);
        look();
      }),
  };
}
