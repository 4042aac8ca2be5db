import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import * as db from "../../../collections/bag/index.ts";
import { flattenItems, mapItems, takeItems } from "../../../collections/bag/kernels/elements.ts";
import { itemsOf } from "../../../collections/bag/kernels/flow.ts";
import { FileError } from "../../../collections/io/filesystem.ts";
import { fileSystemOf } from "../../../collections/io/schemes.ts";
import { Random } from "../../../runtime/base/random.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { graphOf, wantAll } from "../../../runtime/graph/graph.ts";
import { optimizeGraph } from "../../../runtime/graph/optimize.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

const files = fileSystemOf("memory:/");
const lines = Array.from({ length: 500 }, (_, i) => `line ${i} ${"x".repeat(i % 37)}\n`);
let pop = (): void => {};
before(async () => {
  pop = pushExecutor(syncExecutor);
  await files.write("memory:/lines/a.txt", Buffer.from(lines.slice(0, 300).join("")));
  await files.write("memory:/lines/b.txt", Buffer.from(lines.slice(300).join("")));
  await files.write("memory:/packed/c.txt.gz", gzipSync(lines.join("")));
});
after(() => pop());

test("readText() gives lines with their ends, a partition per file or block", async () => {
  const bag = db.readText("memory:/lines/*.txt");
  assert.equal(bag.npartitions, 2);
  assert.deepEqual(await bag.compute(), lines);
  for (const blockBytes of [64, 1000, "2 kB"]) {
    const blocks = db.readText("memory:/lines/*.txt", { blockBytes });
    assert.ok(blocks.npartitions > 2);
    assert.deepEqual(await blocks.compute(), lines);
  }
});

test("readText() reads packed files whole", async () => {
  const bag = db.readText("memory:/packed/c.txt.gz");
  assert.deepEqual(await bag.compute(), lines);
  assert.deepEqual(await bag.str.rstrip().take(2), ["line 0", "line 1 x"]);
  assert.throws(
    () => db.readText("memory:/packed/c.txt.gz", { blockBytes: 10 }),
    /is packed and cannot be cut into blocks/,
  );
  await files.write("memory:/packed/cut.gz", gzipSync("x".repeat(1000)).subarray(0, 15));
  await assert.rejects(
    db.readText("memory:/packed/cut.gz").compute(),
    /^FileError: memory:\/packed\/cut.gz is not whole/,
  );
});

test("readText(): files per partition, paths with lines, delimiters", async () => {
  assert.equal(db.readText("memory:/lines/*", { filesPerPartition: 2 }).npartitions, 1);
  const withPath = await db.readText("memory:/lines/b.txt", { includePath: true }).take(1);
  assert.deepEqual(withPath, [["line 300 xxxx\n", "memory:/lines/b.txt"]]);
  await files.write("memory:/lines/c.semi", Buffer.from("a;b;c;"));
  const parts = (options: db.ReadTextOptions) =>
    db.readText("memory:/lines/c.semi", { lineDelimiter: ";", ...options }).compute();
  assert.deepEqual(await parts({}), ["a;", "b;", "c;", ""]);
  assert.deepEqual(await parts({ blockBytes: 3 }), ["a;", "b;", "c;"]);
});

test("lines end with any newline unless a delimiter is given", async () => {
  await files.write("memory:/newlines/a.txt", Buffer.from("a\r\nb\rc\n\r\nd"));
  const lines = await db.readText("memory:/newlines/a.txt").compute();
  assert.deepEqual(lines, ["a\n", "b\n", "c\n", "\n", "d"]);
  assert.deepEqual(await db.readText("memory:/newlines/a.txt", { lineDelimiter: "\n" }).compute(), [
    "a\r\n",
    "b\rc\n",
    "\r\n",
    "d",
  ]);
});

test("a file is cut into equal blocks, none smaller than asked", async () => {
  await files.write("memory:/equal/a.txt", Buffer.from("0123456789\n".repeat(100)));
  assert.equal(db.readText("memory:/equal/a.txt", { blockBytes: 400 }).npartitions, 2);
  assert.equal(db.readText("memory:/equal/a.txt", { blockBytes: 1100 }).npartitions, 1);
});

