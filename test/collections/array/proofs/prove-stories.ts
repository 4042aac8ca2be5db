import type { Random } from "../../../../runtime/base/random.ts";
import { difference, differenceOf, toleranceOf } from "./difference.ts";
import type { NaiveArray } from "./naive/naive-array.ts";
import { numpyAnswers } from "./numpy.ts";
import { shrunk } from "./shrink.ts";
import { randomStory, type Story, storyText, tell } from "./story.ts";

const SHRUNK_MAX = 20;
const BATCH = 2000;

/** What differs, how often NumPy refused a story, and how often each operation was told. */
export interface Proof {
  readonly wrong: string[];
  unsaid: number;
  readonly counts: Map<string, number>;
}

/** Random stories, each from a stream of its own, told twice or thrice. */
export async function proveStories(random: Random, cases: number, python?: string): Promise<Proof> {
  const proof: Proof = { wrong: [], unsaid: 0, counts: new Map() };
  for (let at = 0; at < cases; at += BATCH) {
    const stories = Array.from({ length: Math.min(BATCH, cases - at) }, (_, i) =>
      randomStory(random.fork(`${at + i}`)),
    );
    for (const story of stories) {
      for (const { name } of story.steps) proof.counts.set(name, (proof.counts.get(name) ?? 0) + 1);
      const found = await differenceOf(story);
      if (found !== null) proof.wrong.push(await toldShort(story, proof.wrong.length < SHRUNK_MAX));
    }
    if (python !== undefined) compareWithNumpy(stories, python, proof);
  }
  return proof;
}

async function toldShort(story: Story, isShrunk: boolean): Promise<string> {
  const short = isShrunk ? await shrunk(story, async (one) => (await differenceOf(one)) !== null) : story;
  return `${storyText(short)}\n${await differenceOf(short)}`;
}

/** Where plain loops and NumPy differ, the loops are wrong. */
function compareWithNumpy(stories: readonly Story[], python: string, proof: Proof): void {
  for (const [at, answer] of numpyAnswers(stories, python).entries()) {
    const story = stories[at] as Story;
    const values = tell(story);
    const found =
      typeof answer === "string" ? answer : difference(values.at(-1) as NaiveArray, answer, toleranceOf(values));
    if (typeof answer === "string") proof.unsaid += 1;
    if (found !== null) proof.wrong.push(`${storyText(story)}\nplain loops beside NumPy: ${found}`);
  }
}
