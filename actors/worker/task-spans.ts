import { type Clock, wallTimeMs } from "../../runtime/base/clock.ts";
import { currentTracer, type OpenSpan, type ToldSpan } from "../../runtime/base/tracing.ts";
import type { Bus } from "../../runtime/bus/bus.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { publishEvent } from "../../runtime/protocol/event-json.ts";
import type { WorkerEvents } from "../../runtime/protocol/events.ts";

export interface TaskSpansOptions {
  readonly id: string;
  readonly cluster: string;
  readonly bus: Bus;
  readonly clock: Clock;
}

/** A task of a traced submission that runs. */
type Open =
  | { readonly kind: "own"; readonly span: OpenSpan }
  /** This thread does not trace: whoever submitted is told, and makes the span. */
  | { readonly kind: "told"; readonly layer: string; readonly parent: string; readonly startMs: number };

/** Spans of the tasks that run for clients that trace. */
export class TaskSpans {
  private readonly options: TaskSpansOptions;
  private readonly open = new Map<number, Open>();
  private ended: ToldSpan[] = [];

  constructor(options: TaskSpansOptions) {
    this.options = options;
  }

  /** Runs a task within a span of its own, if the layer belongs to a traced submission. */
  run(row: number, layer: string, parent: string | undefined, work: () => unknown): unknown {
    if (parent === undefined) return work();
    const span = currentTracer()?.start("shoal.task", this.attributes(layer), parent);
    if (span !== undefined) {
      this.open.set(row, { kind: "own", span });
      return span.run(work);
    }
    this.open.set(row, { kind: "told", layer, parent, startMs: this.options.clock.now() });
    return work();
  }

  end(row: number, error?: unknown): void {
    if (this.open.size === 0) return;
    const one = this.open.get(row);
    if (one === undefined) return;
    this.open.delete(row);
    if (one.kind === "own") return one.span.end(error);
    const now = this.options.clock.now();
    const toWallMs = wallTimeMs() - now;
    const problem = error === undefined ? {} : { error: error instanceof Error ? error.message : String(error) };
    this.ended.push({
      name: "shoal.task",
      attributes: this.attributes(one.layer),
      parent: one.parent,
      startMs: one.startMs + toWallMs,
      endMs: now + toWallMs,
      ...problem,
    });
  }

  /** Those that ended since the last time are told, together. */
  tell(): void {
    if (this.ended.length === 0) return;
    const { bus, cluster, id } = this.options;
    const events: WorkerEvents = { type: "worker", worker: id, spans: this.ended };
    this.ended = [];
    publishEvent(bus, clusterSubjects(cluster).events("worker", id), events);
  }

  private attributes(layer: string): Readonly<Record<string, string>> {
    return { "shoal.layer": layer, "shoal.worker": this.options.id };
  }
}
