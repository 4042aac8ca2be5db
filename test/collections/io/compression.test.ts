import assert from "node:assert/strict";
import { test } from "node:test";
import * as zlib from "node:zlib";
import { type Compression, compressionOf, packed, unpacked } from "../../../collections/io/compression.ts";
import { FileError } from "../../../collections/io/filesystem.ts";

const text = Array.from({ length: 20_000 }, (_, i) => `line ${i * 7919}`).join("\n");

async function* pieces(bytes: Uint8Array, size = 1000): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
async function all(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const found: Uint8Array[] = [];
  for await (const piece of stream) found.push(piece);
  return Buffer.concat(found);
}

// zstd of "hello hello hello hello hello\n", made with the zstd command.
const zstdHello = Buffer.from("KLUv/QRYbQAAOGhlbGxvIAoBAKlLERpIcqs=", "base64");

const packs: readonly [Compression, (bytes: Buffer) => Buffer][] = [
  ["gzip", zlib.gzipSync],
  ["deflate", zlib.deflateSync],
  ["brotli", zlib.brotliCompressSync],
];

for (const [name, pack] of packs) {
  test(`${name}: unpacks in pieces what was packed elsewhere, and packs itself`, async () => {
    const bytes = pack(Buffer.from(text));
    assert.equal(String(await all(unpacked(pieces(bytes), name, "a"))), text);
    const own = await all(packed(pieces(Buffer.from(text)), name));
    assert.ok(own.length < text.length / 2);
    assert.equal(String(await all(unpacked(pieces(own), name, "a"))), text);
  });

  test(`${name}: a file that is cut short or damaged fails with its name and place`, async () => {
    const bytes = pack(Buffer.from(text));
    const damaged = [bytes.subarray(0, bytes.length - 20), Buffer.concat([Buffer.from("no such format"), bytes])];
    for (const one of damaged)
      await assert.rejects(all(unpacked(pieces(one), name, "logs/a.bin")), (error: FileError) => {
        assert.ok(error instanceof FileError);
        assert.match(error.message, new RegExp(`^logs/a.bin is not whole or no ${name} file: .*byte \\d+ of the file`));
        return true;
      });
  });
}

test("gzip files of several members are one text", async () => {
  const bytes = Buffer.concat([zlib.gzipSync("one\n"), zlib.gzipSync("two\n")]);
  assert.equal(String(await all(unpacked(pieces(bytes, 3), "gzip", "a"))), "one\ntwo\n");
});

test("zstd: reads; writes where Node can, else says so", async () => {
  assert.equal(String(await all(unpacked(pieces(zstdHello, 4), "zstd", "a"))), "hello hello hello hello hello\n");
  await assert.rejects(all(unpacked(pieces(Buffer.from("nothing of the kind")), "zstd", "b.zst")), /^FileError: b.zst/);
  const write = () => all(packed(pieces(Buffer.from(text)), "zstd"));
  if ("createZstdCompress" in zlib) assert.equal(String(await all(unpacked(pieces(await write()), "zstd", "a"))), text);
  else await assert.rejects(write, { code: "NOT_SUPPORTED" });
});

test("an error of the source passes through unpacking", async () => {
  async function* failing(): AsyncIterable<Uint8Array> {
    yield zlib.gzipSync("one").subarray(0, 5);
    throw new FileError("a does not exist", "a", "missing");
  }
  for (const name of ["gzip", "zstd", "none"] as const)
    await assert.rejects(all(unpacked(failing(), name, "a")), { message: "a does not exist" });
});

test("compressionOf() goes by the ending, unless told", () => {
  assert.equal(compressionOf("a.txt"), "none");
  assert.equal(compressionOf("a.GZ"), "gzip");
  assert.equal(compressionOf("a.jsonl.zst"), "zstd");
  assert.equal(compressionOf("a.br"), "brotli");
  assert.equal(compressionOf("a.gz", "none"), "none");
  assert.throws(() => compressionOf("a.csv.bz2"), { code: "NOT_SUPPORTED", message: /^a.csv.bz2: .bz2 files cannot/ });
});
