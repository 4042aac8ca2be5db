import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../../../runtime/base/random.ts";
import { difference } from "./difference.ts";
import { proveStories } from "./prove-stories.ts";
import { shrunk } from "./shrink.ts";
import { isTellable, OPERATIONS, randomStory, type Story, storyText } from "./story.ts";

const CASES = Number(process.env["SHOAL_PROPERTY_CASES"] ?? 400);

test("random programs over random arrays give what plain loops give, as written and optimised, in the blocks that were told", async () => {
  const { wrong } = await proveStories(new Random(1), CASES);
  assert.deepEqual(wrong, []);
});

test("stories come to every operation, to chunks that are empty and of one element, and to steps upon steps", () => {
  const stories = Array.from({ length: 2500 }, (_, seed) => randomStory(new Random(seed)));
  const names = new Set(stories.flatMap(({ steps }) => steps.map(({ name }) => name)));
  assert.deepEqual(
    Object.keys(OPERATIONS).filter((name) => !names.has(name)),
    [],
  );
  const sizes = stories.flatMap(({ inputs }) => inputs.flatMap(({ chunks }) => chunks.flat()));
  assert.ok(sizes.filter((size) => size === 0).length > 100 && sizes.filter((size) => size === 1).length > 1000);
  assert.ok(stories.filter(({ steps }) => steps.length > 2).length > 300);
});

test("a story that goes wrong is told by its shortest part", async () => {
  const stories = Array.from({ length: 2500 }, (_, seed) => randomStory(new Random(seed)));
  const hasSort = ({ steps }: Story): boolean => steps.some(({ name }) => name === "sort");
  const long = stories.find((story) => hasSort(story) && story.steps.length > 3) as Story;
  const short = await shrunk(long, async (story) => hasSort(story));
  assert.deepEqual(
    short.steps.map(({ name }) => name),
    ["sort"],
  );
  assert.equal(short.inputs.length, 1);
  assert.ok(isTellable(short));
  assert.match(storyText(short), /^a = \S+ .*\nb = sort\(a\)/);
});

test("difference() sees another dtype, another shape and another element", () => {
  const x = { dtype: "float64", shape: [2], data: [1, Number.NaN] };
  assert.equal(difference(x, { ...x, data: [1, Number.NaN] }, 0), null);
  assert.match(String(difference({ ...x, dtype: "int64" }, x, 0)), /dtype/);
  assert.match(String(difference({ ...x, shape: [2, 1] }, x, 0)), /shape/);
  assert.match(String(difference({ ...x, data: [1, 2] }, x, 0)), /element 1/);
  assert.match(String(difference({ ...x, data: [1.1, Number.NaN] }, x, 1e-6)), /element 0/);
});
