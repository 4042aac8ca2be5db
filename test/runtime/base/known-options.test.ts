import assert from "node:assert/strict";
import { test } from "node:test";
import { nearNames, refuseUnknownOptions } from "../../../runtime/base/known-options.ts";

const known = ["workers", "retries", "retryDelay"];

test("an option that nobody reads is refused with the nearest that there is", () => {
  const refused = (given: unknown, message: string): void =>
    assert.throws(() => refuseUnknownOptions(given, known, "thing()"), { name: "TypeError", message });
  refuseUnknownOptions({}, known, "thing()");
  refuseUnknownOptions({ workers: undefined, retries: 1 }, known, "thing()");
  refused({ worker: 2 }, 'thing() has no option "worker"; did you mean "workers"?');
  refused({ retrydelay: 2 }, 'thing() has no option "retrydelay"; did you mean "retryDelay"?');
  refused({ colour: 2 }, 'thing() has no option "colour"; it has workers, retries, retryDelay');
  refused(null, "The options of thing() are an object, not null; it may have workers, retries, retryDelay");
  refused("fast", 'The options of thing() are an object, not "fast"; it may have workers, retries, retryDelay');
});

test("near names come nearest first; short ones take fewer edits", () => {
  assert.deepEqual(nearNames("cat", ["cart", "car", "dog", "bats"]), ["cart", "car"]);
  assert.deepEqual(nearNames("a", ["b", "A"]), ["A"]);
});
