import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { ActorReply } from "../../../actors/coordination/actor-calls.ts";
import { type HostRequest, type WorkerHostOptions, workerHost } from "../../../actors/coordination/worker-host.ts";
import { ActorSystem } from "../../../runtime/actor/system.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";
import { clusterSubjects } from "../../../runtime/bus/subject.ts";
import { importModule } from "../../../runtime/wire/function-loader.ts";
import { liveFunction } from "../../../runtime/wire/function-spec.ts";
import { makePortable } from "../../../runtime/wire/portable.ts";
import { decodeValueSoon, encodeValue, flattenValue, unflattenValue } from "../../../runtime/wire/value.ts";

class Kept {
  n: number;
  constructor(n: number) {
    this.n = n;
  }
  add(by: number): number {
    this.n += by;
    return this.n;
  }
  snapshot(): number {
    return this.n;
  }
  static restore(n: unknown): Kept {
    return new Kept(n as number);
  }
}

const subjects = clusterSubjects("c");

/** A host of worker w1 alone on a bus, and a class as it travels there. */
function hostFor(t: TestContext, instances: new (...args: never[]) => object, more: Partial<WorkerHostOptions> = {}) {
  const bus = new LocalBus();
  const system = new ActorSystem({ bus });
  t.after(() => {
    system.close();
    return bus.close();
  });
  system.spawn(workerHost({ cluster: "c", id: "w1", functions: "any", ...more }));
  const { live: _, ...fn } = makePortable(liveFunction(instances as never), { functions: "any" });
  const ask = (address: string, message: object): Promise<unknown> =>
    system.ask(address, message, { timeoutMs: 10_000 });
  return { bus, ask, fn };
}

const bytesOf = (value: unknown): Uint8Array => flattenValue(encodeValue(value, { shareMemory: false }));

test("calls on their way to an actor as it ends are told, also those of others", async (t) => {
  const { bus, ask, fn } = hostFor(t, Kept);
  const host = (request: HostRequest): Promise<unknown> => ask(subjects.workerHost("w1"), request);
  const recipe = bytesOf({ fn, args: [1] });
  const add = (number: number): Promise<unknown> =>
    ask(subjects.userActor("a"), { op: "call", name: "add", args: bytesOf([1]), as: { line: "l", number } });
  await host({ op: "create", id: "a", recipe });
  await add(0);
  assert.deepEqual(await host({ op: "heard", id: "a", line: "l", numbers: [0, 1] }), ["done", "unheard"]);
  // Somebody listens to all subjects, so that nobody says that nobody is there.
  bus.subscribe(">", () => {});
  await host({ op: "stop", id: "a" });
  await assert.rejects(add(1), { code: "ACTOR_FAILED", message: /was stopped/ });
  assert.deepEqual(await host({ op: "heard", id: "a", line: "l", numbers: [0] }), ["unheard"]);
  await host({ op: "create", id: "a", recipe });
  await add(0);
  assert.deepEqual(await host({ op: "heard", id: "a", line: "l", numbers: [0] }), ["done"]);
});

test("a direct connection that has ended is opened anew for the next actor", async (t) => {
  const opened: LocalBus[] = [];
  const openDirect = async (): Promise<LocalBus> => {
    opened.push(new LocalBus());
    return opened.at(-1) as LocalBus;
  };
  class Plain {
    n = 1;
  }
  const { ask, fn } = hostFor(t, Plain, { openDirect });
  const make = async (id: string): Promise<unknown> => {
    const request: HostRequest = { op: "create", id, recipe: bytesOf({ fn, args: [] }) };
    const reply = (await ask(subjects.workerHost("w1"), request)) as ActorReply;
    assert.ok("value" in reply, id);
    return decodeValueSoon(unflattenValue(reply.value), importModule);
  };
  assert.deepEqual(await make("a"), { snapshot: undefined, isDirect: true, life: undefined });
  await make("b");
  await opened[0]?.close();
  assert.deepEqual(await make("c"), { snapshot: undefined, isDirect: true, life: undefined });
  assert.equal(opened.length, 2);
});

test("an actor that is made again where a former life of it still is goes on from the state it was given", async (t) => {
  const { ask, fn } = hostFor(t, Kept);
  const recipe = bytesOf({ fn, args: [1] });
  const made = (request: HostRequest): Promise<unknown> => ask(subjects.workerHost("w1"), request);
  const add = async (by: number): Promise<unknown> => {
    const reply = (await ask(subjects.userActor("a"), { op: "call", name: "add", args: bytesOf([by]) })) as ActorReply;
    return "value" in reply ? decodeValueSoon(unflattenValue(reply.value), importModule) : reply.error;
  };
  await made({ op: "create", id: "a", recipe });
  assert.equal(await add(1), 2);
  await made({ op: "restore", id: "a", recipe, snapshot: bytesOf(40) });
  assert.equal(await add(2), 42);
});
