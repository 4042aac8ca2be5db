import { Chunk } from "../chunk.ts";
import { type DType, dtypeInfo } from "../dtype.ts";
import { copyOf, materialize, type Source } from "./pending.ts";

/** The bytes of a chunk read as another dtype; the last axis grows or shrinks with the size of elements. */
export function reinterpret(dtype: DType, source: Source): Chunk {
  const chunk = copyOf(materialize(source));
  const { array, itemsize } = dtypeInfo(dtype);
  const shape = [...chunk.shape];
  const from = dtypeInfo(chunk.dtype).itemsize;
  if (shape.length > 0) shape[shape.length - 1] = ((shape[shape.length - 1] as number) * from) / itemsize;
  const { buffer, byteOffset, byteLength } = chunk.data;
  return new Chunk(new array(buffer, byteOffset, byteLength / array.BYTES_PER_ELEMENT), dtype, shape);
}
