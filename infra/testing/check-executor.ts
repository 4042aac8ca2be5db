import { deepStrictEqual, rejects } from "node:assert/strict";
import type { Collection } from "../../collections/core/collection.ts";
import { bind } from "../../collections/core/graph-manipulation.ts";
import { delayed } from "../../collections/delayed/delayed.ts";
import type { Executor } from "../../runtime/graph/executor.ts";

/** A rule that every executor has to keep. */
interface ExecutorCase {
  readonly rule: string;
  check(executor: Executor): Promise<void>;
}

/**
 * Fails unless an executor of your own keeps the rules that Shoal's keep: values in the order of what is wanted, inputs nested in
 * containers, shared work done once, errors with their own class, results that are kept and read again.
 * @returns the rules that were checked
 * @throws AssertionError naming the rule
 * @see https://docs.dask.org/en/stable/scheduler-overview.html
 * @example
 * const rules = await checkExecutor(syncExecutor);
 * rules.length; // 6
 */
export async function checkExecutor(executor: Executor): Promise<string[]> {
  for (const { rule, check } of cases)
    try {
      await check(executor);
    } catch (error) {
      (error as Error).message = `${rule}: ${(error as Error).message}`;
      throw error;
    }
  return cases.map(({ rule }) => rule);
}

const inc = delayed((x: number) => x + 1);
const sum = delayed((xs: readonly number[]) => xs.reduce((total, x) => total + x, 0));

async function valuesOf(executor: Executor, ...collections: readonly Collection<unknown>[]): Promise<unknown[]> {
  const blocks = await executor.compute(collections.map((one) => one.wants()));
  return Promise.all(collections.map((one, at) => one.finish(blocks[at] as unknown[])));
}

const cases: readonly ExecutorCase[] = [
  {
    rule: "values come in the order of what is wanted",
    check: async (executor) => deepStrictEqual(await valuesOf(executor, inc(1), inc(5), inc(3)), [2, 6, 4]),
  },
  {
    rule: "lazy values in containers are inputs",
    check: async (executor) => deepStrictEqual(await valuesOf(executor, sum([inc(1), 10, inc(2)])), [15]),
  },
  {
    rule: "work that is shared is done once",
    check: async (executor) => {
      let runs = 0;
      const shared = delayed(() => ++runs)();
      deepStrictEqual(await valuesOf(executor, inc(shared as never), sum([shared as never, shared as never])), [2, 2]);
    },
  },
  {
    rule: "an error of a task rises with its own class, as it is or as cause",
    check: async (executor) => {
      const failing = delayed(() => {
        throw new RangeError("no");
      })();
      await rejects(
        valuesOf(executor, failing as Collection<unknown>),
        (error: Error) => error instanceof RangeError || error.cause instanceof RangeError,
      );
    },
  },
  {
    rule: "what is persisted is made once, and read again",
    check: async (executor) => {
      let runs = 0;
      const kept = delayed(() => ++runs)() as unknown as Collection<number>;
      const [held] = executor.persist([kept.wants()]);
      const again = kept.rebuild(held as never);
      deepStrictEqual(await valuesOf(executor, again), [1]);
      deepStrictEqual(await valuesOf(executor, again), [1]);
    },
  },
  {
    rule: "tasks that are bound run after what they wait for",
    check: async (executor) => {
      const order: string[] = [];
      const first = delayed(() => order.push("first"))() as unknown as Collection<unknown>;
      const second = delayed(() => order.push("second"))() as unknown as Collection<unknown>;
      await valuesOf(executor, bind(second, first) as Collection<unknown>);
      deepStrictEqual(order, ["first", "second"]);
    },
  },
];
