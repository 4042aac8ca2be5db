import type { Actor, ActorContext, ActorSpec, Envelope } from "../../runtime/actor/actor.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import type { FromClient, InMemoryMessage, SubmitMessage, ToClient } from "../../runtime/protocol/client-scheduler.ts";
import { itemAt } from "../../runtime/protocol/value-column.ts";

/** What a client knows of one future. */
export interface Standing {
  readonly layer: string;
  readonly index: number;
  readonly request: number;
  state: "pending" | "memory" | "erred";
  row: number;
  attempt: number;
  holder: string;
  /** The value that came along, if one did. */
  value: unknown;
  error: unknown;
}

export interface SimClientOptions {
  readonly cluster: string;
  readonly id: string;
  readonly version: string;
  readonly heartbeatMs: number;
  onBegin(client: SimClient): void;
}

/** A client that speaks the protocol and keeps book: no collections, no futures of the user's. */
export function clientActor(options: SimClientOptions): ActorSpec {
  return {
    address: clusterSubjects(options.cluster).client(options.id),
    make: (context) => new SimClient(options, context),
    supervision: { onCrash: "escalate" },
  };
}

export class SimClient implements Actor {
  readonly id: string;
  readonly handles = new Map<number, Standing>();
  /** Submissions that no answer has come to; sent again after a broken link. */
  readonly unanswered = new Map<number, SubmitMessage>();
  readonly declined: unknown[] = [];
  /** Futures that were lost with a former scheduler. */
  forgotten: Standing[] = [];
  private readonly options: SimClientOptions;
  private readonly context: ActorContext;
  private readonly scheduler: string;
  private hello = 0;
  private isJoined = false;
  private helloAtMs = 0;
  private nextHandle = 1;
  private requests = 0;

  constructor(options: SimClientOptions, context: ActorContext) {
    this.id = options.id;
    this.options = options;
    this.context = context;
    this.scheduler = clusterSubjects(options.cluster).scheduler;
    options.onBegin(this);
    context.after(0, { type: "tick" });
  }

  get isSettled(): boolean {
    if (!this.isJoined || this.unanswered.size > 0) return false;
    for (const { state } of this.handles.values()) if (state === "pending") return false;
    return true;
  }

  submit(
    message: Omit<SubmitMessage, "type" | "request" | "wants">,
    wants: readonly [string, number[]][],
    names: readonly string[],
  ): void {
    const request = ++this.requests;
    const wireWants = wants.map(([layer, indices]) => {
      const handleBase = this.nextHandle;
      this.nextHandle += indices.length;
      for (const [i, index] of indices.entries())
        this.handles.set(handleBase + i, {
          layer,
          index,
          request,
          state: "pending",
          row: -1,
          attempt: 0,
          holder: "",
          value: undefined,
          error: undefined,
        });
      return { layer: names.indexOf(layer), indices: Uint32Array.from(indices), handleBase };
    });
    const submission: SubmitMessage = { type: "submit", request, ...message, wants: wireWants };
    this.unanswered.set(request, submission);
    this.say(submission);
  }

  release(handles: readonly number[]): void {
    for (const handle of handles) this.handles.delete(handle);
    this.say({ type: "release", handles: runsOf(handles) });
  }

  cancel(handles: readonly number[]): void {
    this.say({ type: "cancel", handles: Uint32Array.from(handles), reason: "the simulation says so" });
  }

  retry(handles: readonly number[]): void {
    const erred = handles.filter((handle) => this.handles.get(handle)?.state === "erred");
    for (const handle of erred) (this.handles.get(handle) as Standing).state = "pending";
    if (erred.length > 0) this.say({ type: "retry", handles: Uint32Array.from(erred) });
    // What of it is lost on the way would wait for ever: the standing is asked for again.
    if (erred.length > 0) this.begin();
  }

  receive(batch: readonly Envelope[]): void {
    for (const { message, from, link } of batch) {
      const { type } = message as { type: string };
      if (type === "tick") this.tick();
      else if (from === this.scheduler) {
        if (link === "gap" && this.isJoined) this.begin();
        this.take(message as ToClient);
      }
    }
  }

  undelivered(): void {}

  /** A fresh session: what was not answered, and all that is held. */
  private begin(): void {
    this.hello += 1;
    this.isJoined = false;
    this.helloAtMs = this.context.now();
    this.context.beginAnew(this.scheduler);
    const tell = (message: FromClient): void => this.context.tell(this.scheduler, message);
    tell({ type: "hello", hello: this.hello, version: this.options.version });
    for (const submission of this.unanswered.values()) tell(submission);
    tell({ type: "resume", handles: runsOf([...this.handles.keys()]) });
  }

  private tick(): void {
    this.context.after(this.options.heartbeatMs, { type: "tick" });
    if (this.isJoined) this.say({ type: "clientHeartbeat" });
    else if (this.hello === 0 || this.context.now() - this.helloAtMs >= this.options.heartbeatMs) this.begin();
  }

  /** Before the welcome nothing is said: `begin` says it all. */
  private say(message: FromClient): void {
    if (this.isJoined) this.context.tell(this.scheduler, message);
  }

  private take(message: ToClient): void {
    if (message.type === "clientWelcome" && message.hello === this.hello) {
      this.isJoined = true;
      // What was said since the hello has not left.
      const late = [...this.unanswered.values()];
      for (const submission of late) this.context.tell(this.scheduler, submission);
      this.context.tell(this.scheduler, { type: "resume", handles: runsOf([...this.handles.keys()]) });
      return;
    }
    if ((message as { type: string }).type === "resync") {
      if (this.isJoined) this.begin();
      return;
    }
    if (this.isJoined) this.note(message);
  }

  private note(message: ToClient): void {
    switch (message.type) {
      case "accepted":
        this.unanswered.delete(message.request);
        return;
      case "declined":
        this.unanswered.delete(message.request);
        this.declined.push(message.error);
        return;
      case "inMemory":
        this.noteMemory(message);
        return;
      case "lost":
        for (const handle of message.handles) {
          const standing = this.handles.get(handle);
          if (standing !== undefined) standing.state = "pending";
        }
        return;
      case "erred":
        message.handles.forEach((handle, i) => {
          const standing = this.handles.get(handle);
          if (standing === undefined) return;
          standing.state = "erred";
          standing.error = message.errors[message.errorOf[i] as number];
        });
        return;
      default:
        return;
    }
  }

  private noteMemory(message: InMemoryMessage): void {
    let next = 0;
    message.handles.forEach((handle, i) => {
      const value = message.resultOf[next] === i ? itemAt(message.results, next++) : undefined;
      const standing = this.handles.get(handle);
      if (standing === undefined) return;
      standing.state = "memory";
      standing.row = message.rows[i] as number;
      standing.attempt = message.attempts[i] as number;
      standing.holder = message.holders[message.holderOf[i] as number] as string;
      standing.value = value;
    });
  }
}

function runsOf(handles: readonly number[]): Uint32Array {
  const runs: number[] = [];
  for (const handle of [...handles].sort((a, b) => a - b)) {
    if (runs.length > 0 && (runs.at(-2) as number) + (runs.at(-1) as number) === handle)
      runs[runs.length - 1] = (runs.at(-1) as number) + 1;
    else runs.push(handle, 1);
  }
  return Uint32Array.from(runs);
}