test("readText() fails when built for what cannot be", () => {
  assert.throws(
    () => db.readText("memory:/nothing/*"),
    (error) => error instanceof FileError && error.reason === "missing",
  );
  assert.throws(() => db.readText("memory:/lines/a.txt", { blockBytes: 0 }), /blockBytes must be at least 1/);
  assert.throws(
    () => db.readText("memory:/lines/a.txt", { blockBytes: 5, lineDelimiter: "aa" }),
    /can begin within itself/,
  );
  assert.throws(() => db.readText("memory:/lines/a.txt", { encoding: "utf7" as never }), /as "utf7"/);
  assert.throws(() => db.readText("memory:/lines/a.txt", { blockBytes: 5, filesPerPartition: 2 }), /Only one of/);
});

test("the name of reading changes with the file", async () => {
  const before = db.readText("memory:/lines/a.txt").layer.name;
  assert.equal(db.readText("memory:/lines/a.txt").layer.name, before);
  await files.write("memory:/lines/a.txt", Buffer.from(lines.slice(0, 300).join("")));
  assert.notEqual(db.readText("memory:/lines/a.txt").layer.name, before);
});

test("toTextFiles() writes a file per partition and readText() reads it back", async () => {
  const bag = db.fromPartitions([["a", "é"], [], ["c"]]);
  for (const [to, options] of [
    ["memory:/out/plain-*.txt", {}],
    ["memory:/out/packed-*.gz", {}],
    ["memory:/out/folder", { lastEndline: true }],
  ] as const) {
    const paths = await bag.toTextFiles(to, options);
    assert.equal(paths.length, 3);
    assert.deepEqual(await db.readText(paths).str.strip().compute(), ["a", "é", "c"]);
  }
  assert.deepEqual(await files.glob("memory:/out/plain-*"), [
    "memory:/out/plain-0.txt",
    "memory:/out/plain-1.txt",
    "memory:/out/plain-2.txt",
  ]);
  assert.equal(Buffer.from(await files.readRange("memory:/out/folder/0.part", 0, 99)).toString(), "a\né\n");
  const named = await bag.toTextFiles("memory:/out/n-*.txt", { nameFunction: (i) => "abc"[i] as string });
  assert.deepEqual(named, ["memory:/out/n-a.txt", "memory:/out/n-b.txt", "memory:/out/n-c.txt"]);
  assert.throws(() => bag.toTextFiles("memory:/x/*", { nameFunction: () => "same" }), /the same file/);
  assert.throws(() => bag.toTextFiles(["memory:/x"]), /1 paths were given for 3 partitions/);
  await assert.rejects(
    db.fromPartitions([[1]]).toTextFiles("memory:/out/bad-*"),
    /needs items that are text, and one is the number 1/,
  );
});

test("text methods follow Python's", async () => {
  const bag = db.fromPartitions([["  Über alles ", "a,b,,c", "-7"]]);
  const first = async (of: db.Bag<unknown>) => (await of.compute()) as unknown[];
  assert.deepEqual(await first(bag.str.strip()), ["Über alles", "a,b,,c", "-7"]);
  assert.deepEqual(await first(bag.str.split(",", 1)), [["  Über alles "], ["a", "b,,c"], ["-7"]]);
  assert.deepEqual(await first(bag.str.rsplit(",", 1)), [["  Über alles "], ["a,b,", "c"], ["-7"]]);
  assert.deepEqual(await first(bag.str.split()), [["Über", "alles"], ["a,b,,c"], ["-7"]]);
  assert.deepEqual(await first(bag.str.title()), ["  Über Alles ", "A,B,,C", "-7"]);
  assert.deepEqual(await first(bag.str.zfill(4)), ["  Über alles ", "a,b,,c", "-007"]);
  assert.deepEqual(await first(bag.str.replace(",", ";", 2)), ["  Über alles ", "a;b;,c", "-7"]);
  assert.deepEqual(await first(bag.str.match("*,[a-c],*")), ["a,b,,c"]);
  assert.deepEqual(await first(bag.str.partition(",")), [
    ["  Über alles ", "", ""],
    ["a", ",", "b,,c"],
    ["-7", "", ""],
  ]);
});

