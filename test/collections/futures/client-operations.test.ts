import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { Client, delayed, print, type ShoalError, warn } from "shoal";

const LIMIT = { timeout: 90_000 };

for (const mode of ["inline", "threads", "processes", "nats"] as const)
  describe(`a cluster as a whole, ${mode}`, LIMIT, () => {
    let client: Client;
    before(async () => {
      client = await Client.local({ mode, workers: 2 });
    });
    after(() => client.close());

    test("restart() lets go of all futures, and has fresh workers", async () => {
      const done = client.submit((n: number) => n + 1, 1);
      assert.equal(await done.result(), 2);
      const open = client.submit(() => new Promise<never>(() => {}));
      // Its wait ends with the restart.
      const waits = assert.rejects(open.result(), { code: "CANCELLED" });
      const before = client.workers.map(({ id }) => id);
      await client.restart({ timeout: "60s" });
      await waits;
      assert.deepEqual([done.status, open.status], ["cancelled", "cancelled"]);
      assert.deepEqual(client.executor.session.counts, { submissions: 0, waits: 0 });
      const now = client.workers.map(({ id }) => id);
      assert.equal(now.length, before.length);
      if (mode !== "inline") assert.ok(before.every((id) => !now.includes(id)));
      assert.equal(await client.submit((n: number) => n * 2, 21).result(), 42);
    });

    test("getVersions() tells what every process runs on, and checks that it is the same", async () => {
      const { client: mine, scheduler, workers } = await client.getVersions({ check: true });
      assert.equal(mine.node, process.versions.node);
      assert.deepEqual(scheduler, mine);
      assert.deepEqual(Object.keys(workers).sort(), client.workers.map(({ id }) => id).sort());
      for (const one of Object.values(workers)) assert.deepEqual(one, mine);
    });

    test("getLogs() tells of a task that failed; what is known is not told again", async () => {
      const failing = client.submit(() => {
        throw new RangeError("for the log");
      });
      await assert.rejects(failing.result());
      const logs = await client.getLogs();
      const told = logs.find(({ about, name }) => about === "task" && name === failing.key);
      assert.match(told?.text ?? "", /^failed on/);
      assert.ok(Math.abs((told?.at ?? 0) - performance.timeOrigin - performance.now()) < 60_000);
      assert.deepEqual(await client.getLogs({ after: logs.at(-1)?.number ?? 0 }), []);
    });

    test("dumpClusterState() writes what scheduler and workers tell of themselves", async () => {
      const folder = mkdtempSync(join(tmpdir(), "shoal-dump-"));
      try {
        const path = join(folder, "state.json.gz");
        await client.dumpClusterState(path, { exclude: ["graph"] });
        const state = JSON.parse(gunzipSync(readFileSync(path)).toString()) as Record<string, Record<string, unknown>>;
        assert.deepEqual(Object.keys(state), [
          "at",
          "cluster",
          "status",
          "figures",
          "failures",
          "log",
          "holds",
          "workers",
        ]);
        for (const { id } of client.workers) {
          const told = state["workers"] as Record<string, Record<string, Record<string, unknown>>>;
          const { known, own } = told[id] ?? {};
          assert.equal(known?.["id"], id);
          assert.equal(own?.["worker"], id);
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    test("registerPlugin() sets up every worker, later ones too, and undoes it", async () => {
      type Marked = { shoalMark?: string };
      const marks = async () => [...(await client.run(() => (globalThis as Marked).shoalMark)).values()];
      const plugin = await client.registerPlugin({
        setup: (worker) => {
          (globalThis as Marked).shoalMark = worker;
        },
        teardown: () => {
          delete (globalThis as Marked).shoalMark;
        },
      });
      assert.deepEqual((await marks()).sort(), client.workers.map(({ id }) => id).sort());
      if (mode !== "inline") {
        await client.restartWorkers([client.workers[0]?.id as string]);
        // The new one is set up as soon as it has joined.
        while (!(await marks()).every((mark) => mark !== undefined)) await new Promise(setImmediate);
        assert.deepEqual([...plugin.workers].sort(), client.workers.map(({ id }) => id).sort());
      }
      await plugin.unregister();
      assert.ok((await marks()).every((mark) => mark === undefined));
      const bad = client.registerPlugin({
        setup: () => {
          throw new RangeError("no");
        },
      });
      await assert.rejects(bad, (error: ShoalError) => error.cause instanceof RangeError);
    });

    if (mode !== "inline")
      test("a worker that is to leave and must stay is not set up again", async () => {
        type Counted = { shoalSetUps?: number };
        const plugin = await client.registerPlugin({
          setup: () => {
            (globalThis as Counted).shoalSetUps = ((globalThis as Counted).shoalSetUps ?? 0) + 1;
          },
        });
        // Nobody else could take over what they have.
        const held = client.submit(() => new Promise<number>((resolve) => setTimeout(resolve, 50, 1)));
        await assert.rejects(client.retireWorkers(client.workers.map(({ id }) => id)), { code: "DENIED" });
        assert.equal(await held.result(), 1);
        const counts = await client.run(() => (globalThis as Counted).shoalSetUps);
        assert.deepEqual([...counts.values()], Array(client.workers.length).fill(1));
        await plugin.unregister();
      });

    if (mode === "threads" || mode === "processes")
      test("run() on a worker that dies meanwhile fails at once; a plugin's undoing does not mind", async () => {
        const [worker] = client.workers.map(({ id }) => id) as [string];
        const plugin = await client.registerPlugin({
          setup: () => {},
          teardown: (of) => (of === worker ? new Promise<never>(() => {}) : undefined),
        });
        const runs = client.run(() => new Promise<never>(() => {}));
        const undone = plugin.unregister();
        const lost = assert.rejects(runs, { code: "ACTOR_FAILED", retryable: true });
        await client.restartWorkers([worker]);
        await lost;
        await undone;
      });

    test("getExecutor() gives promises, in order, and lets go of what is done", async () => {
      const pool = client.getExecutor({ priority: 1 });
      const { submissions } = client.executor.session.counts;
      assert.equal(await pool.submit((a: number, b: number) => a + b, 1, 2), 3);
      await assert.rejects(
        pool.submit(() => {
          throw new RangeError("no");
        }),
        { code: "TASK_FAILED" },
      );
      const squares: number[] = [];
      for await (const square of pool.map((n: number) => n * n, [1, 2, 3])) squares.push(square);
      assert.deepEqual(squares, [1, 4, 9]);
      const endless = pool.submit(() => new Promise<never>(() => {}));
      const cancelled = assert.rejects(endless, { code: "CANCELLED" });
      await pool.shutdown({ cancelFutures: true });
      await cancelled;
      await assert.rejects(async () => pool.submit(() => 1), { code: "CLOSED" });
      // Futures of the tests before may go meanwhile.
      assert.ok(client.executor.session.counts.submissions <= submissions);
    });

    test("many futures hang on one signal: all are cancelled by it, and Node warns of no leak", async () => {
      const warned: string[] = [];
      const hear = ({ name }: Error): number => warned.push(name);
      process.on("warning", hear);
      const controller = new AbortController();
      const { signal } = controller;
      const done = client.map((n: number) => n, [...Array(30).keys()]);
      await Promise.all(done.map((one) => one.result({ signal })));
      const endless = Array.from({ length: 30 }, (_, n) =>
        client.submit((_: number) => new Promise<never>(() => {}), n, { signal }),
      );
      const waits = endless.map((one) => assert.rejects(one.result({ signal, timeout: "60s" })));
      controller.abort();
      await Promise.all(waits);
      await Promise.all(endless.map((one) => assert.rejects(one.result(), { code: "CANCELLED" })));
      await new Promise(setImmediate);
      process.off("warning", hear);
      assert.deepEqual(warned, []);
    });

    test("onDone() is called once when a future is settled, at once if it is, and not when it is taken back", async () => {
      const heard: string[] = [];
      const future = client.submit((n: number) => n + 1, 1);
      const first = new Promise<void>((resolve) => {
        future.onDone(() => {
          heard.push(`first ${future.status}`);
          resolve();
        });
      });
      future.onDone(() => heard.push("taken back"))();
      // A listener does not keep the process alive; a wait does.
      await future.wait();
      await first;
      await new Promise<void>((resolve) => {
        future.onDone(() => {
          heard.push("later");
          resolve();
        });
      });
      assert.deepEqual(heard, ["first finished", "later"]);
    });

    test("futuresOf() gives futures of what collections stand on", async () => {
      const held = delayed((n: number) => n + 1)(1).persist();
      const [future, ...none] = await client.futuresOf(held.add(1));
      assert.deepEqual(none, []);
      assert.equal(await future?.result(), 2);
      assert.deepEqual(await client.futuresOf(delayed((n: number) => n + 1)(1)), []);
    });

    test("print() and warn() in tasks come out at the client that forwards them", async () => {
      const lines: string[] = [];
      let hear = (): void => {};
      const told = new Promise<void>((resolve) => {
        hear = resolve;
      });
      const add = (level: string) => (text: string) => {
        if (lines.push(`${level} ${text}`) === 2) hear();
      };
      const stop = await client.forwardLogging({ log: add("log"), warn: add("warn") });
      const talk = async (n: number): Promise<number> => {
        print("at", n);
        warn({ n });
        return n;
      };
      if (mode === "inline") return stop();
      assert.equal(await client.submit(talk, 7).result(), 7);
      await told;
      stop();
      assert.match(lines[0] ?? "", /^log \S+: at 7$/);
      assert.match(lines[1] ?? "", /^warn \S+: \{ n: 7 \}$/);
    });
  });
