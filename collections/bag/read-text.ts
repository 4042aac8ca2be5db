import { config } from "../../runtime/base/config.ts";
import { parseBytes } from "../../runtime/base/units.ts";
import { literal, own } from "../../runtime/graph/call.ts";
import type { BlockwiseLayer } from "../../runtime/graph/layer.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { type Compression, compressionOf } from "../io/compression.ts";
import { expandPaths, listingOf } from "../io/schemes.ts";
import {
  overlapsItself,
  parseEncoding,
  type SingleByteEncoding,
  type TextBlock,
  type TextEncoding,
} from "../io/text.ts";
import { type LineReading, readLines } from "./kernels/lines.ts";
import { WRITTEN_OUT } from "./partitioned.ts";

/** How {@link readText} reads. */
export interface ReadTextOptions {
  /** Files are cut into equal partitions of this size or somewhat more, in bytes or as text ("32 MiB"); null reads each whole. Default: 64 MiB. */
  readonly blockBytes?: number | string | null;
  /** Default "infer": by the ending of the name (.gz, .br, .zst, .zz). A packed file is always read whole. */
  readonly compression?: Compression | "infer";
  /** Default "utf8"; usual other spellings are understood. */
  readonly encoding?: TextEncoding | SingleByteEncoding | (string & {});
  /** What to do with bytes that are no text: default "strict", an error that names file and byte. */
  readonly errors?: "strict" | "replace" | "ignore";
  /** What ends a line. Left out: "\n", "\r\n" or "\r", all of which lines then have as "\n". */
  readonly lineDelimiter?: string;
  /** So many files make one partition. Excludes blockBytes. */
  readonly filesPerPartition?: number;
  /** Items are [line, path] instead of line. */
  readonly includePath?: boolean;
}

const BLOCK_BYTES = 64 * 1024 * 1024;

/** The layer that reads lines; files are listed and measured now, and read when computed. */
export function readTextLayer(paths: string | readonly string[], options: ReadTextOptions): BlockwiseLayer {
  const { lineDelimiter } = options;
  if (lineDelimiter === "") throw new RangeError("lineDelimiter must not be empty");
  const files = expandPaths(paths);
  const stats = files.map((path) => listingOf(path).stat(path));
  const blocks = files.map((path, at) => {
    const compression = compressionOf(path, options.compression);
    return compression === "none"
      ? blocksOf(path, stats[at]?.sizeBytes ?? 0, options)
      : [whole(path, compression, options)];
  });
  const partitions = groupsOf(blocks, options);
  const reading = readingOf(options);
  return {
    kind: "blockwise",
    name: `read_text-${tokenize(partitions, stats, reading)}`,
    grid: [partitions.length],
    inputs: [],
    call: {
      fn: kernel("shoal:collections/bag/kernels/lines", "readLines", readLines),
      args: [own(0), literal(reading)],
      finish: WRITTEN_OUT,
    },
    own: { kind: "live", items: partitions },
  };
}

const readingOf = (options: ReadTextOptions): LineReading => ({
  encoding: parseEncoding(options.encoding ?? "utf8"),
  errors: options.errors ?? "strict",
  delimiter: options.lineDelimiter ?? "\n",
  anyNewline: options.lineDelimiter === undefined,
  includePath: options.includePath ?? false,
  // As Dask does: with a delimiter of one's own, a whole file's last part counts even when it is empty.
  keepEmptyEnd:
    options.lineDelimiter !== undefined &&
    typeof options.blockBytes !== "number" &&
    typeof options.blockBytes !== "string",
});

function whole(path: string, compression: Compression, options: ReadTextOptions): TextBlock {
  if (options.blockBytes !== undefined && options.blockBytes !== null)
    throw new RangeError(`${path} is packed and cannot be cut into blocks; leave blockBytes out`);
  return { path, compression, start: 0, end: Number.POSITIVE_INFINITY };
}

function blocksOf(path: string, sizeBytes: number, options: ReadTextOptions): TextBlock[] {
  const usual = options.filesPerPartition === undefined ? (config.get("bag.block-bytes") ?? BLOCK_BYTES) : null;
  const { blockBytes = usual } = options;
  const size = blockBytes === null ? Number.POSITIVE_INFINITY : Math.floor(parseBytes(blockBytes));
  if (!(size >= 1)) throw new RangeError(`blockBytes must be at least 1, got ${blockBytes}`);
  const uncuttable = overlapsItself(options.lineDelimiter ?? "\n");
  if (uncuttable && options.blockBytes !== undefined && options.blockBytes !== null)
    throw new RangeError(
      `A file cannot be cut into blocks at ${JSON.stringify(options.lineDelimiter)}, which can begin within itself; leave blockBytes out`,
    );
  // As Dask cuts: blocks of one size, none smaller than asked but that of a small file.
  const count = uncuttable ? 1 : Math.max(1, Math.floor(sizeBytes / size));
  const borderAt = (block: number): number => Math.floor((block * sizeBytes) / count);
  return Array.from({ length: count }, (_, i) => ({
    path,
    compression: "none",
    start: borderAt(i),
    end: i === count - 1 ? Number.POSITIVE_INFINITY : borderAt(i + 1),
  }));
}

function groupsOf(blocks: readonly TextBlock[][], options: ReadTextOptions): TextBlock[][] {
  const { filesPerPartition: size } = options;
  if (size === undefined) return blocks.flat().map((block) => [block]);
  if (!Number.isInteger(size) || size < 1)
    throw new RangeError(`filesPerPartition must be a whole number from 1 up, got ${size}`);
  if (options.blockBytes !== undefined && options.blockBytes !== null)
    throw new RangeError("Only one of blockBytes and filesPerPartition can be given");
  const groups: TextBlock[][] = [];
  for (let at = 0; at < blocks.length; at += size) groups.push(blocks.slice(at, at + size).flat());
  return groups;
}
