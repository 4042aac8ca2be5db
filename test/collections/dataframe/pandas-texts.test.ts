import assert from "node:assert/strict";
import { test } from "node:test";
import { fromColumns } from "../../../collections/dataframe/index.ts";

const texts = (s: (string | null)[]) => fromColumns({ s }, { npartitions: 2 }).get("s");

test("str.split() splits at the first separators only, and into columns", async () => {
  const s = texts([" a  b c ", "x,y,z", null, ""]);
  const parts = async (one: ReturnType<typeof s.str.split>): Promise<unknown> => (await one.compute()).toArray();
  assert.deepEqual(await parts(s.str.split(null, { n: 1 })), [["a", "b c "], ["x,y,z"], null, []]);
  assert.deepEqual(await parts(s.str.split(null, { n: 3 })), [["a", "b", "c"], ["x,y,z"], null, []]);
  assert.deepEqual(await parts(s.str.split(",", { n: 1 })), [[" a  b c "], ["x", "y,z"], null, [""]]);
  assert.deepEqual(await parts(s.str.split(",", { n: 0 })), [[" a  b c "], ["x", "y", "z"], null, [""]]);
  const columns = await s.str.split(",", { n: 1, expand: true }).compute();
  assert.deepEqual(columns.toColumns(), { 0: [" a  b c ", "x", null, ""], 1: [null, "y,z", null, null] });
  assert.throws(() => s.str.split(",", { n: -1, expand: true }), /needs n/);
  assert.throws(() => s.str.split(",", { n: 65 }), RangeError);
});

test("str.findall() gives what the group of a pattern holds, and refuses several", async () => {
  const s = texts(["a1b2", "(c3)", null]);
  assert.deepEqual((await s.str.findall("[a-z](\\d)").compute()).toArray(), [["1", "2"], ["3"], null]);
  assert.deepEqual((await s.str.findall("\\([a-z(]").compute()).toArray(), [[], ["(c"], null]);
  assert.throws(() => s.str.findall("(.)(.)"), /2 groups/);
});

test("str.sliceReplace() counts from the end, and takes nothing where the end is before the start", async () => {
  const s = texts(["Hello", "a", "", null]);
  const cut = async (start: number, stop: number) => (await s.str.sliceReplace(start, stop, "Z").compute()).toArray();
  assert.deepEqual(await cut(-2, 99), ["HelZ", "Z", "Z", null]);
  assert.deepEqual(await cut(1, -1), ["HZo", "aZ", "Z", null]);
  assert.deepEqual(await cut(3, 1), ["HelZlo", "aZ", "Z", null]);
});

test("a sharp s is two letters without case, and a title begins with one capital", async () => {
  const s = texts(["Straße", "ßa"]);
  assert.deepEqual((await s.str.casefold().compute()).toArray(), ["strasse", "ssa"]);
  assert.deepEqual((await s.str.title().compute()).toArray(), ["Straße", "Ssa"]);
  assert.deepEqual((await s.str.capitalize().compute()).toArray(), ["Straße", "Ssa"]);
});

test("isin() finds missing among values one of which is missing", async () => {
  const s = texts(["a", null, "b"]);
  assert.deepEqual((await s.isin(["a", null]).compute()).toArray(), [true, true, false]);
  assert.deepEqual((await s.isin([null]).compute()).toArray(), [false, true, false]);
  assert.deepEqual((await s.isin(["a"]).compute()).toArray(), [true, false, false]);
});

test("a whole number to a power below zero is refused, as it was 0", async () => {
  const i = fromColumns({ i: [2, 4] }).get("i");
  await assert.rejects(i.pow(-1).compute(), /astype\("float64"\)/);
  assert.deepEqual((await i.astype("float64").pow(-1).compute()).toArray(), [0.5, 0.25]);
  const powersOf = (exponents: readonly number[]) => {
    const t = fromColumns({ i: [2, 4], n: [...exponents] });
    return t.get("i").pow(t.get("n"));
  };
  await assert.rejects(powersOf([3, -1]).compute(), /powers below zero of whole numbers: .*astype\("float64"\)/);
  assert.deepEqual((await powersOf([3, 0]).compute()).toArray(), [8, 1]);
});

test("str.replace() with n replaces so many matches, and searches nothing that it put there", async () => {
  const s = texts(["aXbXcXd", "XX", "", null, "X1X2X3\nX4"]);
  const replaced = async (pattern: string, by: string, options: { regex?: boolean; case?: boolean; n?: number }) =>
    (await s.str.replace(pattern, by, options).compute()).toArray();
  assert.deepEqual(await replaced("X", "-", { n: 2 }), ["a-b-cXd", "--", "", null, "-1-2X3\nX4"]);
  assert.deepEqual(await replaced("X", "XX", { n: 9 }), ["aXXbXXcXXd", "XXXX", "", null, "XX1XX2XX3\nXX4"]);
  assert.deepEqual(await replaced("X", "$1", { n: 2 }), ["a$1b$1cXd", "$1$1", "", null, "$11$12X3\nX4"]);
  assert.deepEqual(await replaced("x", "-", { n: 2, case: false }), ["a-b-cXd", "--", "", null, "-1-2X3\nX4"]);
  const numbered = await replaced("X(\\d)", "<$1$0>", { n: 2, regex: true });
  assert.deepEqual(numbered, ["aXbXcXd", "XX", "", null, "<1X1><2X2>X3\nX4"]);
  assert.deepEqual(await replaced("^X", "-", { n: 2, regex: true }), ["aXbXcXd", "-X", "", null, "-1X2X3\nX4"]);
  assert.deepEqual(await replaced("X", "-", { n: 0 }), (await s.compute()).toArray());
  assert.deepEqual(await replaced("(?i)x", "-", { n: 2, regex: true }), ["a-b-cXd", "--", "", null, "-1-2X3\nX4"]);
  for (const pattern of ["x*", "\\bX", "(?x)X # all", "(?U)X+", "X++"])
    assert.throws(() => s.str.replace(pattern, "-", { n: 2, regex: true }), /matches no empty text/, pattern);
  assert.throws(() => s.str.replace("X", "-", { n: 65 }), /n up to 64, got 65/);
});
