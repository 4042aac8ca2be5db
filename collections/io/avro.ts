import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { ShoalError } from "../../runtime/base/errors.ts";
import { endsEarly, FileError, type FileSystem, PIECE_BYTES } from "./filesystem.ts";

/**
 * Avro's container files: a header with the schema and a marker of 16 bytes, then blocks of records, each followed by the marker.
 * @see https://avro.apache.org/docs/1.12.0/specification/#object-container-files
 */
export type AvroCodec = "null" | "deflate";

/** A schema as JSON has it: a name of a type, or an object. */
export type AvroSchema = string | Readonly<Record<string, unknown>> | readonly unknown[];

/** What the head of a file says. */
export interface AvroHead {
  readonly schema: AvroSchema;
  readonly codec: AvroCodec;
  readonly marker: Buffer;
}

/** Bytes of some records, unpacked. */
export interface AvroBlock {
  readonly count: number;
  readonly bytes: Buffer;
}

const MAGIC = Buffer.from("Obj\x01", "latin1");
const MARKER_BYTES = 16;

/** Reads a file's head. @throws FileError for what is no Avro file; ShoalError NOT_SUPPORTED for another codec */
export async function readAvroHead(files: FileSystem, path: string): Promise<AvroHead> {
  const { sizeBytes } = await files.stat(path);
  for (let length = Math.min(sizeBytes, 1 << 16); ; length = Math.min(sizeBytes, length * 4)) {
    const cursor = new Cursor(Buffer.from(await files.readRange(path, 0, length)));
    if (!cursor.bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw noAvro(path, "it does not begin as one");
    const head = headAt(cursor);
    if (head !== undefined) return checked(head, path);
    if (length === sizeBytes) throw noAvro(path, "its head is cut off");
  }
}

/**
 * The blocks behind those markers that begin in a range of bytes: ranges that cover a file give each block once.
 * @throws FileError for a file that is cut off or damaged
 */
export async function* readAvroBlocks(
  files: FileSystem,
  path: string,
  head: AvroHead,
  range: { readonly start: number; readonly end: number },
): AsyncIterable<AvroBlock> {
  const { sizeBytes } = await files.stat(path);
  const end = Math.min(range.end, sizeBytes);
  let bytes = Buffer.from(await files.readRange(path, range.start, end - range.start));
  const more = async (atLeast: number): Promise<boolean> => {
    const at = range.start + bytes.length;
    if (at >= sizeBytes) return false;
    const piece = await files.readRange(path, at, Math.min(sizeBytes - at, Math.max(PIECE_BYTES, atLeast)));
    bytes = Buffer.concat([bytes, piece]);
    return true;
  };
  let marker = bytes.indexOf(head.marker);
  // A marker may begin in the range and end behind it.
  if (marker < 0 && (await more(MARKER_BYTES))) marker = bytes.indexOf(head.marker);
  while (marker >= 0 && range.start + marker < end) {
    const from = marker + MARKER_BYTES;
    if (range.start + from >= sizeBytes) return;
    const cursor = new Cursor(bytes, from);
    const count = cursor.long();
    const size = cursor.long();
    if (size === undefined || count === undefined || bytes.length < cursor.at + size + MARKER_BYTES) {
      const wanted = cursor.at + (size ?? 0) + MARKER_BYTES;
      if (!(await more(wanted - bytes.length))) throw endsEarly(path, range.start + wanted, sizeBytes);
      continue;
    }
    const data = bytes.subarray(cursor.at, cursor.at + size);
    marker = cursor.at + size;
    if (!bytes.subarray(marker, marker + MARKER_BYTES).equals(head.marker))
      throw noAvro(path, `the block at byte ${range.start + from} does not end where it says`);
    yield { count, bytes: head.codec === "deflate" ? inflateRawSync(data) : data };
  }
}

/** A whole file of records that are written already, block by block. */
export function* avroFile(
  schema: AvroSchema,
  codec: AvroCodec,
  blocks: Iterable<AvroBlock>,
): Generator<Uint8Array, void> {
  const text = JSON.stringify(schema);
  const marker = createHash("md5").update(text).digest();
  yield Buffer.concat([
    MAGIC,
    longBytes(2),
    ...[["avro.codec", codec] as const, ["avro.schema", text] as const].flatMap((pair) => pair.flatMap(textBytes)),
    longBytes(0),
    marker,
  ]);
  for (const { count, bytes } of blocks) {
    const data = codec === "deflate" ? deflateRawSync(bytes) : bytes;
    yield Buffer.concat([longBytes(count), longBytes(data.length), data, marker]);
  }
}

/** Reads what stands at a place, and knows when there is too little. */
class Cursor {
  readonly bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  /** A whole number in zigzag, seven bits a byte; undefined where the bytes end. */
  long(): number | undefined {
    let value = 0;
    for (let shift = 0; this.at < this.bytes.length; shift += 7) {
      const byte = this.bytes[this.at++] as number;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    return undefined;
  }

  take(length: number): Buffer | undefined {
    if (this.at + length > this.bytes.length) return undefined;
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

interface RawHead {
  readonly entries: ReadonlyMap<string, string>;
  readonly marker: Buffer;
}

function headAt(cursor: Cursor): RawHead | undefined {
  const entries = new Map<string, string>();
  cursor.at = MAGIC.length;
  for (;;) {
    const count = cursor.long();
    if (count === undefined) return undefined;
    if (count === 0) break;
    // A negative count is followed by the size of the entries in bytes.
    if (count < 0 && cursor.long() === undefined) return undefined;
    for (let i = 0; i < Math.abs(count); i++) {
      const [name, value] = [textAt(cursor), textAt(cursor)];
      if (name === undefined || value === undefined) return undefined;
      entries.set(name, value);
    }
  }
  const marker = cursor.take(MARKER_BYTES);
  return marker && { entries, marker: Buffer.from(marker) };
}

function textAt(cursor: Cursor): string | undefined {
  const length = cursor.long();
  return length === undefined ? undefined : cursor.take(length)?.toString("utf8");
}

function checked({ entries, marker }: RawHead, path: string): AvroHead {
  const codec = entries.get("avro.codec") ?? "null";
  if (codec !== "null" && codec !== "deflate")
    throw new ShoalError(`${path} is packed with ${codec}; write it with the codec null or deflate`, {
      code: "NOT_SUPPORTED",
      details: { path, codec },
    });
  try {
    return { schema: JSON.parse(entries.get("avro.schema") ?? "") as AvroSchema, codec, marker };
  } catch (cause) {
    throw noAvro(path, "its schema is no JSON", cause);
  }
}

function longBytes(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value * 2;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}

function textBytes(text: string): Buffer[] {
  const bytes = Buffer.from(text, "utf8");
  return [longBytes(bytes.length), bytes];
}

const noAvro = (path: string, why: string, cause?: unknown): FileError =>
  new FileError(`${path} is no Avro file: ${why}`, path, "other", cause);
