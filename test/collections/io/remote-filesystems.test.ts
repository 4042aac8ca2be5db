import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import S3rver from "s3rver";
import { fromColumns, readCsv, readJson, readParquet } from "../../../collections/dataframe/index.ts";
import type { FileError } from "../../../collections/io/filesystem.ts";
import { HttpFileSystem } from "../../../collections/io/http-filesystem.ts";
import { S3FileSystem } from "../../../collections/io/s3-filesystem.ts";
import { registerFileSystem } from "../../../collections/io/schemes.ts";
import type { ShoalError } from "../../../runtime/base/errors.ts";
import { fileSystemCases } from "../../cases/filesystem-cases.ts";

const root = mkdtempSync(join(tmpdir(), "shoal-s3-"));
const LOGIN = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };
const storage = new S3rver({
  port: 0,
  address: "127.0.0.1",
  silent: true,
  directory: root,
  configureBuckets: [{ name: "data", configs: [] }],
});
const address = (await storage.run()) as AddressInfo;
const s3 = new S3FileSystem({ endpoint: `http://127.0.0.1:${address.port}`, ...LOGIN });

let places = 0;
fileSystemCases("s3 objects", s3, async () => `s3://data/case-${++places}`);

/** A web server over files in hand, with and without ranges; it counts the bytes it sends. */
const files = new Map<string, Buffer>();
let sentBytes = 0;
let failures = 0;
const web: Server = createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://localhost");
  const body = files.get(url.pathname);
  if (failures > 0) {
    failures -= 1;
    response.writeHead(503).end();
    return;
  }
  if (body === undefined) {
    response.writeHead(url.pathname === "/secret" ? 403 : 404).end();
    return;
  }
  const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "");
  if (range === null || url.searchParams.has("plain")) {
    sentBytes += body.length;
    response.writeHead(200, { etag: `"${body.length}"` }).end(body);
    return;
  }
  const [from, to] = [Number(range[1]), Math.min(Number(range[2]), body.length - 1)];
  if (from >= body.length) {
    response.writeHead(416, { "content-range": `bytes */${body.length}` }).end();
    return;
  }
  sentBytes += to + 1 - from;
  response.writeHead(206, { "content-range": `bytes ${from}-${to}/${body.length}`, etag: `"${body.length}"` });
  response.end(body.subarray(from, to + 1));
});
let base = "";
before(async () => {
  registerFileSystem(s3);
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
});
after(async () => {
  await storage.close();
  web.closeAllConnections();
  web.close();
  rmSync(root, { recursive: true, force: true });
});

const http = new HttpFileSystem("http");
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

test("a web server's file is read by ranges; one that knows none sends all, and the range is cut out", async () => {
  files.set("/a.txt", Buffer.from("0123456789"));
  for (const path of [`${base}/a.txt`, `${base}/a.txt?plain=1`]) {
    assert.equal(text(await http.readRange(path, 3, 4)), "3456");
    assert.equal(text(await http.readRange(path, 8, 9)), "89");
    assert.equal(text(await http.readRange(path, 20, 4)), "");
    assert.equal((await http.stat(path)).sizeBytes, 10);
    const pieces: string[] = [];
    for await (const piece of http.readStream(path, { offset: 4, pieceBytes: 4 })) pieces.push(text(piece));
    assert.deepEqual(pieces, ["4567", "89"]);
  }
});

test("what a web server has not is missing, what it refuses is denied, what it fails at is asked again", async () => {
  await assert.rejects(
    http.readRange(`${base}/none`, 0, 1),
    (e: FileError) => e.reason === "missing" && e.path.endsWith("/none"),
  );
  await assert.rejects(http.stat(`${base}/secret`), (e: FileError) => e.reason === "denied");
  assert.equal(await http.exists(`${base}/none`), false);
  files.set("/b.txt", Buffer.from("b"));
  failures = 2;
  assert.equal(text(await http.readRange(`${base}/b.txt`, 0, 1)), "b");
  failures = 3;
  await assert.rejects(http.readRange(`${base}/b.txt`, 0, 1), /503/);
  await assert.rejects(http.glob(`${base}/*.txt`), (e: ShoalError) => e.code === "NOT_SUPPORTED");
  await assert.rejects(http.readRange("http://127.0.0.1:1/x", 0, 1), /could not be reached/);
});

