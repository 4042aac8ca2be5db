import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import fc from "fast-check";
import * as db from "../../../collections/bag/index.ts";
import { delayed } from "../../../collections/delayed/delayed.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { graphOf, wantAll } from "../../../runtime/graph/graph.ts";
import { optimizeGraph } from "../../../runtime/graph/optimize.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

let pop = (): void => {};
before(() => {
  pop = pushExecutor(syncExecutor);
});
after(() => pop());

const numbers = db.fromPartitions([[1, 2, 3], [], [4, 5], [6]]);
const partitionsOf = (bag: db.Bag<unknown>): Promise<unknown[][]> =>
  Promise.all(bag.toDelayed().map((one) => one.compute()));

test("map() calls with the item alone, and with other bags' items and values when these are given", async () => {
  const seen: number[] = [];
  const counting = db.fromPartitions([["10", "11"]]).map((...args: [string]) => {
    seen.push(args.length);
    return Number.parseInt(args[0], 10);
  });
  assert.deepEqual(await counting.compute(), [10, 11]);
  assert.deepEqual(seen, [1, 1]);
  const withAll = numbers.map(
    (x, y, mean, { k }) => x * 100 + y - mean + k,
    numbers.map((x) => -x),
    numbers.mean(),
    {
      k: numbers.count(),
    },
  );
  assert.deepEqual(await withAll.compute(), [101.5, 200.5, 299.5, 398.5, 497.5, 596.5]);
});

test("map() refuses bags of another number of partitions when built, and of other sizes when computed", async () => {
  assert.throws(() => numbers.map((a, b) => a + b, numbers.repartition(2)), {
    name: "RangeError",
    message: "map() needs bags with the same number of partitions; these have 4 and 2 (see repartition)",
  });
  const sameCount = db.fromPartitions([[1], [2], [3], [4]]);
  await assert.rejects(
    numbers.map((a, b) => a + b, sameCount).compute(),
    /as many items in each partition; these have 3 and 1/,
  );
});

test("a chain of steps streams: an item passes all steps before the next batch is read", async () => {
  const trace: string[] = [];
  const source = db.fromPartitions([[0]]).mapPartitions(function* () {
    for (let i = 0; i < 5000; i++) {
      if (i % 1000 === 0) trace.push(`read ${i}`);
      yield i;
    }
  });
  const chain = source
    .map((i) => ({ i }))
    .filter(({ i }) => i % 1000 === 0)
    .pluck("i")
    .map((i) => {
      trace.push(`used ${i}`);
      return i;
    });
  const fused = optimizeGraph(graphOf([wantAll(chain.sum().layer)]));
  const [[total]] = (await syncExecutor.compute(fused.wants)) as [[number]];
  assert.equal(total, 10_000);
  assert.ok(trace.indexOf("used 0") < trace.indexOf("read 4000"), trace.join(", "));
});

test("take() that found too little warns, while there are partitions it did not read", async () => {
  const bag = db.fromSequence([1, 2], { npartitions: 2 });
  const warned = once(process, "warning");
  assert.deepEqual(await bag.take(5, { npartitions: -1 }), [1, 2]);
  assert.deepEqual(await bag.take(5), [1]);
  const [{ code, message }] = (await warned) as [Error & { code: string }];
  assert.equal(code, "SHOAL_FEW_ITEMS");
  assert.match(message, /^take\(5\) found 1 items in the first 1 of 2 partitions/);
});

test("take() and head() read only as far as they must", async () => {
  let read = 0;
  const counting = db.range(1000, { npartitions: 10 }).map((x) => {
    read += 1;
    return x;
  });
  assert.deepEqual(await counting.take(3), [0, 1, 2]);
  assert.ok(read <= 100, `${read} items were read of 1000`);
  assert.deepEqual(
    await counting.take(102, { npartitions: 2 }),
    Array.from({ length: 102 }, (_, i) => i),
  );
  assert.deepEqual(
    await counting.take(500),
    Array.from({ length: 100 }, (_, i) => i),
  );
  assert.deepEqual(await counting.head(3).compute(), [0, 1, 2]);
  await assert.rejects(counting.take(1, { npartitions: 11 }), RangeError);
  await assert.rejects(counting.take(-1), RangeError);
});

