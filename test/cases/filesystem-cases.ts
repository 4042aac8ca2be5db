import assert from "node:assert/strict";
import { test } from "node:test";
import { FileError, type FileSystem } from "../../collections/io/filesystem.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (one: Uint8Array): string => new TextDecoder().decode(one);
const isMissing = (error: unknown): boolean => error instanceof FileError && error.reason === "missing";

/** What every file system must do. `folder` gives a new empty place for one case. */
export function fileSystemCases(name: string, files: FileSystem, folder: () => Promise<string>): void {
  const all = async (path: string, pieceBytes?: number): Promise<Uint8Array[]> => {
    const pieces: Uint8Array[] = [];
    for await (const piece of files.readStream(path, pieceBytes === undefined ? {} : { pieceBytes }))
      pieces.push(piece);
    return pieces;
  };

  test(`${name}: what was written is read back, whole and in ranges`, async () => {
    const path = `${await folder()}/new/deep/a.txt`;
    await files.write(path, bytes("0123456789"));
    assert.equal(text(await files.readRange(path, 0, 100)), "0123456789");
    assert.equal(text(await files.readRange(path, 3, 4)), "3456");
    assert.equal(text(await files.readRange(path, 8, 4)), "89");
    assert.equal(text(await files.readRange(path, 10, 4)), "");
    assert.equal((await files.stat(path)).sizeBytes, 10);
    if (files.listing !== undefined) assert.equal(files.listing.stat(path).sizeBytes, 10);
  });

  const whole = files.regions === undefined && "it writes whole files only";
  test(`${name}: a file is made of parts written in any order, and read in parts`, { skip: whole }, async () => {
    const { regions } = files;
    assert.ok(regions !== undefined);
    const at = `${await folder()}/parts/a.bin`;
    await regions.create(at, 12);
    await regions.write(at, { offsets: Float64Array.of(8, 1), length: 3 }, bytes("xyzabc"));
    assert.equal(text(await files.readRange(at, 0, 12)), "\0abc\0\0\0\0xyz\0");
    assert.equal(text(await regions.read(at, { offsets: Float64Array.of(9, 0), length: 2 })), "yz\0a");
    await assert.rejects(regions.read(at, { offsets: Float64Array.of(11), length: 2 }), FileError);
    await files.write(`${at}.done`, bytes("old"));
    await regions.rename(at, `${at}.done`);
    assert.equal((await files.stat(`${at}.done`)).sizeBytes, 12);
    assert.equal(await files.exists(at), false);
    const long = new Uint8Array(200_000).map((_, i) => i);
    await regions.create(at, 300_000);
    await regions.write(at, { offsets: Float64Array.of(150_000, 0), length: 100_000 }, long);
    assert.deepEqual(await regions.read(at, { offsets: Float64Array.of(150_000, 0), length: 100_000 }), long);
    await assert.rejects(regions.read(at, { offsets: Float64Array.of(250_000), length: 100_000 }), FileError);
  });

  test(`${name}: a stream gives the file in pieces, from an offset on`, async () => {
    const path = `${await folder()}/b.txt`;
    await files.write(path, [bytes("01234"), bytes("567"), bytes("89")]);
    assert.deepEqual((await all(path, 4)).map(text), ["0123", "4567", "89"]);
    const tail: string[] = [];
    for await (const piece of files.readStream(path, { offset: 6, pieceBytes: 2 })) tail.push(text(piece));
    assert.deepEqual(tail, ["67", "89"]);
  });

  test(`${name}: an empty file is a file without pieces`, async () => {
    const path = `${await folder()}/empty`;
    await files.write(path, []);
    assert.deepEqual(await all(path), []);
    assert.equal(await files.exists(path), true);
    assert.equal((await files.stat(path)).sizeBytes, 0);
  });

  test(`${name}: a write that fails leaves what was there, and nothing beside it`, async () => {
    const place = await folder();
    const path = `${place}/kept.txt`;
    await files.write(path, bytes("old"));
    const failing = async function* () {
      yield bytes("new");
      throw new Error("the source broke");
    };
    await assert.rejects(files.write(path, failing()), /the source broke/);
    assert.equal(text(await files.readRange(path, 0, 10)), "old");
    assert.deepEqual(await files.list(place), ["kept.txt"]);
  });

  const unheld = files.hold === undefined && "its files cannot be kept open";
  test(`${name}: a file that is kept open is read whatever becomes of its name`, { skip: unheld }, async () => {
    const path = `${await folder()}/held.txt`;
    await files.write(path, bytes("0123456789"));
    const held = await files.hold?.(path);
    assert.ok(held !== undefined);
    assert.deepEqual(held.stat, await files.stat(path));
    await files.write(path, bytes("another"));
    await files.remove(path);
    assert.equal(text(await held.readRange(3, 4)), "3456");
    assert.equal(text(await held.readRange(8, 4)), "89");
    assert.equal(text(await held.readRuns({ offsets: Float64Array.of(7, 0), length: 2 })), "7801");
    assert.equal(await held.versionNow(), held.stat.version);
    await held.close();
    await assert.rejects(async () => files.hold?.(path), isMissing);
  });

  test(`${name}: a write changes the version`, async () => {
    const path = `${await folder()}/v.txt`;
    await files.write(path, bytes("one"));
    const before = (await files.stat(path)).version;
    assert.equal((await files.stat(path)).version, before);
    await files.write(path, bytes("another"));
    assert.notEqual((await files.stat(path)).version, before);
  });

  test(`${name}: patterns match within folders, across them with **, and in order`, async () => {
    const place = await folder();
    for (const one of ["b.csv", "a.csv", "c.txt", "a1.csv", ".hidden.csv", "sub/d.csv", "sub/low/e.csv", "x(1).csv"])
      await files.write(`${place}/${one}`, bytes(one));
    const found = async (pattern: string): Promise<string[]> => {
      const paths = await files.glob(`${place}/${pattern}`);
      if (files.listing !== undefined) assert.deepEqual(files.listing.glob(`${place}/${pattern}`), paths);
      const contents = await Promise.all(paths.map((path) => files.readRange(path, 0, 99)));
      return contents.map(text);
    };
    assert.deepEqual(await found("*.csv"), ["a.csv", "a1.csv", "b.csv", "x(1).csv"]);
    assert.deepEqual(await found("?.csv"), ["a.csv", "b.csv"]);
    assert.deepEqual(await found("[bc].*"), ["b.csv", "c.txt"]);
    assert.deepEqual(await found("[!a-w]*.csv"), ["x(1).csv"]);
    assert.deepEqual(await found("*/*.csv"), ["sub/d.csv"]);
    assert.deepEqual(await found("**/*.csv"), ["a.csv", "a1.csv", "b.csv", "sub/d.csv", "sub/low/e.csv", "x(1).csv"]);
    assert.deepEqual(await found("c.txt"), ["c.txt"]);
    assert.deepEqual(await found("none*"), []);
    assert.deepEqual(await found("nofolder/*"), []);
  });

  test(`${name}: list, exists and remove`, async () => {
    const place = await folder();
    await files.write(`${place}/one/a`, bytes("a"));
    await files.write(`${place}/one/b`, bytes("b"));
    await files.write(`${place}/two/c`, bytes("c"));
    assert.deepEqual(await files.list(place), ["one", "two"]);
    assert.equal(await files.exists(`${place}/one`), true);
    await files.remove(`${place}/one`);
    assert.equal(await files.exists(`${place}/one/a`), false);
    assert.deepEqual(await files.list(place), ["two"]);
    await files.remove(`${place}/one`);
  });

  test(`${name}: what is not there, or is a folder, is an error that names the path`, async () => {
    const place = await folder();
    await files.write(`${place}/here/a`, bytes("a"));
    const gone = `${place}/gone.txt`;
    const failing = [
      () => files.readRange(gone, 0, 1),
      () => files.stat(gone),
      () => all(gone),
      () => files.list(`${place}/nofolder`),
    ];
    for (const work of failing) await assert.rejects(work, isMissing);
    await assert.rejects(files.stat(gone), (error: FileError) => error.path === gone && error.message.includes(gone));
    if (files.listing !== undefined) assert.throws(() => files.listing?.stat(gone), isMissing);
    await assert.rejects(files.stat(`${place}/here`), (error: FileError) => error.reason === "kind");
  });
}
