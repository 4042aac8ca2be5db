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
