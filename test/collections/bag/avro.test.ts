import assert from "node:assert/strict";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { after, test } from "node:test";
import avsc from "avsc";
import * as db from "../../../collections/bag/index.ts";

const folder = mkdtempSync(join(tmpdir(), "shoal-avro-"));
after(() => rmSync(folder, { recursive: true }));

const schema = {
  type: "record",
  name: "Tree",
  fields: [
    { name: "name", type: "string" },
    { name: "meters", type: ["null", "double"] },
    { name: "rings", type: { type: "array", items: "int" } },
    { name: "seed", type: "bytes" },
  ],
};
const trees = Array.from({ length: 5000 }, (_, i) => ({
  name: `tree ${i}`,
  meters: i % 7 === 0 ? null : i / 4,
  rings: [i, 1 - i],
  seed: Uint8Array.of(i % 256),
}));

/** A file that another implementation writes. */
async function written(path: string, codec: "null" | "deflate"): Promise<string> {
  const encoder = new avsc.streams.BlockEncoder(schema as never, { codec, blockSize: 4000 });
  const done = pipeline(encoder, createWriteStream(path));
  for (const tree of trees) encoder.write({ ...tree, seed: Buffer.from(tree.seed) });
  encoder.end();
  await done;
  return path;
}

for (const codec of ["null", "deflate"] as const)
  test(`readAvro() reads another's file, whole and in parts of any size (${codec})`, async () => {
    const path = await written(join(folder, `${codec}.avro`), codec);
    assert.deepEqual(await db.readAvro(path).compute(), trees);
    for (const blockBytes of [500, 7777, "20 kB"]) {
      const parts = db.readAvro<{ name: string }>(path, { blockBytes });
      assert.ok(parts.npartitions > 1);
      assert.deepEqual(await parts.compute(), trees);
    }
    assert.equal((await db.readAvro<{ name: string }>(path).pluck("name").take(1))[0], "tree 0");
  });

for (const codec of ["null", "deflate"] as const)
  test(`toAvro() writes what another reads, and what readAvro() reads (${codec})`, async () => {
    const to = join(folder, `out-${codec}`);
    const paths = await db.fromSequence(trees, { npartitions: 3 }).toAvro(to, schema, { codec });
    assert.deepEqual(
      paths.map((path) => path.slice(to.length)),
      ["/0.avro", "/1.avro", "/2.avro"],
    );
    assert.deepEqual(await db.readAvro(join(to, "*.avro")).compute(), trees);
    const decoder = avsc.createFileDecoder(paths[1] as string);
    const names: string[] = [];
    for await (const tree of decoder) names.push((tree as { name: string }).name);
    assert.deepEqual(
      names,
      trees.slice(1667, 3334).map(({ name }) => name),
    );
  });

test("what does not fit, and what is no Avro file, is named", async () => {
  const bag = db.fromSequence([{ ...trees[0], rings: ["x"] }], { npartitions: 1 });
  await assert.rejects(bag.toAvro(join(folder, "bad"), schema), /does not fit the schema at rings\.0/);
  await assert.rejects(db.readAvro(import.meta.filename).compute(), /is no Avro file: it does not begin as one/);
  const whole = readFileSync(await written(join(folder, "cut.avro"), "null"));
  writeFileSync(join(folder, "cut.avro"), whole.subarray(0, whole.length - 100));
  await assert.rejects(db.readAvro(join(folder, "cut.avro")).compute(), /ends after \d+ bytes/);
});
