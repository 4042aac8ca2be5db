import assert from "node:assert/strict";
import { test } from "node:test";
import type { CommitLog } from "../../../runtime/journal/commit-log.ts";
import { HeldOutput } from "../../../runtime/journal/held-output.ts";

/** A journal of which the test says what is committed, and whether the lease is held at this moment. */
class ToldCommits implements CommitLog {
  committed = 0;
  isSure = true;
  readonly asked: number[] = [];
  readonly wantsSummary = false;
  add(): number {
    throw new Error("nothing is written here");
  }
  summarize(): void {}
  isCommitted(position: number): boolean {
    return this.isSure && position <= this.committed;
  }
  async whenCommitted(position: number): Promise<void> {
    this.asked.push(position);
  }
}

function held(): { commits: ToldCommits; output: HeldOutput<string>; sent: string[] } {
  const commits = new ToldCommits();
  const sent: string[] = [];
  const output = new HeldOutput<string>(
    commits,
    (said) => void sent.push(said),
    () => {},
  );
  return { commits, output, sent };
}

test("turns leave in their order, each when what it follows from is committed", () => {
  const { commits, output, sent } = held();
  output.say(["at once"]);
  output.waitFor(1);
  output.say(["first"]);
  output.waitFor(2);
  output.say(["second"]);
  assert.deepEqual(sent, ["at once"]);
  commits.committed = 1;
  output.release();
  assert.deepEqual(sent, ["at once", "first"]);
  assert.deepEqual(commits.asked, [1, 2]);
  commits.committed = 2;
  output.release();
  assert.deepEqual(sent, ["at once", "first", "second"]);
});

test("a leader that stood still between a commit and its telling is woken again", () => {
  const { commits, output, sent } = held();
  output.waitFor(1);
  output.say(["a word"]);
  commits.committed = 1;
  // It stood still for longer than its lease, just before it could speak.
  commits.isSure = false;
  output.release();
  assert.deepEqual(sent, []);
  assert.deepEqual(commits.asked, [1, 1], "it waits anew");
  commits.isSure = true;
  output.release();
  assert.deepEqual(sent, ["a word"]);
});
