import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { config } from "../../../runtime/base/config.ts";
import { tokenize, tokenSymbol } from "../../../runtime/graph/tokenize.ts";
import { kernel, liveFunction } from "../../../runtime/wire/function-spec.ts";

class Seeded {
  readonly seed: number;
  readonly #hidden: number;
  constructor(seed: number, hidden = 0) {
    this.seed = seed;
    this.#hidden = hidden;
  }
  hidden(): number {
    return this.#hidden;
  }
  [tokenSymbol](): unknown {
    return [this.seed];
  }
}

test("tokenize() tells apart every pair of these values, and knows each again", () => {
  const buffer = new ArrayBuffer(8);
  const make = (): unknown[] => [
    0,
    -0,
    1,
    1.5,
    Number.NaN,
    Infinity,
    "",
    "1",
    1n,
    -1n,
    true,
    false,
    null,
    undefined,
    [],
    [1],
    [[1]],
    [1, 2],
    ["1"],
    {},
    { a: 1 },
    { a: 2 },
    { a: undefined },
    { b: 1 },
    new Map([[1, 2]]),
    new Map([["1", 2]]),
    new Set([1]),
    new Set([1, 2]),
    new Date(0),
    new Date(1),
    /a/,
    /a/g,
    new Float64Array([1]),
    new Float32Array([1]),
    new Uint8Array(8),
    new Int8Array(8),
    new Uint8Array(9),
    new DataView(buffer),
    buffer,
    new Error("a"),
    new TypeError("a"),
    new Error("b"),
    new URL("http://a/b"),
    Symbol.for("a"),
    Symbol.iterator,
    Math.sqrt,
    Math.cbrt,
    new Seeded(1),
    new Seeded(2),
    new BigInt64Array([1n]),
    Object(1),
    "\ud800",
    "\ud801",
    [undefined],
    [null],
    ["a", "b"],
    ["ab"],
    [["a"], "b"],
  ];
  const first = make().map((value) => tokenize(value));
  assert.equal(new Set(first).size, first.length);
  assert.deepEqual(
    make().map((value) => tokenize(value)),
    first,
  );
  for (const token of first) assert.match(token, /^[0-9a-z]{28}$/);
});

test("tokenize() does not see the order of keys, Set items and Map entries", () => {
  assert.equal(tokenize({ a: 1, b: { c: 2, d: 3 } }), tokenize({ b: { d: 3, c: 2 }, a: 1 }));
  assert.equal(tokenize(new Set(["x", "y"])), tokenize(new Set(["y", "x"])));
  assert.equal(
    tokenize(
      new Map([
        [1, "a"],
        [2, "b"],
      ]),
    ),
    tokenize(
      new Map([
        [2, "b"],
        [1, "a"],
      ]),
    ),
  );
  assert.notEqual(tokenize([1, 2]), tokenize([2, 1]));
});

test("tokenize() counts arguments, not their concatenation", () => {
  assert.notEqual(tokenize("a", "b"), tokenize("ab"));
  assert.notEqual(tokenize([1], 2), tokenize(1, [2]));
});

test("tokenize() is the same in another process", () => {
  const script = `import { tokenize } from "./runtime/graph/tokenize.ts";
    process.stdout.write(tokenize({ b: new Float64Array([1, 2]), a: new Map([["k", -0]]) }, Math.max, 10n));`;
  const other = execFileSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script]).toString();
  assert.equal(other, tokenize({ a: new Map([["k", -0]]), b: new Float64Array([1, 2]) }, Math.max, 10n));
});

test("tokenize() reads content behind any view", () => {
  const bytes = new Uint8Array(32);
  bytes.set([1, 2, 3, 4], 5);
  assert.equal(tokenize(bytes.subarray(5, 9)), tokenize(Uint8Array.of(1, 2, 3, 4)));
});

test("tokenize() ends on values that hold themselves", () => {
  const loop: { name: string; self?: unknown } = { name: "a" };
  loop.self = loop;
  const same: { name: string; self?: unknown } = { name: "a" };
  same.self = same;
  assert.equal(tokenize(loop), tokenize(same));
});

test("tokenize() names kernels by module and export, and functions by identity, since captures are not in the text", () => {
  const adder = (n: number) => (x: number) => x + n;
  const [one, two] = [adder(1), adder(2)];
  assert.equal(String(one), String(two));
  assert.notEqual(tokenize(one), tokenize(two));
  assert.equal(tokenize(one), tokenize(one));
  assert.equal(tokenize(liveFunction(one)), tokenize(one));
  assert.equal(tokenize(kernel("shoal:a", "f", one)), tokenize(kernel("shoal:a", "f", two)));
  assert.notEqual(tokenize(kernel("shoal:a", "f", one)), tokenize(kernel("shoal:b", "f", one)));
});

test("tokenize() gives a new token each time to instances that hide their state", () => {
  class Opaque {}
  const opaque = new Opaque();
  assert.notEqual(tokenize(opaque), tokenize(opaque));
});

test("tokenize() fails on what would have a new token each time, where the configuration wants that", () => {
  class Hidden {
    #secret = 1;
    read(): number {
      return this.#secret;
    }
  }
  const strict = <T>(work: () => T): T => config.with({ "tokenize.ensure-deterministic": true }, work);
  const own = { [tokenSymbol]: () => "mine" };
  for (const fine of [1, "a", [new Date(3)], new Map([[1, 2]]), Math.max, Symbol.for("s"), own])
    assert.equal(
      strict(() => tokenize(fine)),
      tokenize(fine),
    );
  for (const wrong of [new Hidden(), [new Hidden()], Symbol("s"), (x: number) => x, Promise.resolve()])
    assert.throws(() => strict(() => tokenize(wrong)), { code: "TOKENIZE" });
  assert.notEqual(tokenize(new Hidden()), tokenize(new Hidden()));
});