test("async functions run side by side within a bound, and keep the order", async () => {
  let running = 0;
  let most = 0;
  const gates: (() => void)[] = [];
  const work = async (x: number): Promise<number> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => {
      gates.push(resolve);
      // All that may run at once have begun when turns pass without a new one.
      setImmediate(() => setImmediate(() => gates.pop()?.()));
    });
    running -= 1;
    return x * 2;
  };
  const items = Array.from({ length: 50 }, (_, i) => i);
  const bag = db.fromPartitions([items]).map(db.concurrently(work, 5));
  assert.deepEqual(
    await bag.filter(async (x) => x % 4 === 0).compute(),
    items.filter((x) => x % 2 === 0).map((x) => x * 2),
  );
  assert.equal(most, 5);
  assert.throws(() => db.concurrently(work, 0), RangeError);
});

test("an async function that fails fails the bag with its own error", async () => {
  const failing = numbers.map(async (x) => {
    if (x === 5) throw new RangeError(`no ${x}`);
    return x;
  });
  await assert.rejects(failing.compute(), { name: "RangeError", message: "no 5" });
});

test("fold(): a partition begins with the initial value, which is not shared; nothing has no value", async () => {
  const sets = numbers.fold((set: Set<number>, x) => set.add(x), {
    initial: new Set<number>(),
    combine: (a, b) => new Set([...a, ...b]),
  });
  assert.deepEqual(await sets.compute(), new Set([1, 2, 3, 4, 5, 6]));
  assert.deepEqual(await sets.compute(), new Set([1, 2, 3, 4, 5, 6]));
  assert.equal(await numbers.fold((a, x) => a + x, { initial: 100 }).compute(), 321);
  assert.equal(await numbers.fold(async (a, x) => a + x).compute(), 21);
  const empty = db.fromPartitions<number>([[], []]);
  await assert.rejects(empty.fold((a, x) => a + x).compute(), TypeError);
  assert.equal(await empty.fold((a, x) => a + x, { initial: 7 }).compute(), 7);
});

test("reductions over many partitions meet in rounds and equal those over one list", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 5 }), { minLength: 1, maxLength: 20 }),
      fc.constantFrom<number | false>(2, 3, 8, false),
      async (partitions, splitEvery) => {
        const bag = db.fromPartitions(partitions);
        const all = partitions.flat();
        const options = { splitEvery };
        assert.equal(
          await bag.sum(options).compute(),
          all.reduce((a, b) => a + b, 0),
        );
        assert.equal(await bag.count(options).compute(), all.length);
        assert.equal(await bag.any(options).compute(), all.some(Boolean));
        assert.equal(await bag.all(options).compute(), all.every(Boolean));
        assert.deepEqual(new Map(await bag.frequencies(options).compute()), tally(all));
        assert.deepEqual(await bag.topk(4, options).compute(), [...all].sort((a, b) => b - a).slice(0, 4));
        assert.deepEqual(await bag.distinct(options).compute(), [...new Set(all)]);
        const parity = await bag
          .foldby(
            (x) => x & 1,
            (n: number) => n + 1,
            { initial: 0, combine: (a, b) => a + b },
          )
          .compute();
        assert.deepEqual(new Map(parity), tally(all.map((x) => x & 1)));
        if (all.length === 0) {
          for (const name of ["max", "min", "mean", "var", "std"] as const)
            await assert.rejects(bag[name](options).compute(), {
              name: "RangeError",
              message: `${name}() of an empty bag has no value`,
            });
          return;
        }
        const mean = all.reduce((a, b) => a + b, 0) / all.length;
        const variance = all.reduce((a, b) => a + (b - mean) ** 2, 0) / all.length;
        assert.equal(await bag.max(options).compute(), Math.max(...all));
        assert.equal(await bag.min(options).compute(), Math.min(...all));
        near(await bag.mean(options).compute(), mean);
        near(await bag.var(options).compute(), variance);
        near(await bag.std({ ...options, ddof: 0 }).compute(), Math.sqrt(variance));
      },
    ),
    { numRuns: 60, seed: 3 },
  );
});

const near = (a: number, b: number): void =>
  assert.ok(Math.abs(a - b) < 1e-9 * Math.max(1, Math.abs(b)), `${a} ~ ${b}`);
