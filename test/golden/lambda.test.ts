import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { loadFunction } from "../../runtime/wire/function-loader.ts";
import { liveFunction } from "../../runtime/wire/function-spec.ts";
import { makePortable } from "../../runtime/wire/portable.ts";
import { builtinFunction, functionOfLambda, type Tree } from "./lambda.ts";
import { areas, caseFile } from "./run.ts";

const scope = {
  names: (path: string) => (path === "np.sqrt" ? "(x) => x ** 0.5" : undefined),
  outer: () => 5,
  attribute: (name: string) => name,
};
const made = (tree: unknown): ((...args: any[]) => any) => functionOfLambda(tree as Tree, scope);
const name = (id: string): Tree => ["name", id];

test("lambdas carry what they call in their text", () => {
  // lambda v: (v % 3) * 2
  const fn = made(["lambda", [["v", null]], ["bin", "*", ["bin", "%", name("v"), ["const", 3]], ["const", 2]]]);
  assert.equal(fn(-1), 4);
  const moved = new Function(`return (${String(fn)})`)() as (x: number) => number;
  assert.equal(moved(-1), 4);
});

test("lambdas take defaults, rest and keyword-only parameters", () => {
  // lambda a, b=1, *r, k=0: a * b + k + sum(r)
  const fn = made([
    "lambda",
    [
      ["a", null],
      ["b", ["const", 1]],
      ["*r", null],
      ["=k", ["const", 0]],
    ],
    ["bin", "+", ["bin", "+", ["bin", "*", name("a"), name("b")], name("k")], ["call", name("sum"), [name("r")], []]],
  ]);
  assert.equal(fn(19, 24, { pythonKeywords: true, k: 21 }), 477);
  assert.equal(fn(2, 3, 4, 5), 15);
});

test("lambdas write in names from around, comprehensions, slices and conditions", () => {
  const large: Tree = ["cmp", name("x"), [[">", ["const", 2]]]];
  const clause = [name("x"), ["sub", name("v"), ["slice", ["const", 1], null, null]], [large]];
  const comp: Tree = ["comp", "list", ["bin", "+", name("x"), name("n")], [clause]];
  assert.deepEqual(made(["lambda", [["v", null]], comp])([9, 1, 3]), [8]);
  assert.equal(
    made([
      "lambda",
      [["v", null]],
      ["if", ["bool", "and", [name("v"), ["cmp", name("v"), [["<", ["const", 5]]]]]], ["const", "a"], ["const", "b"]],
    ])(0),
    "b",
  );
  assert.equal(made(["lambda", [["v", null]], ["call", ["attr", name("np"), "sqrt"], [name("v")], []]])(9), 3);
});

test("builtins follow Python", () => {
  const call = (id: string, ...args: unknown[]): unknown => builtinFunction(id)?.(...args);
  assert.deepEqual(call("divmod", -7, 2), [-4, 1]);
  assert.deepEqual(call("sorted", [3, 1, 2], { pythonKeywords: true, reverse: true }), [3, 2, 1]);
  assert.equal(call("round", 2.5), 2);
  assert.deepEqual(call("range", 5, 0, -2), [5, 3, 1]);
  assert.throws(() => call("max", []), RangeError);
  assert.equal(call("sum", [true, 2]), 3);
});

test("every lambda of every case becomes a function", () => {
  let count = 0;
  const visit = (tree: unknown): void => {
    if (!Array.isArray(tree)) return;
    if (tree[0] === "lambda" && Array.isArray(tree[1]) && tree.length === 3) {
      made(tree);
      count += 1;
    } else tree.forEach(visit);
  };
  for (const area of areas)
    for (const one of (JSON.parse(readFileSync(caseFile(area), "utf8")) as { cases: { tree: unknown }[] }).cases)
      visit(one.tree);
  assert.ok(count > 100, `only ${count} lambdas`);
});

test("lambdas and builtins travel as text without captures", async () => {
  const fn = made([
    "lambda",
    [["v", null]],
    ["call", name("sorted"), [["list", [name("v"), ["bin", "//", name("v"), ["const", 2]]]]], []],
  ]);
  const cases = [
    [fn, [9]],
    [builtinFunction("sum"), [[1, 2]]],
    [builtinFunction("divmod"), [9, 2]],
  ] as [(...args: unknown[]) => unknown, unknown[]][];
  for (const [one, args] of cases) {
    const spec = makePortable(liveFunction(one));
    assert.ok(spec.kind === "source");
    assert.deepEqual(spec.captures, {});
    const { live: _live, ...sent } = spec;
    const loaded = await loadFunction(sent);
    assert.deepEqual(loaded(...args), one(...args));
  }
});
