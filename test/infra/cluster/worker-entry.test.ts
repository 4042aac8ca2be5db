import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { bootEntry, siblingEntry } from "../../../infra/cluster/worker-entry.ts";

test("workers begin with files of the package", () => {
  for (const url of [bootEntry(), new URL(siblingEntry("thread-main")), new URL(siblingEntry("process-main"))])
    assert.ok(existsSync(url), url.href);
});

test("where Shoal was bundled in, it is said at once that workers cannot start, and what to do", () => {
  assert.throws(() => bootEntry("file:///nowhere/bundle.mjs"), {
    code: "MISSING_MODULE",
    message: /^Workers begin with \/nowhere\/boot\.mjs, and that file is not there: .*--external:shoal/,
  });
});
