import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Random } from "../../runtime/base/random.ts";
import { drawMutation } from "./source-mutations.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FILE = "runtime/journal/held-output.ts";

test("drawMutation() leaves out what changes nothing that is said, and no more", () => {
  /** Draws the one file, whatever there is besides. */
  class OneFile extends Random {
    override pick<T>(items: readonly T[]): T {
      return items.includes(FILE as T) ? (FILE as T) : super.pick(items);
    }
  }
  const texts = new Set(Array.from({ length: 60 }, (_, seed) => drawMutation(ROOT, new OneFile(seed)).text));
  assert.ok(texts.has("said.length === 0 → true"), [...texts].join("; "));
  assert.ok(!texts.has("said.length === 0 → false"));
});
