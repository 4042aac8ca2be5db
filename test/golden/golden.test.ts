import assert from "node:assert/strict";
import { test } from "node:test";
import { exceptions } from "./exceptions.ts";
import { openMode } from "./mode.ts";
import { areas, caseFile, loadVocabularies, parseArguments, readCases } from "./run.ts";
import { type GoldenCase, runCase } from "./run-case.ts";
import { python, type Vocabulary } from "./vocabulary.ts";

/** How many cases of each area must pass; no area may fall below. */
const floors: Readonly<Record<(typeof areas)[number], { cases: number; passed: number }>> = {
  array: { cases: 498, passed: 493 },
  bag: { cases: 128, passed: 126 },
  dataframe: { cases: 464, passed: 460 },
  delayed: { cases: 108, passed: 108 },
};

for (const area of areas)
  test(`golden: ${area} cases pass`, async () => {
    const cases = readCases(caseFile(area));
    assert.equal(cases.length, floors[area].cases);
    const vocabularies = await loadVocabularies();
    const mode = await openMode("inline");
    const failed: string[] = [];
    let passed = 0;
    for (const one of cases) {
      const result = await runCase(one, vocabularies, mode);
      const isListed = exceptions.has(result.id);
      if (isListed) assert.notEqual(result.outcome, "passed", `${result.id} passes: take it off the list`);
      if (result.outcome === "failed" && !isListed) failed.push(`${result.id}: ${result.detail}`);
      if (result.outcome === "passed") passed += 1;
    }
    await mode.close();
    assert.ok(passed >= floors[area].passed, `${passed} of ${cases.length} passed; failed:\n${failed.join("\n")}`);
  });

const made = (over: Partial<GoldenCase>): GoldenCase => ({
  id: "x/1",
  area: "x",
  kind: "x",
  inputs: {},
  python: "",
  tree: ["const", 1],
  expected: { type: "value", value: 1 },
  ...over,
});

test("runCase() tells wrong values, missing exports and missing errors apart", async () => {
  const mode = await openMode("oracle");
  const vocabularies = await loadVocabularies();
  const outcome = async (over: Partial<GoldenCase>): Promise<string> =>
    (await runCase(made(over), vocabularies, mode)).outcome;
  assert.equal(await outcome({}), "passed");
  assert.equal(await outcome({ expected: { type: "value", value: 2 } }), "failed");
  assert.equal(await outcome({ tree: ["call", ["attr", ["name", "dask"], "no_such_name"], [], []] }), "unsupported");
  assert.equal(await outcome({ expected: { error: "TypeError", when: "build" } }), "failed");
  assert.equal(
    await outcome({
      tree: ["bin", "+", ["const", 1], ["const", "a"]],
      expected: { error: "TypeError", when: "build" },
    }),
    "passed",
  );
  assert.equal(
    await outcome({ tree: ["sub", ["list", []], ["const", 1]], expected: { error: "KeyError", when: "build" } }),
    "failed",
  );
  await mode.close();
});

test("runCase() calls what is missing after something was computed a failure", async () => {
  const mode = await openMode("oracle");
  const [delayed] = (await loadVocabularies()).filter((one) => one.area === "delayed");
  const late: Vocabulary = { area: "late", names: { late: python(() => 1) } };
  const tree = [
    "do",
    [
      [
        "assign",
        ["name", "a"],
        ["call", ["attr", ["call", ["name", "delayed"], [["const", 1]], []], "compute"], [], []],
      ],
      ["assign", ["name", "result"], ["call", ["name", "nowhere"], [], []]],
    ],
  ] as unknown as GoldenCase["tree"];
  assert.equal((await runCase(made({ tree }), [delayed as Vocabulary, late], mode)).outcome, "failed");
  await mode.close();
});

test("parseArguments() reads the command line and refuses what it does not know", () => {
  const { files, mode, json } = parseArguments([
    "--area",
    "bag",
    "--mode",
    "threads",
    "--json",
    "--cases",
    "a.json",
    "b.json",
  ]);
  assert.deepEqual([files, mode, json], [[caseFile("bag"), "a.json", "b.json"], "threads", true]);
  assert.throws(() => parseArguments(["--area", "nothing"]), SyntaxError);
  assert.throws(() => parseArguments(["--mode", "magic"]), SyntaxError);
  assert.throws(() => parseArguments(["--fast"]), SyntaxError);
});
