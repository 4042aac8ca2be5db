import { crc32 } from "node:zlib";
import { ShoalError } from "../../../runtime/base/errors.ts";
import { fileSystemOf } from "../../io/schemes.ts";

/** One file in a ZIP archive. */
export interface ZipEntry {
  readonly name: string;
  /** Bytes before its content. */
  readonly offset: number;
  readonly sizeBytes: number;
  readonly packedBytes: number;
  readonly packing: "stored" | "deflated";
}

const END_BYTES_MAX = 65_557;
const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const MAX_32 = 0xffffffff;

/**
 * What a ZIP archive holds, without reading the contents.
 * @throws ShoalError DECODE if it is none; NOT_SUPPORTED for other packings than stored and deflated
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export async function zipEntries(path: string): Promise<ZipEntry[]> {
  const files = fileSystemOf(path);
  const { sizeBytes } = await files.stat(path);
  const from = Math.max(0, sizeBytes - END_BYTES_MAX);
  const tail = bufferOf(await files.readRange(path, from, sizeBytes - from));
  let at = tail.length - 22;
  while (at >= 0 && tail.readUInt32LE(at) !== END) at--;
  if (at < 0) throw damaged(path, "it has no table of contents");
  const { count, start, length } = await directoryPlace(path, tail, at, from);
  const table = bufferOf(await files.readRange(path, start, length));
  const entries: ZipEntry[] = [];
  for (let k = 0, pos = 0; k < count; k++) {
    if (pos + 46 > table.length || table.readUInt32LE(pos) !== CENTRAL)
      throw damaged(path, "its table of contents is cut off");
    const [nameLength, extraLength, noteLength] = [28, 30, 32].map((place) => table.readUInt16LE(pos + place)) as [
      number,
      number,
      number,
    ];
    const name = table.toString("utf8", pos + 46, pos + 46 + nameLength);
    const extra = table.subarray(pos + 46 + nameLength, pos + 46 + nameLength + extraLength);
    const [sizeOfEntry, packedBytes, place] = largeSizes(extra, [
      table.readUInt32LE(pos + 24),
      table.readUInt32LE(pos + 20),
      table.readUInt32LE(pos + 42),
    ]);
    const method = table.readUInt16LE(pos + 10);
    if (method !== 0 && method !== 8)
      throw new ShoalError(`${name} in ${path} is packed by method ${method}; stored and deflated can be read`, {
        code: "NOT_SUPPORTED",
        details: { path, name, method },
      });
    const local = bufferOf(await files.readRange(path, place, 30));
    if (local.length < 30 || local.readUInt32LE(0) !== LOCAL) throw damaged(path, `${name} is not where it should be`);
    const offset = place + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
    entries.push({ name, offset, sizeBytes: sizeOfEntry, packedBytes, packing: method === 0 ? "stored" : "deflated" });
    pos += 46 + nameLength + extraLength + noteLength;
  }
  return entries;
}

/** The place of the table of contents; archives of over 4 GiB say it in a record of their own. */
async function directoryPlace(path: string, tail: Buffer, at: number, from: number) {
  const plain = {
    count: tail.readUInt16LE(at + 10),
    start: tail.readUInt32LE(at + 16),
    length: tail.readUInt32LE(at + 12),
  };
  if (plain.start !== MAX_32 && plain.count !== 0xffff) return plain;
  const locator = at - 20;
  if (locator < 0 || tail.readUInt32LE(locator) !== 0x07064b50) return plain;
  const place = Number(tail.readBigUInt64LE(locator + 8));
  const record =
    place >= from ? tail.subarray(place - from) : bufferOf(await fileSystemOf(path).readRange(path, place, 56));
  return {
    count: Number(record.readBigUInt64LE(32)),
    start: Number(record.readBigUInt64LE(48)),
    length: Number(record.readBigUInt64LE(40)),
  };
}

/** Sizes that do not fit 32 bits stand in an extra field, in this order. */
function largeSizes(extra: Buffer, sizes: readonly [number, number, number]): [number, number, number] {
  const found = [...sizes] as [number, number, number];
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let place = at + 4;
    for (let k = 0; k < 3; k++)
      if (found[k] === MAX_32) {
        found[k] = Number(extra.readBigUInt64LE(place));
        place += 8;
      }
  }
  return found;
}

/**
 * A ZIP archive of stored files, piece by piece.
 * @throws RangeError if the archive would be over 4 GiB
 */
export async function* zipPieces(
  files: AsyncIterable<readonly [name: string, content: Uint8Array]>,
): AsyncIterable<Uint8Array> {
  const table: Buffer[] = [];
  let at = 0;
  for await (const [name, content] of files) {
    if (at + content.length > MAX_32)
      throw new RangeError(`An archive of over 4 GiB, at ${name}; write .npy files or a stack of them instead`);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    // Names are UTF-8; the date is 1 January 1980, so that equal content gives equal archives.
    fields.writeUInt16LE(0x0800, 2);
    fields.writeUInt16LE(0x21, 8);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(content.length, 14);
    fields.writeUInt32LE(content.length, 18);
    const title = Buffer.from(name, "utf8");
    fields.writeUInt16LE(title.length, 22);
    yield Buffer.concat([signature(LOCAL), fields, title]);
    yield content;
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    table.push(Buffer.concat([signature(CENTRAL), Buffer.from([20, 0]), fields, place, title]));
    at += 30 + title.length + content.length;
  }
  const directory = Buffer.concat(table);
  yield directory;
  const end = Buffer.alloc(18);
  end.writeUInt16LE(table.length, 4);
  end.writeUInt16LE(table.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(at, 12);
  yield Buffer.concat([signature(END), end]);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value, 0);
  return bytes;
}

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const damaged = (path: string, why: string): ShoalError =>
  new ShoalError(`${path} is no ZIP archive: ${why}`, { code: "DECODE", details: { path } });