test("counting words of files gives what splitting and counting gives, ASCII or not", async () => {
  const words = ["fig", "Fig", "übung", "a", "elm-tree", "x".repeat(40), "naïve", "0"];
  const random = new Random(7);
  const some = (): string => (random.chance(0.7) ? random.pick(words) : `w${random.below(5000)}`);
  for (const [name, ascii] of [
    ["ascii", true],
    ["mixed", false],
  ] as const) {
    let content = "";
    for (let i = 0; i < 40_000; i++) content += `${some()}${random.pick([" ", "  ", "\t", "\n", "\r\n", " \n"])}`;
    if (ascii) content = content.replaceAll("ü", "u").replaceAll("ï", "i");
    await files.write(`memory:/words/${name}.txt`, Buffer.from(content));
    const expected = new Map<string, number>();
    for (const word of content.split(/\s+/).filter(Boolean)) expected.set(word, (expected.get(word) ?? 0) + 1);
    for (const blockBytes of [20_000, null]) {
      const bag = db.readText(`memory:/words/${name}.txt`, { blockBytes }).str.split().flatten().frequencies();
      const fused = optimizeGraph(graphOf([wantAll(bag.layer)]));
      const [[pairs]] = (await syncExecutor.compute(fused.wants)) as [[[string, number][]]];
      assert.equal(pairs.length, expected.size);
      assert.deepEqual(new Map(pairs), expected);
      assert.deepEqual(new Map(await bag.compute()), expected);
    }
  }
});

test("toDataFrame() says what to import while no tables are loaded", () => {
  assert.throws(() => db.fromPartitions([[{ a: 1 }]]).toDataFrame(), {
    code: "MISSING_MODULE",
    message: 'Bags become a dataframe once "shoal/dataframe" is loaded; import it first',
  });
});

test("readText() reads encodings of a byte a character, and usual spellings of names", async () => {
  const path = "memory:/encodings/a.txt";
  await files.write(path, Buffer.from([0x80, 0x0a, 0xe9, 0x0a]));
  assert.deepEqual(await db.readText(path, { encoding: "windows-1252" }).compute(), ["€\n", "é\n"]);
  const latin = db.readText(path, { encoding: "ISO-8859-1", blockBytes: 2 });
  assert.deepEqual(await latin.compute(), ["\u0080\n", "é\n"]);
  assert.throws(() => db.readText(path, { encoding: "klingon" }), RangeError);
  await files.write(path, Buffer.from("æ\n"));
  assert.deepEqual(await db.readText(path, { encoding: "UTF-8" }).compute(), ["æ\n"]);
});

test("whoever stops reading lines early closes the file", async () => {
  let closed = 0;
  async function* pieces(): AsyncGenerator<string> {
    try {
      for (let n = 0; ; n++) yield `line ${n}`;
    } finally {
      closed += 1;
    }
  }
  assert.deepEqual(await itemsOf(takeItems(flattenItems(mapItems((line) => [line], pieces())), 2)), [
    "line 0",
    "line 1",
  ]);
  assert.equal(closed, 1);
});

test("str: splits from either side at white space, and what stands between characters", async () => {
  const bag = db.fromSequence([" a b  c ", "de"], { npartitions: 1 });
  assert.deepEqual(await bag.str.split(null, 1).compute(), [["a", "b  c "], ["de"]]);
  assert.deepEqual(await bag.str.rsplit(null, 1).compute(), [[" a b", "c"], ["de"]]);
  assert.deepEqual(await bag.str.replace("", "-").take(2), ["- -a- -b- - -c- -", "-d-e-"]);
  assert.deepEqual(await bag.str.replace("", "-", 1).take(2), ["- a b  c ", "-de"]);
});
