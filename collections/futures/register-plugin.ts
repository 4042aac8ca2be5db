import type { PackedPlugin } from "../../actors/coordination/plugin-board.ts";
import { SCHEDULER_HOST } from "../../actors/coordination/worker-host.ts";
import type { SchedulerPlugin } from "../../actors/scheduler/scheduler-plugins.ts";
import type { WorkerPlugin } from "../../actors/worker/worker-plugins.ts";
import type { ShoalError } from "../../runtime/base/errors.ts";
import { plainToken } from "../../runtime/base/random.ts";
import type { WorkerSummary } from "../../runtime/protocol/client-scheduler.ts";
import { type AnyFunction, type FunctionSpec, liveFunction } from "../../runtime/wire/function-spec.ts";
import { makePortable } from "../../runtime/wire/portable.ts";
import { encodeValue, flattenValue } from "../../runtime/wire/value.ts";
import { askHost } from "./actor-handle.ts";
import type { ClientReach } from "./client-reach.ts";
import { knownWorkers } from "./known-workers.ts";

export type { PluggedScheduler, SchedulerPlugin } from "../../actors/scheduler/scheduler-plugins.ts";
export type { WorkerPlugin, WorkerTask } from "../../actors/worker/worker-plugins.ts";

/** A plugin that is in force. */
export interface PluginRegistration {
  readonly name: string;
  /** Workers that it was set up on; none for a scheduler's. */
  readonly workers: readonly string[];
  /** Takes it off: `teardown` runs on every worker that has it, and no further one is set up; of a scheduler's, `close` runs. */
  unregister(): Promise<void>;
}

const WORKER_HOOKS = ["setup", "teardown", "transition"] as const;
const SCHEDULER_HOOKS = [
  "start",
  "close",
  "updateGraph",
  "transition",
  "addWorker",
  "removeWorker",
  "addClient",
  "removeClient",
  "restart",
] as const;

/**
 * Sets a plugin up on all workers, and on those that come later as long as the client is open. Settles when all that are there are set up.
 * @param onFailure told of a later worker that could not be set up
 */
export async function registerPlugin(
  reach: ClientReach,
  given: GivenPlugin<WorkerPlugin>,
  onFailure: (worker: string, error: unknown) => void,
): Promise<PluginRegistration> {
  const { session } = reach.executor;
  const { name, bytes } = packPlugin(reach, given, WORKER_HOOKS);
  // One that wished to leave and was asked to stay is here again, and still set up; one that has its name from another is not.
  const done = new Map<string, number>();
  const isPresent = (worker: string): boolean => session.workers.some(({ id }) => id === worker);
  const setUp = async ({ id, incarnation }: WorkerSummary): Promise<void> => {
    done.set(id, incarnation);
    await askHost(reach, id, { op: "plug", name, plugin: bytes }, `plugin ${name}`);
  };
  const known = await knownWorkers(session);
  const stop = session.onWorkers(() => {
    for (const worker of session.workers)
      if (done.get(worker.id) !== worker.incarnation)
        setUp(worker).catch((error) => {
          if (isPresent(worker.id)) onFailure(worker.id, error);
        });
  });
  try {
    await Promise.all(known.map(setUp));
  } catch (error) {
    stop();
    throw error;
  }
  const present = (): string[] => [...done.keys()].filter(isPresent);
  return {
    name,
    get workers() {
      return present();
    },
    unregister: async () => {
      stop();
      await Promise.all(present().map((id) => unplug(reach, id, name)));
    },
  };
}

/** Of a worker that has died meanwhile nothing is left to undo; one that wished to leave and was asked to stay is here again. */
async function unplug(reach: ClientReach, worker: string, name: string): Promise<void> {
  try {
    await askHost(reach, worker, { op: "unplug", name }, `plugin ${name}`);
  } catch (error) {
    const { code, retryable } = error as ShoalError;
    const isPresent = reach.executor.session.workers.some(({ id }) => id === worker);
    if (!isPresent || code === "NO_RESPONDERS") return;
    if (code !== "ACTOR_FAILED" || !retryable) throw error;
    await unplug(reach, worker, name);
  }
}

