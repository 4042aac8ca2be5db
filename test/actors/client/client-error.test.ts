import assert from "node:assert/strict";
import { test } from "node:test";
import { clientError } from "../../../actors/client/client-error.ts";
import { TaskError, TimeoutError } from "../../../runtime/base/errors.ts";
import { errorToWire } from "../../../runtime/wire/error-wire.ts";

const failed = (thrown: Error): Error => clientError({ key: "f/0", worker: "w1", thrown: errorToWire(thrown) });

test("a task that overran is a TimeoutError; one whose function waited too long for something else is a TaskError", () => {
  const own = failed(new TimeoutError("The task took longer", { taskTimeoutMs: 50 }));
  assert.ok(own instanceof TimeoutError);
  assert.deepEqual(own.details, { key: "f/0", worker: "w1", timeoutMs: 50 });
  const inner = failed(own);
  assert.ok(inner instanceof TaskError);
  assert.ok(inner.cause instanceof TimeoutError);
  assert.ok(failed(new TimeoutError("No answer", { timeoutMs: 50 })) instanceof TaskError);
});
