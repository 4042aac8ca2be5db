import assert from "node:assert/strict";
import { test } from "node:test";
import { DeathWatch } from "../../../runtime/actor/deathwatch.ts";
import { defaultSupervision, Supervisor } from "../../../runtime/actor/supervisor.ts";

test("Supervisor restarts up to the limit within the time, then does what it was told", () => {
  const supervisor = new Supervisor({ onCrash: "restart", restartsMax: 2, withinMs: 100, onTooMany: "stop" });
  assert.deepEqual(
    [0, 50, 99].map((now) => supervisor.decide(now)),
    ["restart", "restart", "stop"],
  );
  const patient = new Supervisor({ onCrash: "restart", restartsMax: 2, withinMs: 100, onTooMany: "stop" });
  assert.deepEqual(
    [0, 50, 100, 151, 260].map((now) => patient.decide(now)),
    Array(5).fill("restart"),
  );
  assert.equal(new Supervisor({ onCrash: "stop" }).decide(0), "stop");
  assert.equal(new Supervisor({ onCrash: "escalate" }).decide(0), "escalate");
  const byDefault = new Supervisor(defaultSupervision);
  assert.deepEqual(
    [0, 1, 2, 3].map((now) => byDefault.decide(now)),
    ["restart", "restart", "restart", "escalate"],
  );
});

test("Supervisor refuses limits that make no sense", () => {
  for (const [restartsMax, withinMs] of [
    [-1, 1],
    [0.5, 1],
    [1, 0],
    [1, Number.NaN],
  ] as const)
    assert.throws(() => new Supervisor({ onCrash: "restart", restartsMax, withinMs, onTooMany: "stop" }), RangeError);
});

const watch = () => new DeathWatch({ ttlMs: 50, intervalMs: 10 });

test("DeathWatch takes the silent for dead after the time to live, once, and tells each watcher", () => {
  const brain = watch();
  brain.watch("w1", "s", 0);
  brain.watch("w1", "c", 0);
  brain.watch("w2", "s", 0);
  for (const now of [10, 20, 30, 40]) {
    assert.deepEqual(brain.beat("w2", "i", now), []);
    assert.deepEqual(brain.tick(now), []);
  }
  assert.deepEqual(brain.tick(50), [{ address: "w1", reason: "silent", watchers: ["s", "c"] }]);
  assert.deepEqual(brain.tick(60), []);
  assert.deepEqual(brain.addresses, ["w2"]);
});

test("DeathWatch sees a restart that nobody told of, and sure news of an end", () => {
  const brain = watch();
  brain.watch("w1", "s", 0);
  assert.deepEqual(brain.beat("w1", "first", 1), []);
  assert.deepEqual(brain.beat("w1", "first", 2), []);
  assert.deepEqual(brain.beat("w1", "second", 3), [{ address: "w1", reason: "restarted", watchers: ["s"] }]);
  brain.watch("w2", "s", 3);
  assert.deepEqual(brain.gone("w2"), [{ address: "w2", reason: "stopped", watchers: ["s"] }]);
  assert.deepEqual(brain.gone("w2"), []);
  assert.deepEqual(brain.beat("nobody", "x", 4), []);
});

test("DeathWatch does not hold against others the time that it stood still itself", () => {
  const brain = watch();
  brain.watch("w1", "s", 0);
  brain.tick(10);
  brain.beat("w1", "i", 10);
  assert.deepEqual(brain.tick(500), [], "a tick that comes 480 ms late");
  assert.deepEqual(brain.tick(510), []);
  assert.deepEqual(
    [520, 530, 540].flatMap((now) => brain.tick(now)).map(({ address }) => address),
    ["w1"],
    "and it stays silent",
  );
});

test("DeathWatch forgets what nobody watches any more", () => {
  const brain = watch();
  brain.watch("w1", "s", 0);
  brain.watch("w2", "s", 0);
  brain.watch("w2", "c", 0);
  brain.unwatch("w1", "s");
  brain.dropWatcher("s");
  assert.deepEqual(brain.addresses, ["w2"]);
  assert.deepEqual(
    brain.tick(1000).map(({ watchers }) => watchers),
    [["c"]],
  );
  assert.throws(() => new DeathWatch({ ttlMs: 10, intervalMs: 10 }), RangeError);
});
