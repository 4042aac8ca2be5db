import { type OpenSpan, setTracer } from "../../runtime/base/tracing.ts";
import { VERSION } from "../../runtime/base/version.ts";

/** What is used of the package `@opentelemetry/api`, which is the caller's: `import * as api from "@opentelemetry/api"`. */
export interface OpenTelemetryApi {
  readonly context: {
    active(): unknown;
    with<T>(context: never, work: () => T): T;
  };
  readonly trace: {
    getTracer(name: string, version: string): { startSpan(name: string, options: object, context: never): unknown };
    setSpan(context: never, span: never): unknown;
    setSpanContext(context: never, span: never): unknown;
  };
  readonly ROOT_CONTEXT: unknown;
}

interface Span {
  spanContext(): { readonly traceId: string; readonly spanId: string; readonly traceFlags: number };
  recordException(error: Error): void;
  setStatus(status: { readonly code: number; readonly message?: string }): void;
  end(timeMs?: number): void;
}

const STATUS_ERROR = 2;
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/**
 * Has this thread's submissions, scheduling and tasks traced: a span for a submission, its child at the scheduler, and theirs for
 * each task; spans that a task makes are children of its own. Call it where an SDK is registered: in the program that has the
 * client. Workers that do not trace tell it of their tasks, so that the trace is whole. Only spans that tasks make themselves need an
 * SDK there too: `NODE_OPTIONS="--import ./tracing.mjs"` for the processes of scheduler and workers. `undefined` ends it.
 * @see https://opentelemetry.io/docs/languages/js/
 */
export function useOpenTelemetry(api: OpenTelemetryApi | undefined): void {
  if (api === undefined) return setTracer(undefined);
  const tracer = api.trace.getTracer("shoal", VERSION);
  setTracer({
    start: (name, attributes, parent) => {
      const within = parent === undefined ? api.context.active() : contextOf(api, parent);
      const span = tracer.startSpan(name, { attributes }, within as never) as Span;
      return openSpan(api, span, within);
    },
    record: ({ name, attributes, parent, startMs, endMs, error }) => {
      const options = { attributes, startTime: startMs };
      const span = tracer.startSpan(name, options, contextOf(api, parent) as never) as Span;
      if (error !== undefined) span.setStatus({ code: STATUS_ERROR, message: error });
      span.end(endMs);
    },
  });
}

function openSpan(api: OpenTelemetryApi, span: Span, within: unknown): OpenSpan {
  const { traceId, spanId, traceFlags } = span.spanContext();
  const own = api.trace.setSpan(within as never, span as never);
  return {
    context: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`,
    run: (work) => api.context.with(own as never, work),
    end: (error) => {
      if (error !== undefined) {
        const known = error instanceof Error ? error : new Error(String(error));
        span.recordException(known);
        span.setStatus({ code: STATUS_ERROR, message: known.message });
      }
      span.end();
    },
  };
}

/** A parent that is elsewhere; what cannot be read has none. */
function contextOf(api: OpenTelemetryApi, traceparent: string): unknown {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent) ?? [];
  if (traceId === undefined) return api.ROOT_CONTEXT;
  const parent = { traceId, spanId, traceFlags: Number.parseInt(flags as string, 16), isRemote: true };
  return api.trace.setSpanContext(api.ROOT_CONTEXT as never, parent as never);
}
