import assert from "node:assert/strict";
import { test } from "node:test";
import { plainToken } from "../../../runtime/base/random.ts";

test("plain tokens are letters and digits, no longer than asked for, and differ", () => {
  const tokens = Array.from({ length: 1000 }, () => plainToken(12));
  for (const token of tokens) assert.match(token, /^[0-9A-Za-z]{1,12}$/);
  assert.equal(new Set(tokens).size, 1000);
  assert.match(plainToken(), /^[0-9A-Za-z]{1,22}$/);
});
