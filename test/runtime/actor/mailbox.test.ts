import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Mailbox } from "../../../runtime/actor/mailbox.ts";

const frame = (id: number, count = 1) => ({ id, messages: Array.from({ length: count }, (_, i) => `${id}.${i}`) });

test("Mailbox refuses whole frames when full under reject", () => {
  const box = new Mailbox<ReturnType<typeof frame>>({ capacity: 4 });
  assert.deepEqual(box.offer(frame(1, 3)), []);
  const big = frame(2, 2);
  assert.deepEqual(box.offer(big), [big]);
  assert.deepEqual(box.offer(frame(3, 1)), []);
  assert.deepEqual([box.size, box.lost], [4, 2]);
  assert.deepEqual(
    box.take(100).map(({ id }) => id),
    [1, 3],
  );
});

test("Mailbox lets the oldest frames go under dropOldest, and refuses what never fits", () => {
  const box = new Mailbox<ReturnType<typeof frame>>({ capacity: 4, overload: "dropOldest" });
  for (const id of [1, 2, 3, 4]) box.offer(frame(id));
  assert.deepEqual(
    box.offer(frame(5, 2)).map(({ id }) => id),
    [1, 2],
  );
  assert.deepEqual(
    box.offer(frame(6, 5)).map(({ id }) => id),
    [6],
  );
  assert.deepEqual(
    box.take(100).map(({ id }) => id),
    [3, 4, 5],
  );
  assert.equal(box.lost, 7);
});

test("Mailbox.take() gives at least one frame and otherwise no more messages than asked for", () => {
  const box = new Mailbox<ReturnType<typeof frame>>();
  for (const [id, count] of [
    [1, 5],
    [2, 1],
    [3, 2],
    [4, 2],
  ] as const)
    box.offer(frame(id, count));
  assert.deepEqual(
    box.take(3).map(({ id }) => id),
    [1],
  );
  assert.deepEqual(
    box.take(3).map(({ id }) => id),
    [2, 3],
  );
  box.push(frame(5));
  assert.deepEqual(
    box.take(3).map(({ id }) => id),
    [4, 5],
  );
  assert.deepEqual([box.take(3), box.size], [[], 0]);
});

test("Mailbox keeps order and size over random offers and takes", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.record({ put: fc.integer({ min: 1, max: 3 }) }), fc.record({ take: fc.nat(5) })), {
        maxLength: 4000,
        size: "max",
      }),
      (steps) => {
        const box = new Mailbox<ReturnType<typeof frame>>({ capacity: 1_000_000 });
        const model: ReturnType<typeof frame>[] = [];
        let id = 0;
        for (const step of steps)
          if ("put" in step) {
            const item = frame(id++, step.put);
            box.offer(item);
            model.push(item);
          } else for (const item of box.take(step.take)) assert.equal(item, model.shift());
        assert.equal(box.size, model.flatMap(({ messages }) => messages).length);
      },
    ),
    { numRuns: 30, seed: 3 },
  );
});

test("Mailbox refuses a capacity that is no whole number of messages", () => {
  for (const capacity of [0, -1, 1.5, Number.NaN]) assert.throws(() => new Mailbox({ capacity }), RangeError);
});
