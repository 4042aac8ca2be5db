import assert from "node:assert/strict";
import { test } from "node:test";
import { entriesOf } from "../../../actors/worker/stack-sampler.ts";

const frame = (functionName: string, url: string) => ({
  functionName,
  url,
  scriptId: "1",
  lineNumber: 9,
  columnNumber: 0,
});

test("entriesOf() attributes samples below the caller of tasks to the kind that ran, others to none", () => {
  const profile = {
    nodes: [
      { id: 1, callFrame: frame("(root)", ""), children: [2, 5, 6] },
      { id: 2, callFrame: frame("applyCall", "file:///x/runtime/graph/evaluate.js"), children: [3] },
      { id: 3, callFrame: frame("work", "file:///home/me/job.ts"), children: [4] },
      { id: 4, callFrame: frame("", "file:///home/me/job.ts") },
      { id: 5, callFrame: frame("burst", "file:///x/actors/worker/execution.js") },
      { id: 6, callFrame: frame("(idle)", "") },
    ],
    startTime: 1000,
    endTime: 6000,
    samples: [4, 3, 5, 6, 4],
    timeDeltas: [1000, 1000, 1000, 1000, 1000],
  };
  assert.deepEqual(
    entriesOf(profile, (us) => (us < 4000 ? "load" : "sum")),
    [
      { prefix: "load", stack: ["work me/job.ts:10", "(anonymous) me/job.ts:10"], samples: 1, ms: 1 },
      { prefix: "load", stack: ["work me/job.ts:10"], samples: 1, ms: 1 },
      { prefix: "", stack: ["burst worker/execution.js:10"], samples: 1, ms: 1 },
      { prefix: "sum", stack: ["work me/job.ts:10", "(anonymous) me/job.ts:10"], samples: 1, ms: 1 },
    ],
  );
});
