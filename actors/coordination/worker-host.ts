import type { Actor, ActorContext, ActorSpec, Envelope, Question } from "../../runtime/actor/actor.ts";
import { uniqueToken } from "../../runtime/base/random.ts";
import type { Bus, Subscription } from "../../runtime/bus/bus.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { errorToWire } from "../../runtime/wire/error-wire.ts";
import { importModule, loadFunction } from "../../runtime/wire/function-loader.ts";
import type { FunctionSpec } from "../../runtime/wire/function-spec.ts";
import { dropUploaded } from "../../runtime/wire/uploaded-modules.ts";
import { decodeValueSoon, encodeValue, flattenValue, unflattenValue } from "../../runtime/wire/value.ts";
import { ActorCalls, snapshotOf } from "./actor-calls.ts";
import type { CallState } from "./calls-heard.ts";
import { takeDirectCall } from "./direct-call.ts";
import type { PackedPlugin, PluginBoard } from "./plugin-board.ts";
import { userActor } from "./user-actor.ts";

/** A function or class with its arguments, as it travels. */
export interface Recipe {
  readonly fn: FunctionSpec;
  readonly args: readonly unknown[];
}

export type HostRequest =
  | { readonly op: "create"; readonly id: string; readonly recipe: Uint8Array }
  | { readonly op: "restore"; readonly id: string; readonly recipe: Uint8Array; readonly snapshot: Uint8Array }
  | { readonly op: "run"; readonly recipe: Uint8Array }
  /** `plugin` is an encoded {@link PackedPlugin}. */
  | { readonly op: "plug"; readonly name: string; readonly plugin: Uint8Array }
  | { readonly op: "unplug"; readonly name: string }
  /** What became of calls of one line to an actor: a list of {@link CallState}. */
  | { readonly op: "heard"; readonly id: string; readonly line: string; readonly numbers: readonly number[] }
  | { readonly op: "stop"; readonly id: string };

/** What whoever had an actor made learns of it. */
export interface CreatedActor {
  /** Its state, if its class says what that is. */
  readonly snapshot: Uint8Array | undefined;
  /** Whether small calls may go to its own thread; else there is nobody at that address. */
  readonly isDirect: boolean;
  /** Which life of its worker has it; undefined beside a scheduler. */
  readonly life: number | undefined;
}

export interface WorkerHostOptions {
  readonly cluster: string;
  /** The worker's name. */
  readonly id: string;
  /** Of the worker; a scheduler's host has none. */
  readonly incarnation?: number;
  readonly functions: "any" | "named";
  /** Where plugins of whoever it stands beside are put in force. */
  readonly plugins?: PluginBoard;
  /** Connects this thread itself to where calls come from, so that they need not pass through another thread. */
  readonly openDirect?: () => Promise<Bus>;
  /** Told what does not work though all goes on. */
  readonly warn?: (text: string) => void;
}

/** The host beside the scheduler, for functions that are to run there. */
export const SCHEDULER_HOST = "scheduler";

/** Beside a worker: runs functions outside of any task, and hosts actors of users' classes. */
export function workerHost(options: WorkerHostOptions): ActorSpec {
  return {
    address: clusterSubjects(options.cluster).workerHost(options.id),
    make: (context) => new WorkerHost(options, context),
  };
}

interface HostedActor {
  readonly actor: { stop(): void };
  readonly calls: ActorCalls;
  /** Its calls over this thread's own connection. */
  readonly direct: Subscription | undefined;
  readonly id: string;
}

/** To itself: no call of an actor that has ended is on its way any more. */
interface EndsListening {
  readonly op: "endListening";
  readonly hosted: HostedActor;
}

type Work = Exclude<HostRequest, { op: "stop" | "heard" }>;

type Constructible = (new (...args: unknown[]) => object) & { restore?(state: unknown): object | Promise<object> };

class WorkerHost implements Actor {
  private readonly options: WorkerHostOptions;
  private readonly context: ActorContext;
  private readonly actors = new Map<string, HostedActor>();
  /** Actors that end, and what is told once they have. */
  private readonly ending = new Map<string, Promise<void>>();
  /** Actors that have ended and still say so. */
  private readonly ended = new Map<string, HostedActor>();
  private direct: Promise<Bus | undefined> | undefined;

  constructor(options: WorkerHostOptions, context: ActorContext) {
    this.options = options;
    this.context = context;
  }

  receive(batch: readonly Envelope[]): void {
    for (const { message, question } of batch) {
      const request = message as HostRequest | EndsListening;
      if (request.op === "endListening") this.endListening(request.hosted);
      else if (request.op === "heard") question?.answer(this.statesOf(request));
      else if (request.op === "stop") void this.end(request.id).then(() => question?.answer({ value: NOTHING }));
      else if (question !== undefined) this.start(request, question);
    }
  }

  stopped(): void {
    for (const { calls } of this.actors.values()) calls.stop();
    void this.direct?.then((bus) => bus?.close());
    this.options.plugins?.close();
    dropUploaded();
  }

  private statesOf({ id, line, numbers }: HostRequest & { op: "heard" }): CallState[] {
    return this.actors.get(id)?.calls.statesOf(line, numbers) ?? numbers.map(() => "unheard");
  }

  private start(request: Work, question: Question): void {
    this.workOf(request).then(
      (value) => question.answer({ value }),
      // Whoever restores an actor sees by the failure that it is lost.
      (error) => (request.op === "restore" ? question.fail(error) : question.answer({ error: errorToWire(error) })),
    );
  }

