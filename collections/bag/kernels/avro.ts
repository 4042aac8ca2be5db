import { ShoalError } from "../../../runtime/base/errors.ts";
import {
  type AvroBlock,
  type AvroCodec,
  type AvroSchema,
  avroFile,
  readAvroBlocks,
  readAvroHead,
} from "../../io/avro.ts";
import { optionalLibrary } from "../../io/optional-library.ts";
import { fileSystemOf } from "../../io/schemes.ts";
import { drain, Flow, flowOf } from "./flow.ts";

/** A part of a file: the records of blocks whose markers begin in it. */
export interface AvroRange {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

/** How a partition becomes a file. */
export interface AvroWriting {
  readonly schema: AvroSchema;
  readonly codec: AvroCodec;
}

const RECORDS_PER_BLOCK = 1000;

/** The records of a part of a file, as plain objects, read as they are wanted. */
export function readRecords(range: AvroRange): Flow<unknown> {
  const records = recordsOf(range)[Symbol.asyncIterator]();
  return new Flow<unknown>(
    async () => {
      const step = await records.next();
      return step.done === true ? null : step.value;
    },
    () => void records.return?.(undefined)?.catch(() => {}),
  );
}

async function* recordsOf({ path, start, end }: AvroRange): AsyncGenerator<readonly unknown[], undefined> {
  const files = fileSystemOf(path);
  const head = await readAvroHead(files, path);
  const type = (await avro()).Type.forSchema(head.schema as never);
  for await (const { count, bytes } of readAvroBlocks(files, path, head, { start, end })) {
    const records: unknown[] = [];
    let at = 0;
    for (let i = 0; i < count; i++) {
      const { value, offset } = type.decode(bytes, at);
      if (offset < 0)
        throw new ShoalError(`${path}: record ${i} of a block is cut off`, { code: "DECODE", details: { path } });
      at = offset;
      records.push(plain(value));
    }
    if (records.length > 0) yield records;
  }
  return undefined;
}

/** Writes a partition's items to a file, and gives its path. @throws TypeError for an item that the schema does not allow */
export async function writeRecords(partition: unknown, path: string, { schema, codec }: AvroWriting): Promise<string> {
  const type = (await avro()).Type.forSchema(schema as never);
  const blocks: AvroBlock[] = [];
  let encoded: Buffer[] = [];
  const cut = (): void => {
    if (encoded.length > 0) blocks.push({ count: encoded.length, bytes: Buffer.concat(encoded) });
    encoded = [];
  };
  await drain(flowOf<unknown>(partition), (batch) => {
    for (const given of batch) {
      const item = withBuffers(given);
      if (!type.isValid(item)) throw misfit(type, item);
      encoded.push(type.toBuffer(item));
      if (encoded.length === RECORDS_PER_BLOCK) cut();
    }
  });
  cut();
  await fileSystemOf(path).write(path, avroFile(schema, codec, blocks));
  return path;
}

function misfit(type: AvroType, item: unknown): TypeError {
  const places: string[] = [];
  type.isValid(item, { errorHook: (path) => void places.push(path.join(".")) });
  const where = places.filter((place) => place !== "");
  return new TypeError(
    `toAvro(): an item does not fit the schema${where.length === 0 ? "" : ` at ${where.join(", ")}`}: ${JSON.stringify(item)?.slice(0, 200)}`,
  );
}

/** Records come as instances of classes made for their schema, which do not travel. */
function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Buffer.isBuffer(value)) return Uint8Array.from(value);
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

/** The package takes bytes as Buffers only. */
function withBuffers(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (Array.isArray(value)) return value.map(withBuffers);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withBuffers(member)]));
}

interface AvroType {
  decode(bytes: Buffer, at: number): { readonly value: unknown; readonly offset: number };
  toBuffer(value: unknown): Buffer;
  isValid(value: unknown, options?: { errorHook(path: readonly string[]): void }): boolean;
}

const avro = (): Promise<{ readonly Type: { forSchema(schema: never): AvroType } }> =>
  optionalLibrary("Avro", "avsc", () => import("avsc"));
