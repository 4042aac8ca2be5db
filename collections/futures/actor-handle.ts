import type { ActorCall, ActorReply } from "../../actors/coordination/actor-calls.ts";
import type { ActorPlace } from "../../actors/coordination/actor-registry.ts";
import type { CallState } from "../../actors/coordination/calls-heard.ts";
import { decodeDirectAnswer, encodeDirectCall } from "../../actors/coordination/direct-call.ts";
import { type CreatedActor, SCHEDULER_HOST } from "../../actors/coordination/worker-host.ts";
import type { ActorSystem } from "../../runtime/actor/system.ts";
import { holdProcess } from "../../runtime/base/clock.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { shown } from "../../runtime/base/known-options.ts";
import { plainToken, uniqueToken } from "../../runtime/base/random.ts";
import { registerValue } from "../../runtime/base/value-type.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { errorFromWire } from "../../runtime/wire/error-wire.ts";
import { type AnyFunction, liveFunction } from "../../runtime/wire/function-spec.ts";
import { makePortable } from "../../runtime/wire/portable.ts";
import { encodeValue, flattenValue } from "../../runtime/wire/value.ts";
import { ActorLine } from "./actor-line.ts";
import { type ClientReach, checkClientOpen, currentReach, failedAsk } from "./client-reach.ts";
import { askCoordination, holderOf } from "./coordination-link.ts";
import { knownWorkers } from "./known-workers.ts";
import { unpackPlain } from "./shared-value.ts";

/** What an instance on a worker looks like from elsewhere: methods give promises, fields are awaited. */
export type ActorProxy<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : Promise<T[K]>;
} & AsyncDisposable;

const CALL_TIMEOUT_MS = 4 * 60_000;
const RETRY_DELAY_MS = 50;
const INQUIRY_TIMEOUT_MS = 5000;
const COPY = { shareMemory: false } as const;
const reaches = new WeakMap<ActorHandle, ClientReach>();

/** Names an actor of a user's class; behind a proxy, see {@link proxyOf}. */
export class ActorHandle {
  readonly id: string;
  readonly className: string;
  worker: string;
  /** Whether its thread has a connection of its own. */
  readonly isDirect: boolean;

  constructor(id: string, className: string, worker: string, isDirect: boolean) {
    this.id = id;
    this.className = className;
    this.worker = worker;
    this.isDirect = isDirect;
  }
}

/** Starts an instance on the worker that has the fewest. @throws what its constructor throws, as `cause` */
export async function startActor<T extends object>(
  reach: ClientReach,
  made: new (...args: never[]) => T,
  args: readonly unknown[],
): Promise<ActorProxy<T>> {
  if (typeof made !== "function" || typeof (made as { prototype?: unknown }).prototype !== "object")
    throw new TypeError(`actor() takes a class and what its constructor takes, not ${shown(made)}`);
  const id = `a-${plainToken()}`;
  const workers = await knownWorkers(reach.executor.session);
  const { value: counts } = await askCoordination<Record<string, number>>(reach, { op: "actorCounts" });
  const [worker] = workers.map((one) => one.id).sort((a, b) => (counts[a] ?? 0) - (counts[b] ?? 0));
  if (worker === undefined)
    throw new ShoalError("There is no worker to start an actor on", { code: "NO_WORKERS", retryable: true });
  const recipe = recipeOf(reach, made as unknown as AnyFunction, args);
  const created = await askHost(reach, worker, { op: "create", id, recipe }, `new ${made.name}`);
  const { snapshot, isDirect, life } = (await unpackPlain(created)) as CreatedActor;
  await askCoordination(reach, { op: "actorRegister", id, worker, life, owner: holderOf(reach), recipe });
  if (snapshot !== undefined) await askCoordination(reach, { op: "actorSnapshot", id, bytes: snapshot });
  const handle = new ActorHandle(id, made.name, worker, isDirect);
  reaches.set(handle, reach);
  return proxyOf<T>(handle);
}

/** Runs a function on workers (all, if none are named), outside of any task: its results by worker. */
export async function runOnWorkers<R>(
  reach: ClientReach,
  fn: (...args: never[]) => R,
  args: readonly unknown[],
  ids?: readonly string[],
): Promise<Map<string, Awaited<R>>> {
  const recipe = recipeOf(reach, fn as AnyFunction, args);
  const run = async (worker: string) =>
    [worker, (await unpackPlain(await askHost(reach, worker, { op: "run", recipe }, fn.name))) as Awaited<R>] as const;
  const chosen = ids ?? (await knownWorkers(reach.executor.session)).map(({ id }) => id);
  return new Map(await Promise.all(chosen.map(run)));
}

/** Runs a function beside the scheduler, on its thread, and gives its result. */
export async function runOnScheduler<R>(
  reach: ClientReach,
  fn: (...args: never[]) => R,
  args: readonly unknown[],
): Promise<Awaited<R>> {
  const recipe = recipeOf(reach, fn as AnyFunction, args);
  return (await unpackPlain(await askHost(reach, SCHEDULER_HOST, { op: "run", recipe }, fn.name))) as Awaited<R>;
}

