import { type Call, input, literal, own } from "../../runtime/graph/call.ts";
import { type BlockwiseLayer, type Layer, WRITES } from "../../runtime/graph/layer.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { type Compression, compressionOf } from "../io/compression.ts";
import type { TextEncoding } from "../io/text.ts";
import { writeLines } from "./kernels/write-text.ts";
import { partitionwise } from "./layers.ts";

/** How {@link Bag.toTextFiles} writes. */
export interface WriteTextOptions {
  /** What stands for `*` in the path, from the partition's number; default: the number, with zeros before it. Must sort as the numbers do. */
  readonly nameFunction?: (partition: number) => string;
  /** Default "infer": by the ending of the name. */
  readonly compression?: Compression | "infer";
  readonly encoding?: TextEncoding;
  /** Whether the last line ends with "\n" too; default false. */
  readonly lastEndline?: boolean;
}

/** A layer that writes a file per partition; its blocks are the paths. */
export function writeTextLayer(
  source: Layer,
  to: string | readonly string[],
  options: WriteTextOptions,
): BlockwiseLayer {
  const paths = pathsFor(to, source.grid[0] as number, "part", options.nameFunction);
  const compression = compressionOf(paths[0] ?? "", options.compression);
  const { encoding = "utf8", lastEndline = false } = options;
  const fn = kernel("shoal:collections/bag/kernels/write-text", "writeLines", writeLines);
  const call: Call = { fn, args: [input(0), own(0), literal({ compression, encoding, lastEndline })] };
  return { ...partitionwise("to_textfiles", [source], call, { kind: "live", items: paths }), annotations: WRITES };
}

/** The files that partitions are written to. @param ending of their names where the path is a folder */
export function pathsFor(
  to: string | readonly string[],
  count: number,
  ending: string,
  name = zeroPadded(count),
): readonly string[] {
  if (typeof to !== "string") {
    if (to.length !== count) throw new RangeError(`${to.length} paths were given for ${count} partitions`);
    return to;
  }
  const pattern = to.includes("*") ? to : `${to.replace(/\/$/, "")}/*.${ending}`;
  if (pattern.split("*").length > 2)
    throw new RangeError(`A path to write to holds one * at most, and this has more: ${to}`);
  const paths = Array.from({ length: count }, (_, at) => pattern.replace("*", () => name(at)));
  if (new Set(paths).size < count)
    throw new RangeError(`nameFunction gives two of ${count} partitions the same file, in ${to}`);
  return paths;
}

function zeroPadded(count: number): (partition: number) => string {
  const width = String(Math.max(0, count - 1)).length;
  return (partition) => String(partition).padStart(width, "0");
}
