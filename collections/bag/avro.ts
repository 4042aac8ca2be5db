import { parseBytes } from "../../runtime/base/units.ts";
import { type Call, input, literal, own } from "../../runtime/graph/call.ts";
import { type BlockwiseLayer, type Layer, WRITES } from "../../runtime/graph/layer.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import type { AvroCodec, AvroSchema } from "../io/avro.ts";
import { expandPaths, listingOf } from "../io/schemes.ts";
import { type AvroRange, readRecords, writeRecords } from "./kernels/avro.ts";
import { partitionwise } from "./layers.ts";
import { WRITTEN_OUT } from "./partitioned.ts";
import { pathsFor } from "./write-text.ts";

const KERNELS = "shoal:collections/bag/kernels/avro";
const BLOCK_BYTES = 64 * 1024 * 1024;

/** How {@link readAvro} reads. */
export interface ReadAvroOptions {
  /** Files are cut into equal partitions of this size or somewhat more, in bytes or as text ("32 MiB"), where their blocks end; null reads each whole. Default: 64 MiB. */
  readonly blockBytes?: number | string | null;
}

/** How {@link Bag.toAvro} writes. */
export interface WriteAvroOptions {
  /** Default "null": not packed. */
  readonly codec?: AvroCodec;
  /** What stands for `*` in the path, from the partition's number; default: the number, with zeros before it. */
  readonly nameFunction?: (partition: number) => string;
}

/** The layer that reads records; files are listed and measured now, and read when computed. */
export function readAvroLayer(paths: string | readonly string[], options: ReadAvroOptions): BlockwiseLayer {
  const files = expandPaths(paths);
  const stats = files.map((path) => listingOf(path).stat(path));
  const size = options.blockBytes === null ? Number.POSITIVE_INFINITY : parseBytes(options.blockBytes ?? BLOCK_BYTES);
  if (!(size >= 1)) throw new RangeError(`blockBytes must be at least 1, got ${options.blockBytes}`);
  const ranges = files.flatMap((path, at) => rangesOf(path, stats[at]?.sizeBytes ?? 0, size));
  return {
    kind: "blockwise",
    name: `read_avro-${tokenize(ranges, stats)}`,
    grid: [ranges.length],
    inputs: [],
    call: { fn: kernel(KERNELS, "readRecords", readRecords), args: [own(0)], finish: WRITTEN_OUT },
    own: { kind: "live", items: ranges },
  };
}

function rangesOf(path: string, sizeBytes: number, size: number): AvroRange[] {
  const count = Math.max(1, Math.floor(sizeBytes / size));
  const borderAt = (block: number): number => Math.floor((block * sizeBytes) / count);
  return Array.from({ length: count }, (_, i) => ({ path, start: borderAt(i), end: borderAt(i + 1) }));
}

/** A layer that writes a file per partition; its blocks are the paths. */
export function writeAvroLayer(
  source: Layer,
  to: string | readonly string[],
  schema: AvroSchema,
  options: WriteAvroOptions,
): BlockwiseLayer {
  const paths = pathsFor(to, source.grid[0] as number, "avro", options.nameFunction);
  const fn = kernel(KERNELS, "writeRecords", writeRecords);
  const call: Call = { fn, args: [input(0), own(0), literal({ schema, codec: options.codec ?? "null" })] };
  return { ...partitionwise("to_avro", [source], call, { kind: "live", items: paths }), annotations: WRITES };
}
