import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, config } from "shoal";
import type { LogEntry } from "../../../actors/scheduler/cluster-log.ts";
import { LogWriter } from "../../../infra/log/log-writer.ts";
import { parseLogFormat, parseLogLevels } from "../../../runtime/base/log-options.ts";

const entry = (level: LogEntry["level"], about: LogEntry["about"], text = "joined"): LogEntry => ({
  number: 1,
  atMs: 5000,
  level,
  about,
  name: "w0",
  text,
});

const entries = [
  entry("info", "worker"),
  entry("warn", "client"),
  entry("warn", "task"),
  entry("error", "task"),
  entry("error", "submission"),
];

function written(values: Record<string, string>, level: "warn" | "silent" = "warn"): string[] {
  const lines: string[] = [];
  config.withOnly(values, () =>
    new LogWriter({ cluster: "prod", level, offsetMs: 1000, write: (line) => lines.push(line) }).write(entries),
  );
  return lines;
}

test("levels by logger go before the level of all, and that before the default", () => {
  const shown = (values: Record<string, string>, level?: "warn" | "silent"): string[] =>
    written({ ...values, "log.format": "{level} {about}" }, level);
  assert.deepEqual(shown({}), ["warn client", "warn task", "error task", "error submission"]);
  assert.deepEqual(shown({}, "silent"), []);
  assert.deepEqual(shown({ "log.level": "error" }, "silent"), ["error task", "error submission"]);
  assert.deepEqual(shown({ "log.level": "silent", "log.levels": "worker=info" }), ["info worker"]);
  assert.deepEqual(shown({ "log.levels": "task=error, client = silent" }), ["error task", "error submission"]);
});

test("lines are texts with fields, or JSON; what an error said is never a line of its own", () => {
  assert.equal(written({ "log.level": "info" })[0], "1970-01-01T00:00:06.000Z info worker w0 joined");
  const [first] = written({ "log.level": "info", "log.format": "json" });
  assert.deepEqual(JSON.parse(first as string), {
    time: "1970-01-01T00:00:06.000Z",
    cluster: "prod",
    level: "info",
    about: "worker",
    name: "w0",
    text: "joined",
  });
  const nasty = parseLogFormat("{text}")({ ...entry("error", "task", "a\n  b\u001b[31m"), cluster: "prod" });
  assert.equal(nasty, "a | b[31m");
});

test("what is no level, no logger or no field is refused where it is configured", () => {
  assert.throws(() => parseLogLevels("disk=info"), /"disk" is no logger/);
  assert.throws(() => parseLogLevels("task=loud"), /"loud" is no level/);
  assert.throws(() => parseLogFormat("{when}"), /has no \{when\}/);
  for (const [name, value] of [
    ["log.level", "debug"],
    ["log.levels", "task"],
    ["log.format", "{when}"],
  ] as const)
    assert.throws(() => config.withOnly({ [name]: value }, () => {}), { code: "CONFIG" }, name);
});

test("a scheduler in this process writes what it logs once a level is set", async (t) => {
  const lines: string[] = [];
  t.mock.method(process.stderr, "write", (text: string) => lines.push(text) > 0);
  await config.withOnly({ "log.level": "warn", "log.format": "{level} {about} {text}" }, async () => {
    await using client = await Client.local({ mode: "threads", workers: 1 });
    await assert.rejects(
      client
        .submit(() => {
          throw new Error("no");
        })
        .result(),
    );
  });
  assert.match(lines.join(""), /^error task failed on \S+$/m);
  assert.doesNotMatch(lines.join(""), /joined/);
});
