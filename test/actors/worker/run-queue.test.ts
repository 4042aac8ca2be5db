import assert from "node:assert/strict";
import { test } from "node:test";
import { RunQueue } from "../../../actors/worker/run-queue.ts";
import { Random } from "../../../runtime/base/random.ts";

function drain(queue: RunQueue): { row: number; attempt: number }[] {
  const out: { row: number; attempt: number }[] = [];
  const into = { row: 0, attempt: 0 };
  while (queue.pop(into)) out.push({ ...into });
  return out;
}

test("entries come out by priority, whatever order they went in", () => {
  const random = new Random(7);
  for (let round = 0; round < 50; round++) {
    const queue = new RunQueue();
    const held: number[] = [];
    const into = { row: 0, attempt: 0 };
    let next = 0;
    for (let i = 0; i < 2000; i++) {
      if (random.chance(0.35) && held.length > 0) {
        held.sort((a, b) => a - b);
        assert.ok(queue.pop(into));
        assert.equal(into.row, held.shift());
        assert.equal(into.attempt, into.row + 1);
      } else {
        // Mostly ascending, as schedulers send them; rows are their own priorities, each once.
        const row = random.chance(0.8) ? ++next * 4096 : ++next * 4096 - random.below(next * 4096);
        if (held.includes(row)) continue;
        held.push(row);
        queue.push(row, row + 1, row);
      }
      assert.equal(queue.size, held.length);
    }
    assert.deepEqual(
      drain(queue).map((one) => one.row),
      held.sort((a, b) => a - b),
    );
  }
});

test("a queue that is never empty does not grow without end", () => {
  const queue = new RunQueue();
  const into = { row: 0, attempt: 0 };
  queue.push(0, 1, 0);
  for (let row = 1; row < 100_000; row++) {
    queue.push(row, 1, row);
    assert.ok(queue.pop(into));
    assert.equal(into.row, row - 1);
  }
  assert.equal(queue.size, 1);
  queue.clear();
  assert.equal(queue.pop(into), false);
});
