import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Client, environ, forwardOutput, type SchedulerPlugin, type ShoalError, type WorkerPlugin } from "shoal";

/** What plugins note where they are. */
type Noted = { shoalNoted?: string[] };

for (const mode of ["inline", "threads", "processes", "nats"] as const)
  describe(`plugins, ${mode}`, { timeout: 90_000 }, () => {
    let client: Client;
    before(async () => {
      client = await Client.local({ mode, workers: 2 });
    });
    after(() => client.close());

    test("a worker's plugin keeps its own fields, and hears of every step of the worker's tasks", async () => {
      class Watching implements WorkerPlugin {
        private steps = 0;
        private readonly kind: string;

        constructor(kind: string) {
          this.kind = kind;
        }

        setup(): void {
          (globalThis as Noted).shoalNoted = [];
        }

        transition({ kind }: { kind: string }, from: string, to: string): void {
          this.steps += 1;
          if (kind === this.kind) (globalThis as Noted).shoalNoted?.push(`${this.steps > 0} ${from} ${to}`);
        }

        teardown(): void {
          delete (globalThis as Noted).shoalNoted;
        }
      }
      const plugin = await client.registerPlugin(Watching, "watched");
      assert.equal(plugin.name, "Watching");
      const ran = client.submit(function watched(n: number) {
        return n;
      }, 1);
      assert.equal(await ran.result(), 1);
      const noted = [...(await client.run(() => (globalThis as Noted).shoalNoted)).values()].flat();
      assert.deepEqual(noted.slice(0, 3), ["true waiting queued", "true queued executing", "true executing memory"]);
      await plugin.unregister();
      assert.ok([...(await client.run(() => (globalThis as Noted).shoalNoted)).values()].every((one) => !one));
    });

    test("a plugin of the name of another takes its place, which is torn down first", async () => {
      const noting = (mark: string): WorkerPlugin => ({
        name: "noting",
        setup: () => {
          (globalThis as Noted).shoalNoted = [...((globalThis as Noted).shoalNoted ?? []), `up ${mark}`];
        },
        teardown: () => {
          (globalThis as Noted).shoalNoted?.push(`down ${mark}`);
        },
      });
      await client.registerPlugin(noting("a"));
      const second = await client.registerPlugin(noting("b"));
      assert.equal(second.name, "noting");
      await second.unregister();
      const told = await client.run(() => {
        const noted = (globalThis as Noted).shoalNoted;
        delete (globalThis as Noted).shoalNoted;
        return noted;
      });
      for (const noted of told.values()) assert.deepEqual(noted, ["up a", "down a", "up b", "down b"]);
    });

    test("a scheduler's plugin hears of graphs, steps and workers; what it throws is in the log, and harms nobody", async () => {
      const plugin = await client.registerSchedulerPlugin({
        name: "listener",
        start({ cluster, log }) {
          log(`listens to ${cluster}`);
          (globalThis as Noted).shoalNoted = [];
        },
        updateGraph: (_, tasks) => void (globalThis as Noted).shoalNoted?.push(`graph ${tasks}`),
        transition: (key, from, to, worker) =>
          void (
            key === "told" &&
            (globalThis as Noted).shoalNoted?.push(`${from} ${to}${worker === undefined ? "" : " on"}`)
          ),
        addWorker: (worker) => void (globalThis as Noted).shoalNoted?.push(`came ${worker}`),
        removeWorker: (worker) => void (globalThis as Noted).shoalNoted?.push(`went ${worker}`),
        removeClient: () => {
          throw new RangeError("it is broken");
        },
        close: () => void delete (globalThis as Noted).shoalNoted,
      });
      const noted = () => client.runOnScheduler(() => (globalThis as Noted).shoalNoted ?? ["closed"]);
      const told = client.submit((n: number) => n * 2, 21, { key: "told" });
      assert.equal(await told.result(), 42);
      const steps = await noted();
      assert.equal(steps[0], "graph 1");
      assert.equal(steps.at(-1), "processing memory on");
      if (mode !== "inline") {
        const [first = ""] = client.workers.map(({ id }) => id);
        await client.restartWorkers([first]);
        const seen = await noted();
        assert.ok(seen.includes(`went ${first}`));
        for (const { id } of client.workers.slice(1)) assert.ok(seen.includes(`came ${id}`), id);
      }
      const logs = (await client.getLogs()).filter(({ about }) => about === "plugin");
      assert.deepEqual(
        logs.map(({ level, name, text }) => [level, name, text]),
        [["info", "listener", `listens to ${client.clusterName}`]],
      );
      await plugin.unregister();
      assert.deepEqual(await noted(), ["closed"]);
    });

    test("environ() sets variables, and gives them back", async () => {
      const plugin = await client.registerPlugin(environ({ SHOAL_TEST_MARK: "set" }));
      const marks = async () => [...(await client.run(() => process.env["SHOAL_TEST_MARK"])).values()];
      assert.ok((await marks()).every((mark) => mark === "set"));
      await plugin.unregister();
      assert.ok((await marks()).every((mark) => mark === undefined));
    });

    if (mode !== "inline")
      test("forwardOutput() passes on what workers write to their consoles", async () => {
        const plugin = await client.registerPlugin(forwardOutput());
        const lines: string[] = [];
        const heard = new Promise<void>((resolve) => {
          const take = (line: string): void => void (lines.push(line) === 2 && resolve());
          void client.forwardLogging({ log: take, warn: take });
        });
        await client.forwardLogging({ log: () => {}, warn: () => {} });
        await client
          .submit(() => {
            console.info("said %d", 1);
            console.error("wrong");
          })
          .result();
        await heard;
        assert.deepEqual(
          lines.map((line) => line.split(": ")[1]),
          ["said 1", "wrong"],
        );
        await plugin.unregister();
      });

    test("what is no plugin is refused where it is said", async () => {
      const refused = [
        [{}, /at least one of setup, teardown, transition/],
        [5, /at least one of/],
        [{ setup: 5 }, /at least one of/],
        [{ setup: () => {}, teardown: 5 }, /teardown is a function, not number/],
        [{ name: "", setup: () => {} }, /name of a plugin/],
      ] as const;
      for (const [plugin, message] of refused)
        await assert.rejects(client.registerPlugin(plugin as never), { name: "TypeError", message });
      await assert.rejects(
        client.registerSchedulerPlugin({ setup: () => {} } as never),
        /at least one of start, close/,
      );
      const failing = client.registerSchedulerPlugin({
        start: () => {
          throw new RangeError("no");
        },
      });
      await assert.rejects(failing, (error: ShoalError) => error.cause instanceof RangeError);
    });
  });

