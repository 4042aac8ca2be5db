/** A piece of work that is being traced. */
export interface OpenSpan {
  /** Names it for those who go on elsewhere: a W3C `traceparent`. */
  readonly context: string;
  /** Runs work with it as the current span, so that spans made within are its children. */
  run<T>(work: () => T): T;
  end(error?: unknown): void;
}

/** Where spans go. Only who traces pays: without one nothing is made or sent. */
export interface Tracer {
  /** @param parent the `traceparent` of the span it belongs to; default: the current span of this thread */
  start(name: string, attributes: Readonly<Record<string, string | number>>, parent?: string): OpenSpan;
}

let installed: Tracer | undefined;

/** Sets this thread's tracer; undefined takes it away. */
export function setTracer(tracer: Tracer | undefined): void {
  installed = tracer;
}

export const currentTracer = (): Tracer | undefined => installed;
