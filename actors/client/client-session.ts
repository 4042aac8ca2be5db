import type { Clock } from "../../runtime/base/clock.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import type { Bus } from "../../runtime/bus/bus.ts";
import { type Graph, wantCount } from "../../runtime/graph/graph.ts";
import type {
  ClientShare,
  FromClient,
  InMemoryMessage,
  SubmitMessage,
  ToClient,
  WorkerSummary,
} from "../../runtime/protocol/client-scheduler.ts";
import { EncodedItem, itemAt } from "../../runtime/protocol/value-column.ts";
import { ChunkFault } from "../chunk/chunk-fault.ts";
import type { Windows } from "../chunk/windows.ts";
import { clientError } from "./client-error.ts";
import { cutRuns, HandleRunsBuilder, handleParts } from "./handle-runs.ts";
import { handlesOf, heldHandles } from "./held-handles.ts";
import { layersToWire, refuseCycles } from "./layers-to-wire.ts";
import { RecordList } from "./record-list.ts";
import { decodedSmall } from "./small-value.ts";
import { STANDING, type SubmissionRecord } from "./submission-record.ts";
import { sendTraced } from "./traced-submission.ts";
import { Wishes } from "./wishes.ts";

export interface ClientSessionOptions {
  readonly cluster: string;
  readonly id: string;
  readonly version: string;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly heartbeatMs: number;
  readonly functions: "any" | "named";
  readonly share?: ClientShare | undefined;
  /** Memory shared with other processes of this host, if there is any. */
  readonly windows?: Windows | undefined;
}

/** What the client's actor does for its session. */
export interface SessionLink {
  tell(message: FromClient): void;
  beginAnew(): void;
  now(): number;
}

export interface SubmitOptions {
  readonly priority: number;
  readonly retries: number;
}

/** The lease of a held layer: which handles its blocks are, and whose. */
export interface HandleLease {
  readonly session: ClientSession;
  readonly handles: Uint32Array;
  /** Whoever releases the handles when it is collected: kept alive as long as the layer is. */
  readonly keeper?: unknown;
}

/**
 * What a client wants and what became of it. Handles are counted up; each stands for one wanted task until it is released.
 * The session outlives broken links: it says hello again with all it holds, and the scheduler tells how things stand.
 */
export class ClientSession {
  readonly options: ClientSessionOptions;
  workers: readonly WorkerSummary[] = [];
  private link: SessionLink | undefined;
  private phase: {
    readonly state: "new" | "greeting" | "open" | "closed";
    readonly hello: number;
    readonly sinceMs: number;
  };
  private nextHandle = 1;
  private nextRequest = 1;
  private readonly records = new RecordList();
  /** Submissions the scheduler has not acknowledged: said again after a broken link. */
  private readonly unacknowledged = new Map<
    number,
    { message: FromClient & { request: number }; record: SubmissionRecord }
  >();
  private readonly wishes = new Wishes();
  private readonly released: number[] = [];
  private readonly settledListeners = new Map<number, Set<() => void>>();
  private readonly openWaiters: { resolve: () => void; reject: (error: Error) => void }[] = [];
  private readonly workersListeners = new Set<() => void>();
  epoch = 0;

  constructor(options: ClientSessionOptions) {
    this.options = options;
    this.phase = { state: "new", hello: 0, sinceMs: 0 };
  }

  attach(link: SessionLink): void {
    this.link = link;
    this.greet();
  }

  /** Settles when the scheduler has answered. @throws ShoalError NO_SCHEDULER | VERSION | CLOSED */
  async whenOpen(): Promise<void> {
    this.refuseIfClosed();
    if (this.phase.state === "open") return;
    await new Promise<void>((resolve, reject) => this.openWaiters.push({ resolve, reject }));
  }

  /**
   * Submits a graph: one message. What reads a future whose own submission was not taken fails with the same reason.
   * @returns the record of the wanted tasks, in the order of the wants
   * @throws ShoalError NOT_PORTABLE | CYCLE | CLOSED before anything is sent
   */
  submit(graph: Graph, options: SubmitOptions): SubmissionRecord {
    this.refuseIfClosed();
    const count = graph.wants.reduce((sum, want) => sum + wantCount(want), 0);
    const first = this.nextHandle;
    let handleBase = first;
    const position = new Map(graph.layers.map((layer, at) => [layer.name, at]));
    refuseCycles(graph);
    const refusal = this.records.refusalOf(heldHandles(graph, this));
    if (refusal !== undefined) return this.refuse(count, refusal);
    const layers = layersToWire(graph, {
      ...this.options,
      carries: this.options.bus.carries,
      handlesOf: (layer) => handlesOf(layer, this),
    });
    const wants = graph.wants.map((want) => {
      const wire = { layer: position.get(want.layer.name) as number, indices: want.indices, handleBase };
      handleBase += wantCount(want);
      return wire;
    });
    const message: SubmitMessage = { type: "submit", request: this.nextRequest++, layers, wants, ...options };
    return sendTraced(message, count, this.options, (traced, wanted) => this.send(traced, wanted));
  }

