/** A piece of work that is being traced. */
export interface OpenSpan {
  /** Names it for those who go on elsewhere: a W3C `traceparent`. */
  readonly context: string;
  /** Runs work with it as the current span, so that spans made within are its children. */
  run<T>(work: () => T): T;
  end(error?: unknown): void;
}

/** A piece of work that is over, and ran where nobody traces. */
export interface ToldSpan {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** The `traceparent` of the span it belongs to. */
  readonly parent: string;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  readonly endMs: number;
  /** What it failed with. */
  readonly error?: string;
}

/** Where spans go. Only who traces pays: without one nothing is made or sent. */
export interface Tracer {
  /** @param parent the `traceparent` of the span it belongs to; default: the current span of this thread */
  start(name: string, attributes: Readonly<Record<string, string | number>>, parent?: string): OpenSpan;
  /** Takes in what was done elsewhere. */
  record?(span: ToldSpan): void;
}

let installed: Tracer | undefined;

/** Sets this thread's tracer; undefined takes it away. */
export function setTracer(tracer: Tracer | undefined): void {
  installed = tracer;
}

export const currentTracer = (): Tracer | undefined => installed;
