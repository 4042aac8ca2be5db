/** The public names of `shoal/array`, listed by hand. */
export { arrayOf, ShoalArray as Array } from "./array.ts";
export type { ArrayLike, Nested } from "./array-like.ts";
export type { AxisChunks, ChunkSpec } from "./chunk-spec.ts";
export {
  arange,
  asarray,
  type CreateOptions,
  empty,
  emptyLike,
  eye,
  fromArray,
  full,
  fullLike,
  linspace,
  ones,
  onesLike,
  tri,
  zeros,
  zerosLike,
} from "./creation.ts";
export type { DataOf, DType, TimeUnit } from "./dtype.ts";
export type { Indexer } from "./get.ts";
export { newaxis, type Slice } from "./indexer.ts";
export { NDArray } from "./ndarray.ts";
export type { ReduceOptions } from "./reduction.ts";
export { type Complex, complex, float, type ScalarLike } from "./scalar.ts";
