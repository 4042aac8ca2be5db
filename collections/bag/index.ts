/** The `shoal/bag` entry: its public names, listed by hand. */
import "../futures/fallback.ts";

export type { AvroCodec, AvroSchema } from "../io/avro.ts";
export type { ReadAvroOptions, WriteAvroOptions } from "./avro.ts";
export { Bag, type FoldByOptions, type FoldOptions } from "./bag.ts";
export { Concurrent, concurrently } from "./concurrent.ts";
export type { BagConversions, ToArrayOptions, ToDataFrameOptions } from "./conversions.ts";
export {
  concat,
  type FromSequenceOptions,
  fromDelayed,
  fromPartitions,
  fromSequence,
  map,
  mapPartitions,
  random,
  range,
  readAvro,
  readText,
  zip,
} from "./create.ts";
export { Item } from "./item.ts";
export type { ReadTextOptions } from "./read-text.ts";
export type { RoundOptions } from "./reduce.ts";
export type { WriteTextOptions } from "./write-text.ts";