test("tables come from web servers: CSV by blocks, packed JSON lines, Parquet", async () => {
  const rows = Array.from({ length: 500 }, (_, i) => `${i},name ${i % 7}`);
  files.set("/t.csv", Buffer.from(`n,k\n${rows.join("\n")}\n`));
  const csv = await readCsv(`${base}/t.csv`, { blocksize: 1000 });
  assert.ok(csv.npartitions > 3);
  assert.equal(await csv.get("n").sum().compute(), 124_750);
  files.set("/t.jsonl.gz", gzipSync('{"a":1}\n{"a":2}\n'));
  assert.equal(await (await readJson(`${base}/t.jsonl.gz`)).get("a").sum().compute(), 3);
  const [path] = await fromColumns({ a: [1, 2, 3], b: ["x", null, "z"] }).toParquet("s3://data/parquet");
  files.set("/t.parquet", Buffer.from(await s3.readRange(path as string, 0, 1e6)));
  const parquet = await readParquet(`${base}/t.parquet`);
  assert.deepEqual((await parquet.filter((r) => r["a"] > 1).compute()).toColumns(), { a: [2, 3], b: [null, "z"] });
});

test("tables are written to and read from S3 storage, by patterns and by folders", async () => {
  const df = fromColumns({ a: [1, 2, 3, 4], b: ["x", "y", null, "w"] }, { npartitions: 2 });
  const csv = await df.toCsv("s3://data/csv/part-*.csv", { index: false });
  assert.equal(csv.length, 2);
  const back = await readCsv("s3://data/csv/*.csv");
  assert.deepEqual((await back.compute()).toColumns(), { a: [1, 2, 3, 4], b: ["x", "y", null, "w"] });
  await df.toParquet("s3://data/table", { partitionOn: ["b"] });
  const parts = await readParquet("s3://data/table");
  assert.equal(await parts.get("a").sum().compute(), 10);
  assert.deepEqual(await s3.list("s3://data/csv"), ["part-0.csv", "part-1.csv"]);
});

test("a wrong login and a missing one are said as such", async () => {
  const wrong = new S3FileSystem({
    endpoint: `http://127.0.0.1:${address.port}`,
    accessKeyId: "NOBODY",
    secretAccessKey: "no",
  });
  await assert.rejects(wrong.list("s3://data/csv"), (e: FileError) => e.reason === "denied");
  const none = new S3FileSystem({ endpoint: `http://127.0.0.1:${address.port}` });
  await assert.rejects(none.stat("s3://data/x"), /AWS_ACCESS_KEY_ID/);
  await assert.rejects(s3.stat("s3:data"), SyntaxError);
});

test("a listing of several pages is followed to its end, and names are decoded", async () => {
  const pages = [
    "<Contents><Key>f/a&amp;b.csv</Key></Contents><NextContinuationToken>t+1</NextContinuationToken>",
    "<Contents><Key>f/z&#xe9;.csv</Key></Contents>",
  ];
  const asked: (string | null)[] = [];
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? "/", "http://x").searchParams.get("continuation-token"));
    response.end(`<ListBucketResult>${pages[asked.length - 1]}</ListBucketResult>`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const paged = new S3FileSystem({ endpoint, ...LOGIN });
  assert.deepEqual(await paged.glob("s3://b/f/*.csv"), ["s3://b/f/a&b.csv", "s3://b/f/zé.csv"]);
  assert.deepEqual(asked, [null, "t+1"]);
  server.closeAllConnections();
  server.close();
});

test("bytes that are not asked for are not sent", async () => {
  files.set("/long.csv", Buffer.from(`n\n${"1\n".repeat(500_000)}`));
  sentBytes = 0;
  const head = await http.readRange(`${base}/long.csv`, 0, 100);
  assert.equal(head.length, 100);
  assert.equal(sentBytes, 100);
});