function recipeOf(reach: ClientReach, fn: AnyFunction, args: readonly unknown[]): Uint8Array {
  const { functions } = reach.executor.session.options;
  const { live: _, ...spec } = makePortable(liveFunction(fn), { functions });
  return flattenValue(encodeValue({ fn: spec, args }, COPY));
}

/** Asks the host beside a worker, or the scheduler's. @param what for the error: what is asked of it */
export async function askHost(reach: ClientReach, worker: string, request: object, what: string): Promise<Uint8Array> {
  const { system, name } = reach.cluster;
  const limits = { timeoutMs: CALL_TIMEOUT_MS, form: "frame" as const };
  checkClientOpen(reach);
  const letGo = holdProcess();
  try {
    const call = system.ask(clusterSubjects(name).workerHost(worker), request, limits);
    // The scheduler's host is no worker, and never leaves before its cluster.
    const reply = (await (worker === SCHEDULER_HOST ? call : whileThere(reach, worker, call))) as
      | ActorReply
      | undefined;
    if (reply !== undefined) return bytesOf(reply, what, worker);
    throw new ShoalError(`Worker ${worker} was lost while ${what === "" ? "a function" : what} ran on it`, {
      code: "ACTOR_FAILED",
      retryable: true,
      details: { worker },
    });
  } catch (error) {
    throw failedAsk(reach, error);
  } finally {
    letGo();
  }
}

function bytesOf(reply: ActorReply, what: string, worker: string): Uint8Array {
  if ("value" in reply) return reply.value;
  const cause = errorFromWire(reply.error);
  throw new ShoalError(`${what === "" ? "A function" : what} failed on worker ${worker}: ${String(cause)}`, {
    code: "ACTOR_FAILED",
    cause,
    details: { worker },
  });
}

const handles = new WeakMap<object, ActorHandle>();

/** A typed face of a handle. It is no thenable; its fields are. */
export function proxyOf<T extends object>(handle: ActorHandle): ActorProxy<T> {
  const proxy = new Proxy(handle, {
    get: (_, name) => {
      if (name === "constructor") return ActorHandle;
      if (name === Symbol.asyncDispose) return () => stopActor(proxy);
      if (typeof name === "symbol" || name === "then") return undefined;
      return member(handle, name);
    },
  });
  handles.set(proxy, handle);
  return proxy as unknown as ActorProxy<T>;
}

/** Ends an actor; calls of it fail from now on. */
export async function stopActor(proxy: object): Promise<void> {
  const handle = handles.get(proxy);
  if (handle === undefined) throw new TypeError("Only an actor can be stopped");
  const reach = reachOf(handle);
  await askCoordination(reach, { op: "actorStop", id: handle.id });
  // Once the worker has answered, no call can be on its way to an actor that is no more; without a worker there is none.
  await askHost(reach, handle.worker, { op: "stop", id: handle.id }, "stop").catch((error: { code?: string }) => {
    if (error.code !== "NO_RESPONDERS") throw error;
  });
}

const reachOf = (handle: ActorHandle): ClientReach => reaches.get(handle) ?? currentReach();

/** Called it is a method; awaited it is a field. */
function member(handle: ActorHandle, name: string): unknown {
  const call = (...args: unknown[]): Promise<unknown> => send(handle, "call", name, args);
  return Object.assign(call, {
    // biome-ignore lint/suspicious/noThenProperty: awaiting a member reads the field.
    then: (done: (value: unknown) => unknown, failed: (error: unknown) => unknown) =>
      send(handle, "read", name, []).then(done, failed),
  });
}

async function send(handle: ActorHandle, op: "call" | "read", name: string, args: unknown[]): Promise<unknown> {
  const reach = reachOf(handle);
  checkClientOpen(reach);
  const letGo = holdProcess();
  try {
    return await sendTo(reach, handle, { op, name, args: flattenValue(encodeValue(args, COPY)) });
  } catch (error) {
    throw failedAsk(reach, error);
  } finally {
    letGo();
  }
}

async function sendTo(reach: ClientReach, handle: ActorHandle, request: ActorCall): Promise<unknown> {
  const line = lineOf(reach, handle);
  for (;;) {
    const { worker } = handle;
    try {
      const reply = await whileThere(reach, worker, line.call(request));
      if (reply === undefined) throw lost(handle, `worker ${worker} was lost during the call`, true);
      return await unpackPlain(bytesOf(reply, `${handle.className}.${request.name}`, worker));
    } catch (error) {
      // Nobody took the call: it may be said again to whoever takes the place.
      if (!(error instanceof ShoalError && error.code === "NO_RESPONDERS")) throw error;
    }
    await settle(reach, handle);
  }
}

const lines = new WeakMap<ActorHandle, { readonly system: ActorSystem; readonly line: ActorLine }>();