function tally<T>(items: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

test("items are told apart by value: lists, records, dates, text that looks like them, numbers and their text", async () => {
  const items = [
    [1, 2],
    [1, 2],
    { a: 1, b: 2 },
    { b: 2, a: 1 },
    new Date(5),
    new Date(5),
    "[1,2]",
    "\0[1,2]",
    1,
    "1",
    1n,
    null,
    undefined,
    null,
  ];
  const found = await db
    .fromPartitions<unknown>([items.slice(0, 7), items.slice(7)])
    .frequencies()
    .compute();
  assert.deepEqual(
    found.map(([, count]) => count),
    [2, 2, 2, 1, 1, 1, 1, 1, 2, 1],
  );
  await assert.rejects(
    db
      .fromPartitions([[new (class Hidden {})()]])
      .distinct()
      .compute(),
    /a Hidden has none; give a key/,
  );
});

test("groupby() puts every item of a key into one list, in as many partitions as asked", async () => {
  const words = db.fromPartitions([["ash", "fir"], ["elm", "birch", "ash"], [], ["beech"]]);
  const grouped = words.groupby((word) => word.length, { npartitions: 2 });
  assert.equal(grouped.npartitions, 2);
  assert.deepEqual(
    new Map(await grouped.compute()),
    new Map([
      [3, ["ash", "fir", "elm", "ash"]],
      [5, ["birch", "beech"]],
    ]),
  );
  assert.throws(() => words.groupby(0, { npartitions: 0 }), RangeError);
});

test("join() pairs with a list, a lazy list or a bag of one partition", async () => {
  const names: [number, string][] = [
    [1, "one"],
    [3, "three"],
    [1, "uno"],
  ];
  const expected = [
    [names[0], 1],
    [names[2], 1],
    [names[1], 3],
  ];
  const key = (pair: [number, string]): number => pair[0];
  assert.deepEqual(await numbers.join(names, (x) => x, key).compute(), expected);
  assert.deepEqual(await numbers.join(delayed(() => names)() as never, (x) => x, key as never).compute(), expected);
  assert.deepEqual(await numbers.join(db.fromPartitions([names]), (x) => x, key).compute(), expected);
  assert.throws(() => numbers.join(numbers, (x) => x), /a bag of one partition, and this has 4/);
});

test("repartition() keeps all items in order, by number and by size", async () => {
  for (const count of [1, 2, 3, 4, 9]) {
    const bag = numbers.repartition(count);
    assert.equal(bag.npartitions, count);
    assert.equal((await partitionsOf(bag)).length, count);
    assert.deepEqual(await bag.compute(), [1, 2, 3, 4, 5, 6]);
  }
  const bySize = await db.range(1000, { npartitions: 3 }).repartition({ partitionSize: "1 KiB" });
  assert.ok(bySize.npartitions >= 8 && bySize.npartitions <= 12, `${bySize.npartitions} partitions`);
  assert.deepEqual(
    await bySize.compute(),
    Array.from({ length: 1000 }, (_, i) => i),
  );
});

test("accumulate() runs over partition borders and empty partitions", async () => {
  assert.deepEqual(await partitionsOf(numbers.accumulate((a, x) => a + x)), [[1, 3, 6], [], [10, 15], [21]]);
  assert.deepEqual(await partitionsOf(numbers.accumulate((a: string, x) => a + x, "-")), [
    ["-", "-1", "-12", "-123"],
    [],
    ["-1234", "-12345"],
    ["-123456"],
  ]);
  assert.deepEqual(await numbers.accumulate(async (a, x) => a + x).compute(), [1, 3, 6, 10, 15, 21]);
});

test("random picks are the same for a seed, differ by seed, and have the right shape", async () => {
  const bag = db.range(2000, { npartitions: 4 });
  const picked = await bag.randomSample(0.25, { seed: 1 }).compute();
  assert.deepEqual(await bag.randomSample(0.25, { seed: 1 }).compute(), picked);
  assert.notDeepEqual(await bag.randomSample(0.25, { seed: 2 }).compute(), picked);
  assert.ok(picked.length > 400 && picked.length < 600, `${picked.length} of 2000`);
  const sample = await db.random.sample(bag, 50, { seed: 1 }).compute();
  assert.equal(new Set(sample).size, 50);
  const halves = sample.filter((x) => x < 1000).length;
  assert.ok(halves > 12 && halves < 38, `${halves} of 50 are from the first half`);
  assert.equal((await db.random.choices(numbers, 40, { seed: 5 }).compute()).length, 40);
  await assert.rejects(db.random.sample(numbers, 7).compute(), /sample of 7 was asked of a bag of 6 items/);
  await assert.rejects(db.random.choices(db.fromPartitions([[]]), 1).compute(), RangeError);
});

test("for await reads items in order, few partitions ahead", async () => {
  let started = 0;
  const bag = db.fromPartitions(Array.from({ length: 20 }, (_, i) => [i])).map((x) => {
    started += 1;
    return x;
  });
  const seen: number[] = [];
  for await (const item of bag) {
    seen.push(item);
    if (item === 4) break;
  }
  assert.deepEqual(seen, [0, 1, 2, 3, 4]);
  assert.ok(started <= 8, `${started} partitions were computed for 5`);
  const grouped: unknown[] = [];
  for await (const pair of bag.groupby((x) => x % 2)) grouped.push(pair);
  assert.equal(grouped.length, 2);
});

test("fromDelayed() and toDelayed() are each other's opposite; delayed work gets lists", async () => {
  const doubled = numbers.map((x) => x * 2);
  const lists = await Promise.all(
    doubled.toDelayed().map((one) => delayed((items: number[]) => items.length)(one).compute()),
  );
  assert.deepEqual(lists, [3, 0, 2, 1]);
  assert.deepEqual(await partitionsOf(db.fromDelayed<number>(doubled.toDelayed())), [[2, 4, 6], [], [8, 10], [12]]);
  assert.throws(() => db.fromDelayed([5 as never]), /item 0 is none; wrap it with delayed/);
  await assert.rejects(
    db.fromDelayed([delayed(() => 5)() as never]).compute(),
    /must be iterable, and this is the number 5/,
  );
});

test("an Item is an argument of delayed work and of other bags, and of itself by apply()", async () => {
  const total = numbers.sum();
  assert.equal(await total.apply((n) => n + 1).compute(), 22);
  assert.equal(await delayed((n: number) => n * 2)(total).compute(), 42);
  assert.equal(await delayed((all: number[]) => all.length)(numbers as never).compute(), 6);
});

test("errors say what is wrong", async () => {
  const records = db.fromPartitions<Record<string, number>>([[{ a: 1 }, { b: 2 }]]);
  await assert.rejects(records.pluck("a").compute(), {
    code: "UNKNOWN_KEY",
    message: /pluck\("a"\): an object has no such key; give a default/,
  });
  assert.deepEqual(await records.pluck("a", 0).compute(), [1, 0]);
  await assert.rejects(
    db
      .fromPartitions([[[1]]])
      .pluck(9)
      .compute(),
    RangeError,
  );
  await assert.rejects(numbers.flatten().compute(), /flatten\(\) needs items that hold items, and one is the number 1/);
  await assert.rejects(
    numbers.str.upper().compute(),
    /str.upper\(\) needs items that are text, and one is the number 1/,
  );
  await assert.rejects(
    numbers.mapPartitions((() => 5) as never).compute(),
    /must give back something iterable, and gave the number 5/,
  );
  await assert.rejects(
    db
      .fromPartitions<unknown>([["a", 1]])
      .max()
      .compute(),
    /the number 1 and the text|have no order/,
  );
  await assert.rejects(
    db
      .fromPartitions([["a"]])
      .sum()
      .compute(),
    /sum\(\) needs numbers, all of one kind, and found the string a/,
  );
  assert.throws(() => numbers.map("no function" as never), /map\(\) needs a function, and got string/);
  assert.throws(() => db.fromSequence(5 as never), TypeError);
  assert.throws(() => db.zip(numbers, numbers.repartition(2)), RangeError);
});

test("names are the same for the same work and differ for other work", () => {
  const fn = (x: number): number => x;
  assert.equal(numbers.map(fn).layer.name, numbers.map(fn).layer.name);
  assert.notEqual(numbers.map(fn).layer.name, numbers.map((x) => x).layer.name);
  assert.notEqual(numbers.topk(2).layer.name, numbers.topk(3).layer.name);
  assert.notEqual(numbers.sum().layer.name, numbers.max().layer.name);
  assert.match(String(numbers.sum()), /^Item sum-[0-9a-z]+$/);
  assert.match(String(numbers), /^Bag from_sequence-[0-9a-z]+ of 4 partitions$/);
});
