import type { Actor, ActorContext, ActorSpec, Envelope, Question } from "../../runtime/actor/actor.ts";
import { uniqueToken } from "../../runtime/base/random.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { errorToWire } from "../../runtime/wire/error-wire.ts";
import { importModule, loadFunction } from "../../runtime/wire/function-loader.ts";
import type { FunctionSpec } from "../../runtime/wire/function-spec.ts";
import { dropUploaded } from "../../runtime/wire/uploaded-modules.ts";
import { decodeValueSoon, encodeValue, flattenValue, unflattenValue } from "../../runtime/wire/value.ts";
import type { PackedPlugin, PluginBoard } from "./plugin-board.ts";
import { snapshotOf, userActor } from "./user-actor.ts";

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
  | { readonly op: "stop"; readonly id: string };

export interface WorkerHostOptions {
  readonly cluster: string;
  /** The worker's name. */
  readonly id: string;
  readonly functions: "any" | "named";
  /** Where plugins of whoever it stands beside are put in force. */
  readonly plugins?: PluginBoard;
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

type Constructible = (new (...args: unknown[]) => object) & { restore?(state: unknown): object | Promise<object> };

class WorkerHost implements Actor {
  private readonly options: WorkerHostOptions;
  private readonly context: ActorContext;
  private readonly actors = new Map<string, { stop(): void }>();

  constructor(options: WorkerHostOptions, context: ActorContext) {
    this.options = options;
    this.context = context;
  }

  receive(batch: readonly Envelope[]): void {
    for (const { message, question } of batch) {
      const request = message as HostRequest;
      if (request.op === "stop") {
        this.actors.get(request.id)?.stop();
        this.actors.delete(request.id);
        question?.answer({ value: NOTHING });
      } else if (question !== undefined) this.start(request, question);
    }
  }

  stopped(): void {
    this.options.plugins?.close();
    dropUploaded();
  }

  private start(request: Exclude<HostRequest, { op: "stop" }>, question: Question): void {
    this.workOf(request).then(
      (value) => question.answer({ value }),
      // Whoever restores an actor sees by the failure that it is lost.
      (error) => (request.op === "restore" ? question.fail(error) : question.answer({ error: errorToWire(error) })),
    );
  }

  private workOf(request: Exclude<HostRequest, { op: "stop" }>): Promise<Uint8Array> {
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
    const { cluster } = this.options;
    const onSnapshot = isRestorable ? tell : undefined;
    this.actors.set(id, this.context.spawn(userActor({ cluster, id, instance, onSnapshot })));
    return flattenValue(encodeValue(isRestorable ? snapshotOf(instance) : undefined, COPY));
  }

  private tellSnapshot(id: string, bytes: Uint8Array): void {
    const { cluster, id: worker } = this.options;
    const request = { op: "actorSnapshot", id, bytes, ticket: uniqueToken(), holder: `worker@${worker}` };
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

const NOTHING = new Uint8Array(0);
const COPY = { shareMemory: false } as const;
const SNAPSHOT_TIMEOUT_MS = 10_000;
