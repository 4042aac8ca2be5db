import assert from "node:assert/strict";
import { test } from "node:test";
import { AGGREGATES, planAggregate } from "../../../collections/dataframe/aggregates.ts";
import { PRIMITIVES } from "../../../collections/dataframe/engine/aggregate.ts";
import { TRANSLATIONS } from "../../../collections/dataframe/engine/translate.ts";
import { showExpr } from "../../../collections/dataframe/expression/expression.ts";
import { OPERATIONS } from "../../../collections/dataframe/expression/operations.ts";
import { parseArrow } from "../../../collections/dataframe/expression/parse-arrow.ts";

const parsed = (fn: (row: any) => unknown): string => showExpr(parseArrow(fn as never, ["a", "b", "s", "t"]));

test("every operation that has a type has a translation, and the other way round", () => {
  assert.deepEqual(Object.keys(OPERATIONS).sort(), Object.keys(TRANSLATIONS).sort());
});

test("every aggregate is made of primitives that there are", () => {
  for (const fn of Object.keys(AGGREGATES)) {
    const two = ["cov", "corr", "idxmin", "idxmax"].includes(fn);
    const spec = {
      name: "r",
      fn,
      columns: two ? ["a", "b"] : ["a"],
      dtypes: two ? (["int64", "int64"] as const) : (["int64"] as const),
      options: {},
    };
    const plan = planAggregate(spec, 0);
    for (const { primitive } of [...plan.partial, ...plan.combine, ...(plan.last ?? [])])
      assert.ok(PRIMITIVES[primitive], primitive);
  }
});

test("parseArrow() reads operators, Math, text, times, ternaries, templates and optional chaining", () => {
  assert.equal(
    parsed((f) => f.a % 2 === 1 && !(f.b > 3)),
    "(((a rem 2) == 1) and not((b > 3)))",
  );
  assert.equal(
    parsed((f) => Math.max(f.a, 0) ** 2),
    "(maxOf(a, 0) ** 2)",
  );
  assert.equal(
    parsed((f) => f.s?.trim().toUpperCase()),
    "upper(strip(s))",
  );
  assert.equal(
    parsed((f) => f.t.getMonth()),
    "(month(t) - 1)",
  );
  assert.equal(
    parsed((f) => (f.a > 0 ? "yes" : null)),
    'ifElse((a > 0), "yes", null, propagate=true)',
  );
  assert.equal(
    parsed((f) => `${f.s}!`),
    'concatText(cast(s, dtype="string"), "!")',
  );
  assert.equal(
    parsed((f) => f.a ?? 0),
    "coalesce(a, 0)",
  );
  assert.equal(
    parsed((f) => f.a === null),
    "isNull(a)",
  );
  assert.equal(
    parsed(({ a, b: c }) => a + c),
    "(a + b)",
  );
  assert.equal(
    parsed((f) => /x+/i.test(f.s)),
    'contains(s, pattern="x+", case=false, regex=true)',
  );
});

test("parseArrow() binds captured values as they are now", () => {
  const config = { limit: 3, names: ["x", "y"] };
  assert.equal(
    parsed((f) => f.a > config.limit),
    "(a > 3)",
  );
  assert.equal(
    parsed((f) => config.names.includes(f.s)),
    'isIn(s, values=["x","y"])',
  );
});

test("parseArrow() refuses what has no expression, names it and its place, and says the way out", () => {
  const own = (x: number): number => x + 1;
  assert.throws(
    () => parsed((f) => own(f.a)),
    /A call of own, a function of your own, in .* at .*expression\.test\.ts:\d+.*mapRows or mapPartitions/s,
  );
  assert.throws(() => parsed((f) => f), /The whole row/);
  assert.throws(
    () =>
      parsed((f) => {
        const x = f.a;
        return x;
      }),
    /A body of several statements/,
  );
});