/** A task's handle may outlive the client that it called by. */
function lineOf(reach: ClientReach, handle: ActorHandle): ActorLine {
  const { system, name } = reach.cluster;
  const known = lines.get(handle);
  if (known?.system === system) return known.line;
  const subjects = clusterSubjects(name);
  const main = subjects.userActor(handle.id);
  const direct = subjects.userActorDirect(handle.id);
  const limits = { timeoutMs: CALL_TIMEOUT_MS, form: "frame" as const };
  const token = uniqueToken();
  const line = new ActorLine(
    {
      line: token,
      clock: reach.executor.session.options.clock,
      ask: (lane, call) =>
        lane === "main"
          ? (system.ask(main, call, limits) as Promise<ActorReply>)
          : system.bus.request(direct, encodeDirectCall(call), limits).then(decodeDirectAnswer),
      inquire: (numbers) => inquire(reach, handle, token, numbers),
    },
    handle.isDirect,
  );
  lines.set(handle, { system, line });
  return line;
}

/** Asks the thread that an actor lives in what became of calls. @throws ShoalError ACTOR_FAILED if it is no more */
async function inquire(
  reach: ClientReach,
  handle: ActorHandle,
  line: string,
  numbers: readonly number[],
): Promise<readonly CallState[] | undefined> {
  const { system, name } = reach.cluster;
  const worker = await currentWorker(reach, handle);
  if (worker === undefined) return undefined;
  const request = { op: "heard", id: handle.id, line, numbers };
  const asked = system.ask(clusterSubjects(name).workerHost(worker), request, {
    timeoutMs: INQUIRY_TIMEOUT_MS,
    form: "frame",
  });
  // A thread that computes says nothing, and whoever waits for a worker that is gone hears of that.
  return (await asked.catch(() => undefined)) as readonly CallState[] | undefined;
}

/** Where it lives by now; undefined while that is not to be said. @throws ShoalError ACTOR_FAILED if it is no more */
async function currentWorker(reach: ClientReach, handle: ActorHandle): Promise<string | undefined> {
  try {
    return (await placeOf(reach, handle)).phase === "alive" ? handle.worker : undefined;
  } catch (error) {
    if (error instanceof ShoalError && error.code === "ACTOR_FAILED") throw error;
    return undefined;
  }
}

/** Waits while an actor is moved. @throws ShoalError ACTOR_FAILED if it is no more */
async function settle(reach: ClientReach, handle: ActorHandle): Promise<void> {
  const { clock } = reach.executor.session.options;
  await placeOf(reach, handle);
  await new Promise<void>((resolve) => void clock.setTimer(RETRY_DELAY_MS, resolve));
}

/** Where the registry has it. @throws ShoalError ACTOR_FAILED if it is no more */
async function placeOf(reach: ClientReach, handle: ActorHandle): Promise<ActorPlace> {
  const { value: place } = await askCoordination<ActorPlace>(reach, { op: "actorWhere", id: handle.id });
  if (place.phase === "unknown") throw lost(handle, "it was stopped", false);
  if (place.phase === "lost") throw lost(handle, `worker ${place.worker} was lost, and it keeps no snapshot`, false);
  handle.worker = place.worker;
  return place;
}

/** What comes of a call, or undefined once its worker is no longer in the cluster. */
function whileThere<T>(reach: ClientReach, worker: string, call: Promise<T>): Promise<T | undefined> {
  const calls = callsOf(reach, worker);
  return new Promise((resolve, reject) => {
    const leave = (): void => resolve(undefined);
    calls.add(leave);
    const settled =
      <A>(settle: (answer: A) => void) =>
      (answer: A): void => {
        calls.delete(leave);
        settle(answer);
      };
    call.then(settled<T>(resolve), settled<unknown>(reject));
  });
}

/** What ends the wait for each call that a worker has not answered. A signal for each would cost more than the rest of the call. */
function callsOf({ executor: { session } }: ClientReach, worker: string): Set<() => void> {
  let calls = underWay.get(session);
  if (calls === undefined) {
    calls = new Map();
    underWay.set(session, calls);
    const known = calls;
    session.onWorkers(() => {
      const present = new Set(session.workers.map((one) => one.id));
      for (const [id, leaves] of known) {
        if (present.has(id)) continue;
        known.delete(id);
        for (const leave of leaves) leave();
      }
    });
  }
  let ofWorker = calls.get(worker);
  if (ofWorker === undefined) calls.set(worker, (ofWorker = new Set()));
  return ofWorker;
}

const underWay = new WeakMap<object, Map<string, Set<() => void>>>();

const lost = (handle: ActorHandle, why: string, retryable: boolean): ShoalError =>
  new ShoalError(`Actor ${handle.className} ${handle.id} cannot be called: ${why}`, {
    code: "ACTOR_FAILED",
    retryable,
    details: { actor: handle.id, worker: handle.worker },
  });

registerValue<ActorHandle>({
  name: "shoal.Actor",
  class: ActorHandle,
  module: "shoal:collections/futures/actor-handle",
  encode: (proxy) => {
    const { id, className, worker, isDirect } = handles.get(proxy) ?? proxy;
    return [id, className, worker, isDirect];
  },
  decode: (plain) =>
    proxyOf(new ActorHandle(...(plain as [string, string, string, boolean]))) as unknown as ActorHandle,
});