test("a hook that throws is told once, and the others are called", async () => {
  await using client = await Client.local({ mode: "inline" });
  await client.registerSchedulerPlugin({
    name: "broken",
    transition: () => {
      throw new RangeError("each time");
    },
  });
  class Counting implements SchedulerPlugin {
    private count = 0;
    transition(): void {
      this.count += 1;
      (globalThis as Noted).shoalNoted = [String(this.count)];
    }
  }
  const heard = await client.registerSchedulerPlugin(Counting);
  await client.gather(client.map((n: number) => n, [1, 2, 3]));
  assert.ok(Number((globalThis as Noted).shoalNoted?.[0]) > 6);
  const logged = (await client.getLogs()).filter(({ about }) => about === "plugin");
  assert.deepEqual(
    logged.map(({ level, name, text }) => [level, name, text]),
    [["error", "broken", "failed in transition: RangeError: each time"]],
  );
  await heard.unregister();
  delete (globalThis as Noted).shoalNoted;
});

for (const mode of ["threads", "processes", "nats"] as const)
  test(`a worker that leaves in order tears its plugins down, ${mode}`, { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "shoal-plugins-"));
    const path = join(folder, "torn-down");
    try {
      await using client = await Client.local({ mode, workers: 2 });
      const plugin = await client.registerPlugin({ teardown: (worker) => appendFileSync(path, `${worker}\n`) });
      const [first = "", second = ""] = client.workers.map(({ id }) => id);
      await client.retireWorkers([first]);
      // It is there before it is written to.
      while (!existsSync(path) || readFileSync(path, "utf8") === "") await new Promise(setImmediate);
      assert.deepEqual(plugin.workers, [second]);
      await plugin.unregister();
      assert.deepEqual(readFileSync(path, "utf8").trim().split("\n"), [first, second]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
