import assert from "node:assert/strict";
import { test } from "node:test";
import { hash128, hashOf, hashText } from "../../../runtime/base/hash.ts";

const hex = (text: string): string => {
  const { a, b, c, d } = hash128(Buffer.from(text));
  return [a, b, c, d].map((word) => word.toString(16).padStart(8, "0")).join("");
};

test("hash128() gives the published values of MurmurHash3 x86 128", () => {
  assert.equal(hex(""), "00000000000000000000000000000000");
  assert.equal(hex("The quick brown fox jumps over the lazy dog"), "2f1583c3ecee2c675d7bf66ce5e91d2c");
});

test("hash128() does not depend on where the bytes lie", () => {
  for (let length = 0; length < 70; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37) & 255);
    const moved = new Uint8Array(length + 3);
    moved.set(bytes, 3);
    assert.deepEqual(hash128(moved.subarray(3)), hash128(bytes));
  }
});

test("hash128() changes with every bit and every length", () => {
  const seen = new Set<string>();
  const bytes = new Uint8Array(40);
  for (let length = 0; length <= 40; length++) seen.add(hashText(hash128(bytes.subarray(0, length))));
  for (let bit = 0; bit < 320; bit++) {
    bytes[bit >> 3] = 1 << (bit & 7);
    seen.add(hashText(hash128(bytes)));
    bytes[bit >> 3] = 0;
  }
  assert.equal(seen.size, 41 + 320);
});

test("hashOf() writes 28 characters of 0-9a-z and tells lone surrogates apart", () => {
  assert.match(hashOf("x"), /^[0-9a-z]{28}$/);
  assert.notEqual(hashOf("\ud800"), hashOf("\ud801"));
});