  private workOf(request: Work): Promise<Uint8Array> {
    switch (request.op) {
      case "run":
        return this.run(request.recipe);
      case "plug":
        return this.plug(request.name, request.plugin);
      case "unplug":
        return (this.options.plugins?.unplug(request.name) ?? Promise.resolve()).then(() => NOTHING);
      default:
        return this.host(request);
    }
  }

  private async plug(name: string, bytes: Uint8Array): Promise<Uint8Array> {
    const packed = (await decodeValueSoon(unflattenValue(bytes), importModule)) as PackedPlugin;
    await this.options.plugins?.plug(name, await this.unpack(packed));
    return NOTHING;
  }

  private async unpack(packed: PackedPlugin): Promise<object> {
    if (packed.kind === "class") {
      const made = (await loadFunction(packed.made, this.options)) as unknown as Constructible;
      return new made(...packed.args);
    }
    const plugin: Record<string, unknown> = { ...packed.fields };
    for (const [hook, spec] of Object.entries(packed.functions)) plugin[hook] = await loadFunction(spec, this.options);
    return plugin;
  }

  private async run(bytes: Uint8Array): Promise<Uint8Array> {
    const { fn, args } = await this.load(bytes);
    return flattenValue(encodeValue(await (fn as (...args: readonly unknown[]) => unknown)(...args), COPY));
  }

  private async host(request: HostRequest & { op: "create" | "restore" }): Promise<Uint8Array> {
    const { id } = request;
    const { fn, args } = await this.load(request.recipe);
    const made = fn as unknown as Constructible;
    const instance =
      request.op === "create"
        ? new made(...args)
        : await (made.restore as (state: unknown) => object)(
            await decodeValueSoon(unflattenValue(request.snapshot), importModule),
          );
    const isRestorable =
      typeof made.restore === "function" && typeof (instance as { snapshot?: unknown }).snapshot === "function";
    const tell = (bytes: Uint8Array): void => this.tellSnapshot(id, bytes);
    const calls = new ActorCalls(id, instance, isRestorable ? tell : undefined);
    const subjects = clusterSubjects(this.options.cluster);
    // Made again where a former life of it still is: that gives way.
    await this.end(id);
    const ended = this.ended.get(id);
    if (ended !== undefined) this.endListening(ended);
    const actor = this.context.spawn(userActor(subjects.userActor(id), calls));
    // A snapshot is told before the answer only where both go the same way.
    const bus = isRestorable ? undefined : await this.directly();
    const direct = bus?.subscribe(subjects.userActorDirect(id), (message) =>
      takeDirectCall(message, (call, question) => calls.take(call, question)),
    );
    this.actors.set(id, { id, actor, calls, direct });
    const snapshot = isRestorable ? snapshotOf(instance) : undefined;
    const created: CreatedActor = { snapshot, isDirect: direct !== undefined, life: this.options.incarnation };
    return flattenValue(encodeValue(created, COPY));
  }

  /** This thread's own connection; opened with the first actor that can use it, and kept. */
  private directly(): Promise<Bus | undefined> {
    const { openDirect, warn } = this.options;
    if (openDirect === undefined) return NO_BUS;
    this.direct ??= openDirect().then(
      (bus) => this.watched(bus),
      (error: unknown) => {
        this.direct = undefined;
        warn?.(`Calls of actors go by the worker's main thread, as its own connection failed: ${String(error)}`);
        return undefined;
      },
    );
    return this.direct;
  }

  /** A connection that has ended for good is opened anew with the next actor; the main thread has the calls of those that used it. */
  private watched(bus: Bus): Bus {
    bus.onStatus(({ kind }) => {
      if (kind === "closed") this.direct = undefined;
    });
    return bus;
  }

  /** Told by the scheduler, and asked by whoever ends it: both wait for the same. */
  private end(id: string): Promise<void> {
    const hosted = this.actors.get(id);
    if (hosted === undefined) return this.ending.get(id) ?? Promise.resolve();
    this.actors.delete(id);
    const ended = this.endHosted(hosted).finally(() => this.ending.delete(id));
    this.ending.set(id, ended);
    return ended;
  }

  private async endHosted(hosted: HostedActor): Promise<void> {
    // What was called before has come to this thread once a flush has.
    await (await this.direct)?.flush().catch(() => {});
    hosted.calls.stop();
    // Calls that are still on their way here are told; a subscription that has ended would say nothing.
    this.ended.set(hosted.id, hosted);
    this.context.after(LISTENS_ON_MS, { op: "endListening", hosted } satisfies EndsListening);
  }

  private endListening(hosted: HostedActor): void {
    if (this.ended.get(hosted.id) !== hosted) return;
    this.ended.delete(hosted.id);
    hosted.actor.stop();
    hosted.direct?.unsubscribe();
  }

  private tellSnapshot(id: string, bytes: Uint8Array): void {
    const { cluster, id: worker } = this.options;
    const request = { op: "actorSnapshot", id, bytes, worker, ticket: uniqueToken(), holder: `worker@${worker}` };
    this.context
      .ask(clusterSubjects(cluster).coordination, request, { timeoutMs: SNAPSHOT_TIMEOUT_MS, form: "frame" })
      // One that did not arrive is followed by the next.
      .catch(() => {});
  }

  private async load(bytes: Uint8Array): Promise<{ fn: (...args: never[]) => unknown; args: readonly unknown[] }> {
    const { fn, args } = (await decodeValueSoon(unflattenValue(bytes), importModule)) as Recipe;
    return { fn: await loadFunction(fn, this.options), args };
  }
}

const LISTENS_ON_MS = 5000;
const NOTHING = new Uint8Array(0);
const NO_BUS = Promise.resolve(undefined);
const COPY = { shareMemory: false } as const;
const SNAPSHOT_TIMEOUT_MS = 10_000;
