import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Client, progress } from "shoal";
import { progressLines } from "../../../collections/futures/progress-text.ts";

describe("progress()", () => {
  test("in a pipe it writes a line at each tenth, the last one when all are settled", async () => {
    const client = await Client.local({ mode: "inline" });
    const lines: string[] = [];
    const futures = client.map(
      (n: number) => n,
      Array.from({ length: 50 }, (_, i) => i),
    );
    const failing = client.submit(() => Promise.reject(new Error("no")));
    await progress([...futures, failing], { out: { write: (text) => lines.push(text) }, intervalMs: 1 });
    await client.close();
    assert.match(lines.at(-1) ?? "", /^51 of 51 tasks, 1 failed, /);
    assert.ok(lines.length <= 11);
  });

  test("in a terminal bars are drawn over each other, a bar for each kind", async () => {
    const client = await Client.local({ mode: "inline" });
    let text = "";
    const out = { write: (more: string) => (text += more), isTTY: true, columns: 60 };
    const load = client.map(
      function load(n: number) {
        return n;
      },
      [1, 2],
    );
    const sum = client.submit(
      function sum(...xs: number[]) {
        return xs.length;
      },
      ...load,
    );
    await progress([...load, sum], { out, intervalMs: 1 });
    await client.close();
    const last = text.split("\x1b[2K").at(-1)?.trim().split("\n") ?? [];
    assert.match(text, /load \[#+\] 2\/2/);
    assert.match(last.at(-1) ?? "", /sum {2}\[#+\] 1\/1/);
  });

  test("no line is wider than the terminal", () => {
    const kinds = [{ name: "a-rather-long-name-of-a-kind", total: 1000, done: 500, failed: 3 }];
    for (const columns of [10, 20, 40, 80, 200])
      for (const line of progressLines(kinds, columns, 12_345)) assert.ok(line.length < columns, `${columns}: ${line}`);
  });
});
