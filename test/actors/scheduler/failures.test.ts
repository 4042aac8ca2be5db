import assert from "node:assert/strict";
import { test } from "node:test";
import { killedWorkerError } from "../../../actors/scheduler/failures.ts";
import type { WorkerDeath } from "../../../runtime/protocol/nanny-scheduler.ts";

const died = (parts: Partial<WorkerDeath>): string => {
  const death = { outOfMemory: false, memory: { everyMs: 200, bytes: [1e6, 3e9] }, log: [], ...parts };
  return killedWorkerError("x-1", "A", 4, death).message;
};

test("killedWorkerError() says what ended the last worker, and what to do", () => {
  assert.match(
    died({ outOfMemory: true, signal: "SIGKILL", memoryLimitBytes: 2e9 }),
    /it took 2.79 GiB of the 1.86 GiB .* raise memoryLimit/,
  );
  assert.match(
    died({ outOfMemory: true, signal: "SIGKILL" }),
    /the system ended its process at 2.79 GiB, as memory had run out; run fewer workers there/,
  );
  assert.match(died({ outOfMemory: true, signal: "SIGABRT" }), /its engine ran out of memory/);
  assert.match(died({ signal: "SIGKILL" }), /seems to end its process .* signal SIGKILL$/);
  assert.match(died({ exitCode: 7 }), /exit code 7$/);
  assert.match(killedWorkerError("x-1", "A", 4, undefined).message, /as were 3 workers before: the task seems to/);
});
