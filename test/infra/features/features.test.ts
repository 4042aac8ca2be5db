import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { problemsOf } from "../../../infra/features/check-claims.ts";
import type { Claim } from "../../../infra/features/claim.ts";
import { claims } from "../../../infra/features/claims.ts";
import { featuresPage } from "../../../infra/features/features-page.ts";

test("every claimed feature is exported and has its proof", () => {
  assert.ok(claims.length > 100);
  assert.deepEqual(problemsOf(claims, "."), []);
});

test("problemsOf() finds names that are not exported, proofs that are not there, and ids that come twice", () => {
  const wrong: readonly Claim[] = [
    ["X-1", "", "shoal:delayed shoal:nothing", "golden delayed/call"],
    ["X-2", "", "shoal:Client#fly array:linalg.bend nowhere:x cli:sing", "golden delayed/call"],
    ["X-3", "", "shoal:Client#submit array:linalg.qr cli:worker shoal:Future#status", "golden delayed/none"],
    ["X-3", "", "shoal:Client.local", "test/none.test.ts: nothing"],
  ];
  assert.deepEqual(problemsOf(wrong, "."), [
    "X-1: shoal:nothing is not exported",
    "X-2: shoal:Client#fly is not exported",
    "X-2: array:linalg.bend is not exported",
    "X-2: nowhere:x is not exported",
    "X-2: cli:sing is not exported",
    "X-3: there is no golden delayed/none",
    "X-3: there is no test/none.test.ts: nothing",
    "X-3 is claimed twice",
  ]);
});

test("docs/features.md is what `npm run features` writes", () => {
  assert.equal(readFileSync("docs/features.md", "utf8"), featuresPage(claims));
});
