import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fileSystemOf } from "../../../collections/io/schemes.ts";
import {
  type LineFormat,
  overlapsItself,
  pieceText,
  readTextBlock,
  type TextEncoding,
} from "../../../collections/io/text.ts";
import type { ShoalError } from "../../../runtime/base/errors.ts";

const files = fileSystemOf("memory:/");
const plain: LineFormat = { encoding: "utf8", errors: "strict", delimiter: "\n" };

async function blockText(path: string, start: number, end: number, format: LineFormat = plain): Promise<string> {
  let text = "";
  for await (const piece of readTextBlock({ path, compression: "none", start, end }, format))
    text += pieceText(piece, path, format);
  return text;
}

/** Text of all blocks of a size. */
async function inBlocks(path: string, sizeBytes: number, blockBytes: number, format: LineFormat): Promise<string[]> {
  const blocks: string[] = [];
  for (let start = 0; start === 0 || start < sizeBytes; start += blockBytes)
    blocks.push(await blockText(path, start, start + blockBytes, format));
  return blocks;
}

test("readTextBlock() begins after the first delimiter and ends with the line that crosses its end", async () => {
  await files.write("memory:/text/a", Buffer.from("one\ntwo\nthree\nfour"));
  assert.equal(await blockText("memory:/text/a", 0, 1), "one\n");
  assert.equal(await blockText("memory:/text/a", 1, 4), "two\n");
  assert.equal(await blockText("memory:/text/a", 4, 5), "");
  assert.equal(await blockText("memory:/text/a", 5, 9), "three\n");
  assert.equal(await blockText("memory:/text/a", 9, 99), "four");
  assert.equal(await blockText("memory:/text/a", 0, Number.POSITIVE_INFINITY), "one\ntwo\nthree\nfour");
});

test("blocks of any size share no line and miss none, whatever the delimiter, encoding and text", async () => {
  let at = 0;
  const encodings = fc.constantFrom<TextEncoding>("utf8", "latin1", "utf16le");
  const delimiters = fc.constantFrom("\n", "\r\n", ";", "<|>", "ab", "\u0a0a", "é");
  await fc.assert(
    fc.asyncProperty(
      encodings,
      delimiters,
      fc.array(fc.stringMatching(/^[abx\r\n;<|>é\u0a00]{0,6}$/), { maxLength: 12 }),
      fc.integer({ min: 1, max: 40 }),
      async (encoding, delimiter, parts, blockBytes) => {
        fc.pre(encoding !== "latin1" || delimiter !== "\u0a0a");
        const text = parts.join(delimiter).replaceAll("\u0a00", encoding === "latin1" ? "x" : "\u0a00");
        const bytes = Buffer.from(text, encoding);
        const path = `memory:/text/fuzz-${++at}`;
        await files.write(path, bytes);
        const blocks = await inBlocks(path, bytes.length, blockBytes, { ...plain, encoding, delimiter });
        assert.equal(blocks.join(""), text);
        // No block but the last ends within a line.
        const withText = blocks.filter((block) => block !== "");
        for (const block of withText.slice(0, -1)) assert.ok(block.endsWith(delimiter), JSON.stringify(blocks));
        await files.remove(path);
      },
    ),
    { numRuns: 400, seed: 1 },
  );
});

test("overlapsItself() finds delimiters that can begin within themselves", () => {
  assert.deepEqual(["\n", "\r\n", "ab", "aa", "|a|", "aba", "abc"].map(overlapsItself), [
    false,
    false,
    false,
    true,
    true,
    true,
    false,
  ]);
});

test("a line longer than many pieces comes whole", async () => {
  const long = "x".repeat(3_500_000);
  await files.write("memory:/text/long", Buffer.from(`a\n${long}\nb\n`));
  assert.equal(await blockText("memory:/text/long", 1, 10), `${long}\n`);
  assert.equal(await blockText("memory:/text/long", 10, Number.POSITIVE_INFINITY), "b\n");
});

test("bytes that are no text fail with file and byte, or are replaced, or left out", async () => {
  const path = "memory:/text/broken";
  await files.write(path, Buffer.concat([Buffer.from("grün\nx"), Buffer.of(0xff), Buffer.from("é\n")]));
  const whole = (errors: LineFormat["errors"], encoding: TextEncoding = "utf8") =>
    blockText(path, 0, Number.POSITIVE_INFINITY, { ...plain, encoding, errors });
  await assert.rejects(whole("strict"), (error: ShoalError) => {
    assert.equal(error.code, "DECODE");
    assert.match(error.message, /^memory:\/text\/broken: byte 7 is no utf8 text/);
    return true;
  });
  assert.equal(await whole("replace"), "grün\nx\ufffdé\n");
  assert.equal(await whole("ignore"), "grün\nxé\n");
  await assert.rejects(whole("strict", "ascii"), /byte 2 is no ascii text/);
  assert.equal(await whole("ignore", "ascii"), "grn\nx\n");
});

test("a byte order mark is no part of the text", async () => {
  await files.write("memory:/text/bom", Buffer.from("\ufeffone\n\ufefftwo"));
  assert.equal(await blockText("memory:/text/bom", 0, Number.POSITIVE_INFINITY), "one\n\ufefftwo");
});
