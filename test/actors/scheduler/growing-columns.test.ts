import assert from "node:assert/strict";
import { test } from "node:test";
import { TaskColumns } from "../../../actors/scheduler/task-columns.ts";
import { WantList } from "../../../actors/scheduler/want-list.ts";

/** The lengths of the columns, shortest first. */
const lengths = (columns: object): number[] =>
  Object.values(columns)
    .filter((value): value is Uint32Array => ArrayBuffer.isView(value))
    .map(({ length }) => length)
    .sort((a, b) => a - b);

test("columns of tasks that are nearly full grow one at a time, and keep what they hold", () => {
  const tasks = new TaskColumns();
  const base = tasks.allocate(1000);
  for (let row = base; row < base + 1000; row++) {
    tasks.state[row] = row % 7;
    tasks.attempt[row] = row * 3;
    assert.equal(tasks.worker[row], -1);
  }
  assert.deepEqual(new Set(lengths(tasks)), new Set([1024]));
  let grown = 0;
  for (let turn = 0; turn < 20; turn++) {
    const before = lengths(tasks);
    tasks.growAhead();
    const more = lengths(tasks).reduce((sum, length, i) => sum + length - (before[i] as number), 0);
    assert.ok(more === 0 || more === 128, `a turn grew by ${more}`);
    grown += more / 128;
  }
  assert.equal(grown, lengths(tasks).length);
  assert.equal(tasks.used, 1000);
  // There is room: a hundred more make no column longer.
  const next = tasks.allocate(100);
  assert.deepEqual(new Set(lengths(tasks)), new Set([1152]));
  assert.equal(tasks.used, 1100);
  for (let row = base; row < base + 1000; row++)
    assert.deepEqual([tasks.state[row], tasks.attempt[row]], [row % 7, row * 3]);
  tasks.free(base, 1000);
  tasks.free(next, 100);
  assert.equal(tasks.used, 0);
});

test("more rows than there is room for come at once, whatever has grown ahead", () => {
  const tasks = new TaskColumns();
  tasks.allocate(1000);
  tasks.growAhead();
  tasks.growAhead();
  const base = tasks.allocate(5000);
  assert.ok(lengths(tasks).every((length) => length >= base + 5000));
  assert.equal(tasks.used, 6000);
  tasks.worker[base + 4999] = 3;
  assert.equal(tasks.worker[base + 4999], 3);
});

test("lists of wants that grow ahead are those that do not", () => {
  const [ahead, plain] = [new WantList(), new WantList()];
  const heads = [0, 0];
  for (let i = 1; i <= 5000; i++) {
    heads[0] = ahead.add(heads[0] as number, i % 3, i);
    heads[1] = plain.add(heads[1] as number, i % 3, i);
    if (i % 50 === 0) ahead.growAhead();
  }
  const read = (list: WantList, head: number): number[] => {
    const told: number[] = [];
    list.each(head, (client, handle) => told.push(client, handle));
    return told;
  };
  assert.deepEqual(read(ahead, heads[0] as number), read(plain, heads[1] as number));
  assert.equal(read(ahead, heads[0] as number).length, 10_000);
});
