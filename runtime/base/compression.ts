import { promisify } from "node:util";
import * as zlib from "node:zlib";
import { ShoalError } from "./errors.ts";

/** How bytes are made fewer. */
export type CodecName = "deflate" | "brotli" | "zstd";
/** Whether bytes that travel are made fewer: never, by the quickest codec that both sides have, or by one of them. */
export type Compression = "off" | "auto" | CodecName;

interface Codec {
  readonly name: CodecName;
  pack(bytes: Uint8Array): Promise<Uint8Array>;
  /** @throws Error for bytes that it did not write, and for more than `bytesMax` of them */
  unpack(bytes: Uint8Array, bytesMax: number): Promise<Uint8Array>;
}

type Coded = (bytes: Uint8Array, options: object) => Promise<Uint8Array>;
/** What Node 20 has, and what later ones have. */
const { zstdCompress, zstdDecompress } = zlib as unknown as Partial<Record<string, typeof zlib.deflateRaw>>;
const { constants } = zlib;
const deflate = promisify(zlib.deflateRaw) as Coded;
const inflate = promisify(zlib.inflateRaw) as Coded;
const intoBrotli = promisify(zlib.brotliCompress) as Coded;
const fromBrotli = promisify(zlib.brotliDecompress) as Coded;

/** All codecs of this process, by their number on the wire. */
const codecs = new Map<number, Codec>([
  [
    1,
    {
      name: "deflate",
      pack: (bytes) => deflate(bytes, { level: 1 }),
      unpack: (bytes, bytesMax) => inflate(bytes, { maxOutputLength: bytesMax }),
    },
  ],
  [
    2,
    {
      name: "brotli",
      pack: (bytes) => intoBrotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
      unpack: (bytes, bytesMax) => fromBrotli(bytes, { maxOutputLength: bytesMax }),
    },
  ],
]);
if (zstdCompress !== undefined && zstdDecompress !== undefined) {
  const pack = promisify(zstdCompress) as Coded;
  const unpack = promisify(zstdDecompress) as Coded;
  codecs.set(3, {
    name: "zstd",
    pack: (bytes) => pack(bytes, {}),
    unpack: (bytes, bytesMax) => unpack(bytes, { maxOutputLength: bytesMax }),
  });
}

/** Codecs that this process can read and write. */
export const CODEC_NAMES: readonly CodecName[] = [...codecs.values()].map(({ name }) => name);
/** What may be asked for here. */
export const COMPRESSIONS: readonly Compression[] = ["off", "auto", ...CODEC_NAMES];

/** Fewer bytes gain less than they cost. */
const PACKED_BYTES_MIN = 10_000;
const SAMPLES = 5;
const SAMPLE_BYTES = 2_000;
/** What is not made smaller than this share of itself stays as it is. */
const SHARE_MAX = 0.9;

/** Bytes made fewer, and by which codec: `number` is its number on the wire. */
export interface Packed {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/**
 * Makes bytes fewer where it pays: there are 10 kB of them or more, and a sample from five places becomes smaller, as do all. Undefined where it does not.
 * Work goes on in other threads.
 * @param readable the codecs that the reader has
 * @see https://distributed.dask.org/en/stable/protocol.html#compression
 */
export async function packed(
  bytes: Uint8Array,
  compression: Compression,
  readable: readonly string[],
): Promise<Packed | undefined> {
  const found = chosen(compression, readable);
  if (found === undefined || bytes.byteLength < PACKED_BYTES_MIN) return undefined;
  const [number, codec] = found;
  const sample = sampleOf(bytes);
  if (pays(sample, await codec.pack(sample))) {
    const whole = await codec.pack(bytes);
    if (pays(bytes, whole)) return { number, bytes: whole };
  }
  return undefined;
}

/** The bytes that {@link packed} was given. @throws ShoalError DECODE if they are not so many, or not to be read here */
export async function unpacked({ number, bytes }: Packed, bytesExpected: number): Promise<Uint8Array> {
  const codec = codecs.get(number);
  if (codec === undefined) throw new ShoalError(`Codec ${number} is not known here`, { code: "DECODE" });
  const whole = await codec.unpack(bytes, Math.max(1, bytesExpected)).catch((cause: unknown) => {
    throw new ShoalError(`Bytes that ${codec.name} made fewer cannot be read`, { code: "DECODE", cause });
  });
  if (whole.byteLength !== bytesExpected)
    throw new ShoalError(`${codec.name} gave ${whole.byteLength} bytes, not ${bytesExpected}`, { code: "DECODE" });
  return whole;
}

/** Quickest first. */
const QUICK: readonly CodecName[] = ["zstd", "deflate", "brotli"];

function chosen(compression: Compression, readable: readonly string[]): [number, Codec] | undefined {
  if (compression === "off") return undefined;
  const wanted = compression === "auto" ? QUICK : [compression];
  const name = wanted.find((one) => CODEC_NAMES.includes(one) && readable.includes(one));
  return [...codecs].find(([, codec]) => codec.name === name);
}

const pays = (before: Uint8Array, after: Uint8Array): boolean => after.byteLength <= SHARE_MAX * before.byteLength;

function sampleOf(bytes: Uint8Array): Uint8Array {
  const step = Math.floor((bytes.byteLength - SAMPLE_BYTES) / (SAMPLES - 1));
  return Buffer.concat(Array.from({ length: SAMPLES }, (_, i) => bytes.subarray(i * step, i * step + SAMPLE_BYTES)));
}
