import type { ClientSession, HandleLease, SubmitOptions } from "../../actors/client/client-session.ts";
import { gather } from "../../actors/client/gather.ts";
import type { SubmissionRecord } from "../../actors/client/submission-record.ts";
import type { ActorSystem } from "../../runtime/actor/system.ts";
import { holdProcess } from "../../runtime/base/clock.ts";
import { CancelledError, TimeoutError } from "../../runtime/base/errors.ts";
import { onAbort } from "../../runtime/base/on-abort.ts";
import { parseDurationMs } from "../../runtime/base/units.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { scopedAnnotations } from "../../runtime/graph/annotation-scope.ts";
import { checkHints } from "../../runtime/graph/check-annotations.ts";
import type { ComputeOptions, Executor, SpanTime } from "../../runtime/graph/executor.ts";
import { type Graph, graphOf, type Want, wantCount } from "../../runtime/graph/graph.ts";
import type { TaskKey } from "../../runtime/graph/key.ts";
import { type HeldLayer, type Layer, taskCount } from "../../runtime/graph/layer.ts";
import { optimizeGraph } from "../../runtime/graph/optimize.ts";
import { tellCallbacks } from "../core/callback.ts";
import { heldNames, nameParts } from "./held-names.ts";

const ASK_TIMEOUT_MS = 10_000;

/** Runs graphs on the cluster of a client session. */
export class SessionExecutor implements Executor {
  readonly session: ClientSession;
  private readonly system: ActorSystem;
  private readonly leases = new FinalizationRegistry<{ first: number; count: number }>((range) =>
    this.session.release(range.first, range.count),
  );

  /** @param system by which the cluster's actors are asked */
  constructor(session: ClientSession, system: ActorSystem) {
    this.session = session;
    this.system = system;
  }

  async compute(wants: readonly Want[], options: ComputeOptions = {}): Promise<unknown[][]> {
    const limit = limitOf(this.session, options);
    try {
      limit.signal?.throwIfAborted();
      tellCallbacks(
        "start",
        wants.reduce((sum, want) => sum + wantCount(want), 0),
      );
      const values = await this.valuesOf(wants, options, limit.signal).catch((error: unknown) => {
        tellCallbacks("finish", error);
        throw error;
      });
      tellCallbacks("finish");
      return values;
    } finally {
      limit.done();
    }
  }

  private async valuesOf(
    wants: readonly Want[],
    options: ComputeOptions,
    signal: AbortSignal | undefined,
  ): Promise<unknown[][]> {
    const record = this.submit(wants, options);
    try {
      await limited(record.whenAll(), signal);
      const handles = Array.from({ length: record.count }, (_, i) => record.first + i);
      const values = await gather(this.session, handles, signal === undefined ? {} : { signal });
      return cut(values, wants);
    } finally {
      this.session.release(record.first, record.count);
    }
  }

  persist(wants: readonly Want[], options: ComputeOptions = {}): HeldLayer[] {
    const record = this.submit(wants, options);
    const parts = new Map<Layer, HeldLayer>();
    let first = record.first;
    return wants.map((want) => {
      const { layer, indices } = want;
      const count = wantCount(want);
      const held =
        indices === null ? this.held(layer.name, layer.grid, new Uint32Array(count)) : this.heldPart(want, parts);
      const { handles } = held.lease as HandleLease;
      for (let i = 0; i < count; i++) handles[indices === null ? i : (indices[i] as number)] = first + i;
      this.leases.register(held.lease as HandleLease, { first, count });
      first += count;
      return held;
    });
  }

  async spanTimes(): Promise<readonly SpanTime[]> {
    const { scheduler } = clusterSubjects(this.session.options.cluster);
    const letGo = holdProcess();
    try {
      const answer = await this.system.ask(scheduler, { type: "spans" }, { timeoutMs: ASK_TIMEOUT_MS });
      return (answer as { spans: SpanTime[] }).spans;
    } finally {
      letGo();
    }
  }

  /** A layer that stands for handles; 0 where a block is not held. */
  held(name: string, grid: readonly number[], handles: Uint32Array, keeper?: unknown): HeldLayer {
    const lease: HandleLease = { session: this.session, handles, keeper };
    return { kind: "held", name, grid, keys: undefined, lease };
  }

  /** The one held layer for all parts of a layer; blocks that are not held have no handle. */
  private heldPart(want: Want, parts: Map<Layer, HeldLayer>): HeldLayer {
    const known = parts.get(want.layer);
    if (known !== undefined) {
      nameParts(want, known.keys as TaskKey[]);
      return known;
    }
    const { name, keys } = heldNames(want);
    const { grid } = want.layer;
    const held = { ...this.held(name, grid, new Uint32Array(taskCount(want.layer))), keys };
    parts.set(want.layer, held);
    return held;
  }

  submit(wants: readonly Want[], options: ComputeOptions): SubmissionRecord {
    const submitOptions: SubmitOptions = { priority: options.priority ?? 0, retries: options.retries ?? 0 };
    checkHints(submitOptions, "a computation");
    const graph = graphOf(wants);
    const planned = options.optimize === false ? graph : optimizeGraph(graph);
    return this.session.submit(tagged(planned, scopedAnnotations()?.span), submitOptions);
  }
}

/** Work that has no tags of its own has those of where it is computed. */
function tagged({ layers, wants }: Graph, span: string | undefined): Graph {
  if (span === undefined) return { layers, wants };
  const tag = (layer: Layer): Layer =>
    layer.kind === "held" || layer.annotations?.span !== undefined
      ? layer
      : { ...layer, annotations: { ...layer.annotations, span } };
  return { layers: layers.map(tag), wants };
}

function cut(values: readonly unknown[], wants: readonly Want[]): unknown[][] {
  let at = 0;
  return wants.map((want) => {
    const from = at;
    at += wantCount(want);
    return values.slice(from, at);
  });
}

/** One signal for the caller's own and the time that was given; while it is awaited the process stays alive. */
export function limitOf(
  session: ClientSession,
  options: { signal?: AbortSignal; timeout?: number | string },
): { signal: AbortSignal | undefined; done: () => void } {
  const letGo = holdProcess();
  if (options.timeout === undefined) return { signal: options.signal, done: letGo };
  const timeoutMs = parseDurationMs(options.timeout);
  const controller = new AbortController();
  const { clock } = session.options;
  const timer = clock.setTimer(timeoutMs, () =>
    controller.abort(new TimeoutError(`The work was not done within ${timeoutMs} ms`, { timeoutMs })),
  );
  const { signal } = options;
  if (signal?.aborted) controller.abort(signal.reason);
  const stay =
    signal === undefined || signal.aborted ? undefined : onAbort(signal, () => controller.abort(signal.reason));
  return {
    signal: controller.signal,
    done: () => {
      letGo();
      clock.clearTimer(timer);
      stay?.();
    },
  };
}

/** A promise that gives up when a signal is aborted. */
export function limited<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      // Nobody looks at it any more: its own failure is no one's to handle.
      promise.catch(() => {});
      return reject(reasonOf(signal));
    }
    promise.then(resolve, reject).finally(onAbort(signal, () => reject(reasonOf(signal))));
    return undefined;
  });
}

function reasonOf(signal: AbortSignal): unknown {
  return signal.reason instanceof DOMException
    ? new CancelledError("The work was cancelled by its signal")
    : signal.reason;
}