/** Puts a plugin in force at the scheduler; it stays there when the client goes, and ends with that scheduler. */
export async function registerSchedulerPlugin(
  reach: ClientReach,
  given: GivenPlugin<SchedulerPlugin>,
): Promise<PluginRegistration> {
  const { name, bytes } = packPlugin(reach, given, SCHEDULER_HOOKS);
  await askHost(reach, SCHEDULER_HOST, { op: "plug", name, plugin: bytes }, `plugin ${name}`);
  return {
    name,
    workers: [],
    unregister: async () => {
      await askHost(reach, SCHEDULER_HOST, { op: "unplug", name }, `plugin ${name}`);
    },
  };
}

/** A plugin, or the class of one with arguments for its constructor. */
export interface GivenPlugin<Plugin> {
  readonly plugin: Plugin | (new (...args: never[]) => Plugin);
  readonly args: readonly unknown[];
}

/** A plugin as it travels. @throws TypeError for what has none of the hooks */
function packPlugin(
  reach: ClientReach,
  { plugin, args }: GivenPlugin<object>,
  hooks: readonly string[],
): { readonly name: string; readonly bytes: Uint8Array } {
  const { functions } = reach.executor.session.options;
  const portable = (value: unknown, name: string): FunctionSpec => {
    const { live: _, ...spec } = makePortable(liveFunction(value as AnyFunction, name), { functions });
    return spec as FunctionSpec;
  };
  const isClass = typeof plugin === "function";
  const members = membersOf(isClass ? (plugin as { prototype?: unknown }).prototype : plugin);
  // What the instances of a class have of their own is known where they are made.
  if (!isClass) checkHooks(members, hooks);
  else if (members.size === 0 && !/^class\b/.test(String(plugin))) checkHooks(members, hooks);
  const packed: PackedPlugin = isClass
    ? { kind: "class", made: portable(plugin, (plugin as AnyFunction).name), args }
    : { kind: "object", ...partsOf(members, portable) };
  return { name: nameOf(plugin), bytes: flattenValue(encodeValue(packed, { shareMemory: false })) };
}

function checkHooks(members: ReadonlyMap<string, unknown>, hooks: readonly string[]): void {
  if (!hooks.some((hook) => typeof members.get(hook) === "function"))
    throw new TypeError(`A plugin is an object with at least one of ${hooks.join(", ")}, or a class of such`);
  for (const hook of hooks)
    if (members.has(hook) && !["function", "undefined"].includes(typeof members.get(hook)))
      throw new TypeError(`A plugin's ${hook} is a function, not ${typeof members.get(hook)}`);
}

/** A class goes by its own name. */
function nameOf(plugin: object): string {
  const { name } = plugin as { readonly name?: unknown };
  if (name === undefined || (typeof plugin === "function" && name === "")) return `plugin-${plainToken(8)}`;
  if (typeof name === "string" && name !== "") return name;
  throw new TypeError("The name of a plugin is a text that is not empty");
}

function partsOf(
  members: ReadonlyMap<string, unknown>,
  portable: (value: unknown, name: string) => FunctionSpec,
): { readonly functions: Record<string, FunctionSpec>; readonly fields: Record<string, unknown> } {
  const functions: Record<string, FunctionSpec> = {};
  const fields: Record<string, unknown> = {};
  for (const [member, value] of members)
    if (typeof value === "function") functions[member] = portable(value, member);
    else fields[member] = value;
  return { functions, fields };
}

/** What an object has, methods of its class included. */
function membersOf(plugin: unknown): Map<string, unknown> {
  const members = new Map<string, unknown>();
  if (typeof plugin !== "object" || plugin === null) return members;
  for (let of: object | null = plugin; of !== null && of !== Object.prototype; of = Object.getPrototypeOf(of) as object)
    for (const name of Object.getOwnPropertyNames(of))
      if (name !== "constructor" && !members.has(name))
        members.set(name, (plugin as Readonly<Record<string, unknown>>)[name]);
  return members;
}