  /** Announces data that lies parked on workers. */
  scattered(
    keys: readonly string[],
    bytes: Float64Array,
    workers: readonly string[],
    firstHandle: number,
  ): SubmissionRecord {
    const handles = Uint32Array.from(keys, (_, i) => firstHandle + i);
    return this.send({ type: "scattered", request: this.nextRequest++, handles, keys, bytes, workers }, keys.length);
  }

  /** The handle the next submission will begin with: tickets of scattered data are named by it. */
  reserve(count: number): number {
    const first = this.nextHandle;
    this.nextHandle += count;
    return first;
  }

  record(handle: number): SubmissionRecord {
    const record = this.findRecord(handle);
    if (record !== undefined) return record;
    throw new ShoalError(`Future ${handle} was released`, { code: "CANCELLED" });
  }

  findRecord(handle: number): SubmissionRecord | undefined {
    return this.records.find(handle);
  }

  /** Handles of work that cannot be submitted: they have failed with the reason. */
  refuse(count: number, error: Error): SubmissionRecord {
    const record = this.records.add(this.reserve(count), count);
    for (let handle = record.first; handle < record.first + count; handle++) record.setError(handle, error);
    this.records.refuse(record, error);
    return record;
  }

  /** Calls once, soon after a handle is no longer pending (or at once if it is not). */
  onSettled(handle: number, listener: () => void): () => void {
    const record = this.findRecord(handle);
    if (record === undefined || record.standingOf(handle) !== STANDING.pending) {
      queueMicrotask(listener);
      return () => {};
    }
    let listeners = this.settledListeners.get(handle);
    if (listeners === undefined) this.settledListeners.set(handle, (listeners = new Set()));
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Lets go of handles; the scheduler hears it soon, many at once. */
  release(first: number, count: number): void {
    if (this.phase.state === "closed") return;
    let record: SubmissionRecord | undefined;
    for (let handle = first; handle < first + count; handle++) {
      if (record === undefined || handle >= record.first + record.count) record = this.findRecord(handle);
      if (record?.release(handle) !== true) continue;
      // Whoever waits for it learns that it is gone.
      this.tellSettled(handle);
      if (record.left === 0) this.records.remove(record);
      if (this.released.length === 0) queueMicrotask(() => this.flushReleases());
      this.released.push(handle);
    }
  }

  /** Lets go of everything: what is under way for nobody else is cancelled. */
  releaseAll(): void {
    for (const handle of [...this.records.handles((one) => one !== STANDING.released)]) this.release(handle, 1);
  }

  /** Submissions of which a handle is held, and handles somebody waits for. */
  get counts(): { submissions: number; waits: number } {
    return { submissions: this.records.size, waits: this.settledListeners.size };
  }

  cancel(handles: readonly number[], reason: string): void {
    for (const handle of handles)
      if (this.findRecord(handle)?.standingOf(handle) === STANDING.pending) this.wishes.cancel(handle, reason);
    if (this.phase.state === "open")
      for (const part of handleParts(handles)) this.link?.tell({ type: "cancel", handles: part, reason });
  }

  /** Tries again what failed; of what was never taken there is nothing to try again. */
  retry(handles: readonly number[]): void {
    const tried = handles.filter((handle) => {
      const record = this.findRecord(handle);
      return record !== undefined && record.refusal === undefined;
    });
    for (const handle of tried) {
      this.findRecord(handle)?.setPending(handle);
      this.wishes.retry(handle);
    }
    if (this.phase.state === "open" && tried.length > 0)
      for (const part of handleParts(tried)) this.link?.tell({ type: "retry", handles: part });
  }

  /** Says goodbye; whatever is still waited for fails. */
  close(): void {
    if (this.phase.state === "open") this.link?.tell({ type: "goodbye" });
    this.end(new ShoalError("The client is closed", { code: "CLOSED" }));
  }

  /** News from the scheduler. @param hasGap something before it was lost */
  take(message: ToClient, hasGap: boolean): void {
    if (this.phase.state === "closed") return;
    if (message.type === "clientWelcome") {
      if (message.hello === this.phase.hello) this.welcomed(message);
      // A hello of before came late and passed for a new beginning: what was said since the last one is not heard.
      else if (this.phase.state === "open") this.greet();
      return;
    }
    if ((hasGap || message.type === "resync") && this.phase.state === "open") return this.greet();
    // Until the welcome, what arrives speaks of what is about to be said anew.
    if (this.phase.state !== "open") return;
    switch (message.type) {
      case "workers":
        this.workers = message.workers;
        for (const listener of [...this.workersListeners]) listener();
        return;
      case "accepted":
        this.unacknowledged.delete(message.request);
        return;
      case "declined":
        return this.declined(message.request, message.error);
      case "inMemory":
        return this.inMemory(message);
      case "erred":
        message.handles.forEach((handle, i) => {
          this.erred(handle, clientError(message.errors[message.errorOf[i] as number]));
        });
        return;
      case "lost":
        for (const handle of message.handles) this.findRecord(handle)?.setPending(handle);
        return;
    }
  }

  tick(): void {
    const { heartbeatMs } = this.options;
    if (this.phase.state === "open") this.link?.tell({ type: "clientHeartbeat" });
    else if (this.phase.state === "greeting" && (this.link as SessionLink).now() - this.phase.sinceMs >= heartbeatMs)
      this.greet();
  }

  /** A message could not leave: too large for the bus, or the bus is closed. */
  undelivered(messages: readonly unknown[], error: unknown): void {
    const failure = error instanceof Error ? error : new ShoalError(String(error), { code: "CONNECT" });
    for (const message of messages as FromClient[])
      if (message.type === "submit") this.declined(message.request, undefined, failure);
  }

  onWorkers(listener: () => void): () => void {
    this.workersListeners.add(listener);
    return () => this.workersListeners.delete(listener);
  }

  /** Ends the session: nothing is said any more, everything waited for fails with this. */
  end(error: Error): void {
    if (this.phase.state === "closed") return;
    this.phase = { ...this.phase, state: "closed" };
    for (const waiter of this.openWaiters.splice(0)) waiter.reject(error);
    for (const handle of this.records.handles((standing) => standing === STANDING.pending)) this.erred(handle, error);
  }

  get isClosed(): boolean {
    return this.phase.state === "closed";
  }

  get isOpen(): boolean {
    return this.phase.state === "open";
  }

  private send(message: FromClient & { request: number }, count: number): SubmissionRecord {
    const reserved = message.type === "scattered";
    const record = this.records.add(reserved ? (message.handles[0] as number) : this.reserve(count), count);
    this.unacknowledged.set(message.request, { message, record });
    if (this.phase.state === "open") this.link?.tell(message);
    return record;
  }

  private greet(): void {
    const link = this.link as SessionLink;
    this.phase = { state: "greeting", hello: this.phase.hello + 1, sinceMs: link.now() };
    link.beginAnew();
    const { version, share } = this.options;
    link.tell({ type: "hello", hello: this.phase.hello, version, share });
  }

  private welcomed(message: ToClient & { type: "clientWelcome" }): void {
    this.phase = { ...this.phase, state: "open" };
    this.epoch = message.epoch;
    this.workers = message.workers;
    const link = this.link as SessionLink;
    for (const { message: submission } of this.unacknowledged.values()) link.tell(submission);
    // Before it asks how things stand, or what it had tried again would look failed.
    for (const message of this.wishes.said()) link.tell(message);
    // What was submitted and let go of before anyone listened is let go of now.
    if (this.phase.hello > 1 || this.unacknowledged.size > 0) link.tell({ type: "resume", handles: this.heldRuns() });
    for (const waiter of this.openWaiters.splice(0)) waiter.resolve();
    for (const listener of [...this.workersListeners]) listener();
  }

  private heldRuns(): Uint32Array {
    const runs = new HandleRunsBuilder();
    const isKnown = (standing: number, { refusal }: SubmissionRecord): boolean =>
      standing !== STANDING.released && refusal === undefined;
    for (const handle of this.records.handles(isKnown)) runs.add(handle);
    return runs.finish();
  }

  private flushReleases(): void {
    const runs = new HandleRunsBuilder();
    for (const handle of this.released.splice(0).sort((a, b) => a - b)) runs.add(handle);
    if (this.phase.state !== "open") return;
    for (const part of cutRuns(runs.finish())) this.link?.tell({ type: "release", handles: part });
  }

  private declined(request: number, told: unknown, failure: Error = clientError(told)): void {
    const refused = this.unacknowledged.get(request);
    this.unacknowledged.delete(request);
    if (refused === undefined) return;
    const { record } = refused;
    for (let handle = record.first; handle < record.first + record.count; handle++) this.erred(handle, failure);
    this.records.refuse(record, failure);
  }

  private inMemory(message: InMemoryMessage): void {
    let nextResult = 0;
    for (let i = 0; i < message.handles.length; i++) {
      const handle = message.handles[i] as number;
      const hasResult = message.resultOf[nextResult] === i;
      const record = this.findRecord(handle);
      const result = hasResult ? itemAt(message.results, nextResult++) : undefined;
      if (record === undefined) continue;
      const holder = message.holders[message.holderOf[i] as number] as string;
      if (!hasResult) record.setHeld(handle, message.rows[i] as number, message.attempts[i] as number, holder);
      else if (!(result instanceof EncodedItem)) record.setValue(handle, result);
      else {
        const value = decodedSmall(result);
        if (value instanceof Promise)
          record.setHeld(handle, message.rows[i] as number, message.attempts[i] as number, holder);
        else if (value instanceof ChunkFault) record.setError(handle, value.error);
        else record.setValue(handle, value);
      }
      this.tellSettled(handle);
    }
  }

  private erred(handle: number, error: Error): void {
    this.findRecord(handle)?.setError(handle, error);
    this.tellSettled(handle);
  }

  private tellSettled(handle: number): void {
    this.wishes.settled(handle);
    const listeners = this.settledListeners.get(handle);
    if (listeners === undefined) return;
    this.settledListeners.delete(handle);
    for (const listener of listeners) listener();
  }

  private refuseIfClosed(): void {
    if (this.isClosed) throw new ShoalError("The client is closed; open another one", { code: "CLOSED" });
  }
}
