import assert from "node:assert/strict";
import { test } from "node:test";
import { CODEC_NAMES, COMPRESSIONS, packed, unpacked } from "../../../runtime/base/compression.ts";

const text = Buffer.from(Array.from({ length: 20_000 }, (_, i) => `{"id":${i},"name":"user ${i % 97}"}`).join("\n"));

test("packed(): every codec gives back what it was given, in fewer bytes", async () => {
  assert.deepEqual(COMPRESSIONS, ["off", "auto", ...CODEC_NAMES]);
  for (const compression of ["auto", ...CODEC_NAMES] as const) {
    const found = await packed(text, compression, CODEC_NAMES);
    assert.ok(found !== undefined && found.bytes.byteLength < text.byteLength / 3, compression);
    assert.equal(text.equals(await unpacked(found, text.byteLength)), true);
  }
});

test("packed() leaves what is small, what its sample shows to be dense, and what its reader could not read", async () => {
  const few = text.subarray(0, 9_999);
  assert.equal(await packed(few, "deflate", CODEC_NAMES), undefined);
  assert.equal(await packed(noiseOf(200_000), "deflate", CODEC_NAMES), undefined);
  assert.equal(await packed(text, "deflate", ["brotli"]), undefined);
  assert.equal(await packed(text, "auto", []), undefined);
  assert.equal(await packed(text, "off", CODEC_NAMES), undefined);
});

test("packed() leaves what is dense as a whole, whatever its sample shows", async () => {
  const bytes = noiseOf(200_000);
  const step = Math.floor((bytes.byteLength - 2000) / 4);
  for (let i = 0; i < 5; i++) bytes.fill(0, i * step, i * step + 2000);
  assert.equal(await packed(bytes, "deflate", CODEC_NAMES), undefined);
});

test("packed(): auto takes what both sides have", async () => {
  const found = await packed(text, "auto", ["brotli"]);
  assert.equal(found?.number, 2);
});

test("unpacked() refuses bytes that are no such, of another length, or of a codec nobody knows", async () => {
  const found = await packed(text, "deflate", CODEC_NAMES);
  assert.ok(found !== undefined);
  await assert.rejects(unpacked(found, text.byteLength - 1), { code: "DECODE" });
  await assert.rejects(unpacked(found, text.byteLength + 1), { code: "DECODE" });
  await assert.rejects(unpacked({ number: 200, bytes: found.bytes }, text.byteLength), { code: "DECODE" });
  await assert.rejects(unpacked({ number: 1, bytes: noiseOf(50_000) }, text.byteLength), { code: "DECODE" });
});

/** Bytes of a generator that always begins alike; nothing in them comes again. */
function noiseOf(bytes: number): Uint8Array {
  let state = 88172645463325252n;
  return Uint8Array.from({ length: bytes }, () => {
    state ^= BigInt.asUintN(64, state << 13n);
    state ^= state >> 7n;
    state ^= BigInt.asUintN(64, state << 17n);
    return Number(state & 255n);
  });
}
