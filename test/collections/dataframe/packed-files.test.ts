import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { fromColumns, readCsv, readJson } from "../../../collections/dataframe/index.ts";
import { ShoalError } from "../../../index.ts";

const folder = mkdtempSync(join(tmpdir(), "shoal-packed-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const columns = { n: [1, 2, 3], s: ["a,b", "é", 'say "x"'] };
const table = fromColumns(columns, { npartitions: 2, dtypes: { n: "int64" } });

test("toCsv() packs by the ending of the path, or as it is told and says so by the ending", async () => {
  const paths = await table.toCsv(join(folder, "by-ending-*.csv.gz"), { index: false });
  assert.match(gunzipSync(readFileSync(paths[0] as string)).toString(), /^n,s\n1,"a,b"\n/);
  assert.deepEqual((await (await readCsv(join(folder, "by-ending-*.csv.gz"))).compute()).toColumns(), columns);
  const told = await table.toCsv(join(folder, "told"), { index: false, compression: "brotli" });
  assert.deepEqual(readdirSync(join(folder, "told")).sort(), ["0.part.br", "1.part.br"]);
  assert.equal(brotliDecompressSync(readFileSync(told[1] as string)).toString(), 'n,s\n3,"say ""x"""\n');
  const plain = await table.toCsv(join(folder, "plain-*.gz"), { index: false, compression: "none" });
  assert.match(readFileSync(plain[0] as string, "utf8"), /^n,s\n/);
});

test("toCsv() into one file packs all of it as one", async () => {
  const path = join(folder, "one.csv.gz");
  assert.deepEqual(await table.toCsv(path, { index: false, singleFile: true }), [path]);
  assert.equal(gunzipSync(readFileSync(path)).toString(), 'n,s\n1,"a,b"\n2,é\n3,"say ""x"""\n');
});

test("toJson() packs its files, and readJson() reads them", async () => {
  const paths = await table.toJson(join(folder, "json"), { compression: "gzip" });
  assert.deepEqual(paths, [join(folder, "json", "part.0.jsonl.gz"), join(folder, "json", "part.1.jsonl.gz")]);
  assert.deepEqual((await (await readJson(join(folder, "json", "*.jsonl.gz"))).compute()).toColumns(), columns);
});

test("a packing that cannot be written is refused before anything is", async () => {
  const isRefused = (error: unknown): boolean => error instanceof ShoalError && error.code === "NOT_SUPPORTED";
  await assert.rejects(table.toCsv(join(folder, "no-*.csv.bz2")), isRefused);
  const hasZstd = "createZstdCompress" in (await import("node:zlib"));
  if (!hasZstd) await assert.rejects(table.toJson(join(folder, "no"), { compression: "zstd" }), isRefused);
  assert.equal(readdirSync(folder).filter((name) => name.startsWith("no")).length, 0);
});
