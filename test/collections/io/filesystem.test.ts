import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { FileError } from "../../../collections/io/filesystem.ts";
import { LocalFileSystem } from "../../../collections/io/local-filesystem.ts";
import { MemoryFileSystem } from "../../../collections/io/memory-filesystem.ts";
import { expandPaths, fileSystemOf } from "../../../collections/io/schemes.ts";
import { fileSystemCases } from "../../cases/filesystem-cases.ts";

const root = mkdtempSync(join(tmpdir(), "shoal-files-"));
after(() => rmSync(root, { recursive: true }));

let places = 0;
fileSystemCases("local files", new LocalFileSystem(), async () => mkdtempSync(join(root, "case-")));
fileSystemCases("file URLs", new LocalFileSystem(), async () => pathToFileURL(mkdtempSync(join(root, "case-"))).href);
fileSystemCases("memory files", new MemoryFileSystem(), async () => `memory:/case-${++places}`);

test("fileSystemOf() goes by the scheme", () => {
  assert.equal(fileSystemOf("data/x.csv").scheme, "file");
  assert.equal(fileSystemOf("file:///data/x.csv").scheme, "file");
  assert.equal(fileSystemOf("C:/x.csv").scheme, "file");
  assert.equal(fileSystemOf("memory:/x").scheme, "memory");
  assert.throws(() => fileSystemOf("gopher://x"), /No file system is registered for "gopher:" in gopher:\/\/x/);
});

test("expandPaths() keeps the order of patterns and refuses an empty match", async () => {
  const files = fileSystemOf("memory:/");
  for (const name of ["b", "a", "c"]) await files.write(`memory:/expand/${name}.txt`, new Uint8Array(1));
  assert.deepEqual(
    expandPaths(["memory:/expand/c.txt", "memory:/expand/[ab].txt"]).map((path) => path.slice(-5)),
    ["c.txt", "a.txt", "b.txt"],
  );
  assert.throws(
    () => expandPaths("memory:/expand/*.csv"),
    (error: FileError) => {
      return error instanceof FileError && error.message === "No file matches memory:/expand/*.csv";
    },
  );
  assert.throws(() => expandPaths([]), RangeError);
});
