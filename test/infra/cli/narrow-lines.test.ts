import assert from "node:assert/strict";
import { test } from "node:test";
import { CACHE_OFF } from "../../../actors/scheduler/result-cache.ts";
import { entryLines, type Told } from "../../../infra/cli/commands/logs.ts";
import { statusLines } from "../../../infra/cli/commands/status.ts";
import { narrowTable, wrappedLines } from "../../../infra/cli/narrow-lines.ts";

const worker = {
  id: "w0-5aB9c1",
  status: "running",
  pid: 123_456,
  slots: 2,
  processing: 17,
  managedBytes: 5e8,
  spilledBytes: 2e9,
  diskError: undefined,
  rssBytes: 3e9,
};
const status = {
  cluster: "prod",
  version: "0.1.0",
  tasks: { waiting: 300_000, processing: 34, memory: 12_000 },
  entered: { memory: 1_200_000, erred: 3 },
  ready: 512,
  clients: 2,
  slabs: 1,
  turns: { count: 1, ms: 1, maxMs: 1, long: 0, waiting: 0, held: 0 },
  cache: CACHE_OFF,
  transferBytesPerS: 1e8,
  lacks: [],
  workers: [worker, { ...worker, id: "w1-77Zk20", status: "draining" }],
};
const failure: Told = {
  number: 1,
  agoMs: 0,
  level: "error",
  about: "task",
  name: "load-3fa9/7",
  text: "failed on w0-5aB9c1: \u001b[31mError: no such file\u001b[39m\n    at load (/srv/app/load.ts:12:9)",
};

const fits = (lines: readonly string[], columns: number): void => {
  for (const line of lines) assert.ok(line.length < columns, `${columns}: ${line}`);
};

test("wrappedLines() breaks between words, within one only where it must, and loses nothing", () => {
  assert.deepEqual(wrappedLines("one two three four", 12), ["one two", "  three", "  four"]);
  assert.deepEqual(wrappedLines("aaaaaaaaaaaaaaaaaaaa", 12), ["aaaaaaaaaaa", "  aaaaaaaaa"]);
  assert.deepEqual(wrappedLines("one two three four", undefined), ["one two three four"]);
  const text = "a bb ccc dddd eeeee ffffff ggggggg hhhhhhhh iiiiiiiii jjjjjjjjjj kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk";
  for (let columns = 12; columns < 110; columns++) {
    const lines = wrappedLines(text, columns, 4);
    fits(lines, Math.max(columns, 13));
    assert.equal(lines.join("").replaceAll(" ", ""), text.replaceAll(" ", ""));
  }
});

test("narrowTable() leaves columns out in the order it is told, and never those that stay", () => {
  const rows = [{ worker: "w0", status: "running", busy: "50 %" }];
  assert.deepEqual(narrowTable(rows, undefined, ["status", "busy"]), [
    "worker  status   busy",
    "w0      running  50 %",
  ]);
  assert.deepEqual(narrowTable(rows, 20, ["status", "busy"]), ["worker  busy", "w0      50 %"]);
  assert.deepEqual(narrowTable(rows, 2, ["status", "busy"]), ["worker", "w0"]);
});

test("shoal status fits 80 and 40 columns, and tells all of it in a pipe", () => {
  const whole = statusLines(status, undefined);
  assert.equal(whole.length, 6);
  for (const name of ["worker", "status", "process", "slots", "processing", "results", "disk", "memory"])
    assert.match(whole[3] as string, new RegExp(`\\b${name}\\b`));
  for (const columns of [80, 40]) {
    const lines = statusLines(status, columns);
    fits(lines, columns);
    assert.equal(lines.filter((line) => /^w\d-/.test(line)).length, 2, "every worker is told of");
    assert.match(lines.join(" "), /1200000 +finished/);
  }
});

test("shoal status says what tasks wait for that no worker is", () => {
  const lacks = [{ asks: "one of the workers w7", tasks: 3, waitedMs: 61_000, example: "load-3fa9/7" }];
  const line = statusLines({ ...status, lacks }, undefined)[2];
  assert.equal(line, "No worker for 3 tasks (load-3fa9/7 is one): waiting for one of the workers w7, for 61 s");
});

test("shoal logs fits 80 and 40 columns; in a pipe an entry is one line, and colours of an error's text are left out", () => {
  const [line, ...more] = entryLines(failure, false, undefined);
  assert.deepEqual(more, []);
  assert.match(
    line as string,
    /^\d{4}-\d\d-\d\d [\d:]{8} {2}error {2}task load-3fa9\/7 failed on w0-5aB9c1: Error: no such file \| at load \(/,
  );
  for (const columns of [80, 40]) {
    const lines = entryLines(failure, false, columns);
    fits(lines, columns);
    assert.ok(lines.length > 1);
    assert.match(lines.map((one) => one.trim()).join(""), /load\.ts:12:9\)$/);
    assert.ok(!lines.join("").includes("\u001b"));
  }
  assert.match(entryLines(failure, false, 40)[0] as string, /^[\d:]{8} {2}error/);
  const json = entryLines(failure, true, 40);
  assert.equal(json.length, 1);
  assert.equal((JSON.parse(json[0] as string) as Told).text, failure.text);
  assert.ok(!json[0]?.includes("\u001b"), "JSON writes it as an escape");
});
