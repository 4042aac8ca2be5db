import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connect } from "@nats-io/transport-node";
import { type ActorProxy, Client, getClient, stopActor } from "../../../index.ts";
import { startTestNats } from "../../support/nats.ts";

class Counter {
  n: number;
  constructor(n: number) {
    this.n = n;
  }
  add(by: number): number {
    this.n += by;
    return this.n;
  }
  async addLater(by: number): Promise<number> {
    const before = this.n;
    await Promise.resolve();
    this.n = before + by;
    return this.n;
  }
  fail(): void {
    throw new RangeError("too much");
  }
  snapshot(): number {
    return this.n;
  }
  static restore(n: unknown): Counter {
    return new Counter(n as number);
  }
}

for (const mode of ["inline", "threads", "processes", "nats"] as const)
  describe(`within tasks and actors, ${mode}`, () => {
    test("an actor keeps its state, takes calls in order, and may be handed to tasks", async () => {
      await using client = await Client.local({ mode, workers: 1, slots: 4 });
      const counter = await client.actor(Counter, 1);
      const calls = [counter.add(1), counter.addLater(10), counter.add(100), counter.addLater(1000)];
      assert.deepEqual(await Promise.all(calls), [2, 12, 112, 1112]);
      assert.equal(await counter.n, 1112);
      await assert.rejects(counter.fail(), (error: Error & { code: string }) => {
        assert.equal(error.code, "ACTOR_FAILED");
        assert.match((error.cause as Error).stack ?? "", /RangeError: too much[\s\S]*fail/);
        return true;
      });
      const use = async (one: ActorProxy<Counter>, by: number) => one.add(by);
      assert.equal(await client.submit(use, counter as never, 1).result({ timeout: "20s" }), 1113);
      await stopActor(counter);
      await assert.rejects(counter.add(1), { code: "ACTOR_FAILED", message: /was stopped/ });
    });

    test("a task submits work and shares a lock and a queue with its client", async () => {
      await using client = await Client.local({ mode, workers: 1, slots: 4 });
      const sumOfSquares = async (n: number): Promise<number> => {
        const inner = getClient();
        return inner.lock("l").run(async () => {
          const parts = await inner.gather(inner.map((x: number) => x * x, [...Array(n).keys()]));
          const total = parts.reduce((a, b) => a + b, 0);
          await inner.queue<number>("totals").put(total);
          return total;
        });
      };
      assert.equal(await client.submit(sumOfSquares, 5).result({ timeout: "20s" }), 30);
      assert.equal(await client.queue<number>("totals").get({ timeout: "20s" }), 30);
      assert.equal(await client.lock("l").locked(), false);
      const ran = await client.run((x: number) => x + 1, 4);
      assert.deepEqual([...ran.values()], [5]);
    });
  });

test("over NATS small calls go to the actor's own thread; large ones and those of actors with snapshots do not; order holds", async (t) => {
  class Ledger {
    sizes: number[] = [];
    put(bytes: Uint8Array): number {
      return this.sizes.push(bytes.byteLength);
    }
  }
  const server = await startTestNats(t);
  await using client = await Client.local({ mode: "nats", nats: server.url, cluster: "direct", workers: 1 });
  const ears = await connect({ servers: server.url });
  await using _ = { [Symbol.asyncDispose]: () => ears.close() };
  const direct: string[] = [];
  ears.subscribe("shoal.direct.actor.*.direct", { callback: (_, { subject }) => void direct.push(subject) });
  await ears.flush();
  const ledger = await client.actor(Ledger);
  const sizes = [1, 100, 2_000_000, 3, 50_000, 5];
  const places = await Promise.all(sizes.map((size) => ledger.put(new Uint8Array(size))));
  assert.deepEqual(places, [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(await ledger.sizes, sizes);
  const counter = await client.actor(Counter, 1);
  assert.equal(await counter.add(1), 2);
  await ears.flush();
  assert.equal(direct.length, 5);
  assert.equal(new Set(direct).size, 1);
  // What was said before the stop is done.
  const last = ledger.put(new Uint8Array(7));
  await Promise.all([stopActor(ledger), last]);
  await assert.rejects(ledger.put(new Uint8Array(1)), { code: "ACTOR_FAILED", message: /was stopped/ });
});

test("over NATS, where somebody listens to all subjects, calls of an actor that is made again, lost or stopped do not wait", async (t) => {
  const server = await startTestNats(t);
  await using client = await Client.local({ mode: "nats", nats: server.url, cluster: "heard", workers: 1 });
  await using other = await Client.connect(server.url, { cluster: "heard" });
  const ears = await connect({ servers: server.url });
  await using _ = { [Symbol.asyncDispose]: () => ears.close() };
  ears.subscribe(">", { callback: () => {} });
  await ears.flush();
  class Plain {
    n = 0;
    add(by: number): number {
      this.n += by;
      return this.n;
    }
  }
  class Kept extends Counter {
    pid(): number {
      return process.pid;
    }
  }
  const plain = await client.actor(Plain);
  const theirs = await other.submit((one: ActorProxy<Plain>) => one, plain as never).result();
  assert.equal(await (theirs as unknown as ActorProxy<Plain>).add(1), 1);
  const kept = await client.actor(Kept, 1);
  const pid = await kept.pid();
  process.kill(pid, "SIGKILL");
  assert.ok((await again(() => kept.add(1))) >= 2);
  const lost = { code: "ACTOR_FAILED", message: /lost/ };
  await assert.rejects(
    again(() => (theirs as unknown as ActorProxy<Plain>).add(1)),
    lost,
  );
  await assert.rejects(plain.add(1), lost);
  await stopActor(kept);
  await assert.rejects(kept.add(1), { code: "ACTOR_FAILED", message: /stopped/ });
});

test("an actor whose worker dies goes on from its snapshot elsewhere; without one its calls say that it is lost", async () => {
  class Plain {
    pid(): number {
      return process.pid;
    }
  }
  class Kept {
    n: number;
    constructor(n: number) {
      this.n = n;
    }
    add(by: number): number {
      this.n += by;
      return this.n;
    }
    pid(): number {
      return process.pid;
    }
    snapshot(): number {
      return this.n;
    }
    static restore(n: unknown): Kept {
      return new Kept(n as number);
    }
  }
  await using client = await Client.local({ mode: "processes", workers: 1, slots: 2 });
  const plain = await client.actor(Plain);
  const kept = await client.actor(Kept, 1);
  assert.equal(await kept.add(41), 42);
  const pid = await kept.pid();
  assert.equal(await plain.pid(), pid);
  process.kill(pid, "SIGKILL");
  const outcome = await again(() => kept.add(1));
  assert.ok(outcome >= 43);
  assert.notEqual(await kept.pid(), pid);
  await assert.rejects(plain.pid(), { code: "ACTOR_FAILED", message: /lost/ });
});

test("who calls by a closed client hears of the client, not of its bus", async () => {
  const client = await Client.local({ mode: "inline" });
  const counter = await client.actor(Counter, 1);
  await client.close();
  const closed = { code: "CLOSED", message: "The client is closed; open another one" };
  await assert.rejects(counter.add(1), closed);
  await assert.rejects(
    client.run(() => 1),
    closed,
  );
  await assert.rejects(client.status(), closed);
});

/** A call that was under way when its worker died is for its caller to repeat. */
async function again<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if ((error as { retryable?: boolean }).retryable !== true) throw error;
    }
  }
}
