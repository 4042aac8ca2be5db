import type { Clock } from "../../runtime/base/clock.ts";
import { currentTracer } from "../../runtime/base/tracing.ts";
import type { Bus, Subscription } from "../../runtime/bus/bus.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { readEvent } from "../../runtime/protocol/event-json.ts";
import type { WorkerEvents } from "../../runtime/protocol/events.ts";

export interface SpanEarsOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly cluster: string;
}

/** What a worker tells of its last tasks comes a moment after their results. */
const LINGER_MS = 2000;

/**
 * Hears of tasks that ran where nobody traces, as long as submissions of this client are traced, and makes their spans: so
 * that a trace is whole though only the program with the client knows of OpenTelemetry.
 */
export class SpanEars {
  private readonly options: SpanEarsOptions;
  /** Traces of submissions under way, by how many. */
  private readonly traces = new Map<string, number>();
  private hearing: Subscription | undefined;

  constructor(options: SpanEarsOptions) {
    this.options = options;
  }

  /** Hears of a trace until the result is called, and a moment longer. */
  open(context: string): () => void {
    const trace = traceOf(context);
    this.traces.set(trace, (this.traces.get(trace) ?? 0) + 1);
    const { bus, clock, cluster } = this.options;
    this.hearing ??= bus.subscribe(clusterSubjects(cluster).every.workerEvent, ({ payload }) => this.hear(payload));
    return () => {
      clock.setTimer(LINGER_MS, () => this.close(trace));
    };
  }

  private close(trace: string): void {
    const left = (this.traces.get(trace) ?? 0) - 1;
    if (left > 0) this.traces.set(trace, left);
    else this.traces.delete(trace);
    if (this.traces.size > 0) return;
    this.hearing?.unsubscribe();
    this.hearing = undefined;
  }

  private hear(payload: unknown): void {
    const { spans } = (readEvent(payload) as Partial<WorkerEvents> | undefined) ?? {};
    for (const span of spans ?? []) if (this.traces.has(traceOf(span.parent))) currentTracer()?.record?.(span);
  }
}

/** The trace of a `traceparent`: its second part. */
const traceOf = (context: string): string => context.split("-")[1] ?? "";
