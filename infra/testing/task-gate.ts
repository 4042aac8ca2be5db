import type { Client } from "../../collections/futures/client.ts";
import { getClient } from "../../collections/futures/get-client.ts";
import type { SharedEvent } from "../../collections/futures/shared-state.ts";
import { uniqueToken } from "../../runtime/base/random.ts";
import type { AnyFunction } from "../../runtime/wire/function-spec.ts";
import { task } from "../../runtime/wire/function-task.ts";
import { pollFor } from "./wait-for.ts";

/** Waits on a worker until an event is set; its slot is taken meanwhile. */
export const blockOnEvent: (event: SharedEvent) => Promise<void> = task(
  import.meta,
  "blockOnEvent",
  (event: SharedEvent) => event.wait(),
);

/** x + 1, while holding a lock of the cluster. */
export const lockInc: (x: number, lock: string) => Promise<number> = task(
  import.meta,
  "lockInc",
  async (x: number, lock: string) => {
    const lease = await getClient().lock(lock).acquire();
    try {
      return x + 1;
    } finally {
      await lease.release();
    }
  },
);

/**
 * Stops tasks at a point until the test lets them go on: what is wrapped says that it has begun, and runs when the gate is open.
 * @see https://distributed.dask.org/en/stable/develop.html#writing-tests
 * @example
 * const gate = new TaskGate(client);
 * const held = client.submit(gate.wrap((n: number) => n + 1), 1);
 * await gate.entered(1);
 * held.status; // "pending"
 * await gate.open();
 * await held.result(); // 2
 */
export class TaskGate {
  private readonly client: Client;
  private readonly name = `shoal-gate-${uniqueToken()}`;

  constructor(client: Client) {
    this.client = client;
  }

  /** The same function, behind the gate. */
  wrap<A extends unknown[], R>(fn: (...args: A) => R): (...args: A) => Promise<Awaited<R>> {
    const { name } = this;
    return task({ name, fn, passGate }, async (env, ...args: A): Promise<Awaited<R>> => {
      await env.passGate(env.name);
      return await env.fn(...args);
    });
  }

  /** Waits until so many calls have come to the gate. @throws TimeoutError after `timeout`, default "10s" */
  entered(count: number, options: { readonly timeout?: number | string } = {}): Promise<void> {
    const arrived = this.client.queue<number>(`${this.name}-arrived`);
    return pollFor(async () => (await arrived.size()) >= count, { what: `${count} tasks at the gate`, ...options });
  }

  /** Lets go on whoever is at the gate, and whoever comes. */
  open(): Promise<void> {
    return this.client.event(this.name).set();
  }

  /** Holds whoever comes from now on. */
  close(): Promise<void> {
    return this.client.event(this.name).clear();
  }
}

/** Says that a task has come, and waits. Part of what {@link TaskGate.wrap} sends. */
export const passGate = task(import.meta, "passGate", async (name: string): Promise<void> => {
  const client = getClient();
  await client.queue<number>(`${name}-arrived`).put(1);
  await client.event(name).wait();
}) satisfies AnyFunction;
