import { Readable } from "node:stream";
import * as zlib from "node:zlib";
import { Decompress } from "fzstd";
import { ShoalError } from "../../runtime/base/errors.ts";
import { FileError, type FilePieces } from "./filesystem.ts";

/** How a file's bytes are packed. "infer" goes by the ending of its name. */
export type Compression = "none" | "gzip" | "deflate" | "brotli" | "zstd";

const ENDINGS: readonly (readonly [string, Compression])[] = [
  [".gz", "gzip"],
  [".gzip", "gzip"],
  [".zz", "deflate"],
  [".br", "brotli"],
  [".zst", "zstd"],
  [".zstd", "zstd"],
];
const UNREADABLE = [".bz2", ".xz", ".lzma", ".zip", ".7z", ".lz4", ".snappy"];

/**
 * The compression of a file.
 * @throws ShoalError NOT_SUPPORTED for endings of formats that cannot be read, such as ".bz2"
 */
export function compressionOf(path: string, wanted: Compression | "infer" = "infer"): Compression {
  if (wanted !== "infer") return wanted;
  const name = path.toLowerCase();
  const unreadable = UNREADABLE.find((ending) => name.endsWith(ending));
  if (unreadable !== undefined)
    throw new ShoalError(`${path}: ${unreadable} files cannot be read; pack them with gzip, zstd or brotli`, {
      code: "NOT_SUPPORTED",
      details: { path },
    });
  return ENDINGS.find(([ending]) => name.endsWith(ending))?.[1] ?? "none";
}

/** The unpacked bytes of a file. @throws FileError naming the file and the packed offset where it is broken */
export async function* unpacked(
  pieces: AsyncIterable<Uint8Array>,
  compression: Compression,
  path: string,
): AsyncIterable<Uint8Array> {
  if (compression === "none") yield* pieces;
  else if (compression === "zstd") yield* unpackedZstd(pieces, path);
  else {
    const unpack = { gzip: zlib.createGunzip, deflate: zlib.createInflate, brotli: zlib.createBrotliDecompress };
    const stream = unpack[compression]();
    const source = Readable.from(pieces);
    source.on("error", (error) => stream.destroy(error));
    try {
      for await (const piece of source.pipe(stream)) yield piece as Uint8Array;
    } catch (error) {
      throw error instanceof FileError ? error : broken(path, compression, stream.bytesWritten, error);
    } finally {
      source.destroy();
    }
  }
}

/** The ending that says how a file is packed: nothing for plain ones. */
export const endingOf = (compression: Compression): string => ENDINGS.find(([, one]) => one === compression)?.[0] ?? "";

/** @throws ShoalError NOT_SUPPORTED for zstd where Node has no zstd of its own (before 22.15) */
export function checkPacks(compression: Compression): void {
  if (compression !== "none") packer(compression).destroy();
}

/** The bytes packed. @throws ShoalError NOT_SUPPORTED for zstd where Node has no zstd of its own (before 22.15) */
export async function* packed(pieces: FilePieces, compression: Compression): AsyncIterable<Uint8Array> {
  if (compression === "none") yield* pieces;
  else yield* Readable.from(pieces).pipe(packer(compression)) as AsyncIterable<Uint8Array>;
}

function packer(compression: Exclude<Compression, "none">) {
  if (compression === "gzip") return zlib.createGzip();
  if (compression === "deflate") return zlib.createDeflate();
  if (compression === "brotli")
    return zlib.createBrotliCompress({ params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } });
  const make = (zlib as { createZstdCompress?: () => zlib.Gzip }).createZstdCompress;
  if (make !== undefined) return make();
  throw new ShoalError("zstd files can be read here but not written; use gzip or brotli, or Node 22.15 or later", {
    code: "NOT_SUPPORTED",
  });
}

async function* unpackedZstd(pieces: AsyncIterable<Uint8Array>, path: string): AsyncIterable<Uint8Array> {
  const ready: Uint8Array[] = [];
  const stream = new Decompress((piece) => ready.push(piece));
  let offset = 0;
  let last: Uint8Array = new Uint8Array(0);
  const push = (piece: Uint8Array, final: boolean): Uint8Array[] => {
    try {
      stream.push(piece, final);
    } catch (error) {
      throw broken(path, "zstd", offset, error);
    }
    offset += piece.length;
    return ready.splice(0);
  };
  for await (const piece of pieces) {
    yield* push(last, false);
    last = piece;
  }
  if (offset + last.length > 0) yield* push(last, true);
}

const broken = (path: string, compression: Compression, offset: number, cause: unknown): FileError =>
  new FileError(
    `${path} is not whole or no ${compression} file: ${(cause as Error).message} (near byte ${offset} of the file)`,
    path,
    "other",
    cause,
  );
