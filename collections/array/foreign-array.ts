import { shapeText } from "./blocks.ts";
import { Chunk, rowMajor, sizeOf } from "./chunk.ts";
import { type AnyData, allocate, type DType, dtypeOfData, isDType, lanesOf } from "./dtype.ts";

/**
 * An array of another library: elements in a typed array, and a shape. Scijs' ndarray, npyjs, numpy-ts and alike have these
 * fields; nothing is copied.
 */
export interface ForeignArray {
  readonly data: AnyData;
  readonly shape: readonly number[];
  /** A dtype's name; that of the typed array if left out or unknown here. */
  readonly dtype?: string;
  /** Elements from one to the next along each axis; row-major if left out. */
  readonly strides?: readonly number[];
  /** As `strides`. */
  readonly stride?: readonly number[];
  /** Elements before the first. */
  readonly offset?: number;
  /** Whether the first axis is the fastest, where there are no strides. */
  readonly fortranOrder?: boolean;
}

/** Whether a value is an array of another library. */
export const isForeign = (value: unknown): value is ForeignArray =>
  typeof value === "object" &&
  value !== null &&
  "shape" in value &&
  "data" in value &&
  !("strides" in value && "offset" in value && "dtype" in value) &&
  Array.isArray(value.shape) &&
  ArrayBuffer.isView(value.data);

/**
 * It as a chunk, on the same memory.
 * @throws RangeError if its memory is shorter than its shape and strides say
 */
export function chunkOfForeign(given: ForeignArray): Chunk {
  const { data, shape, offset = 0, fortranOrder = false } = given;
  const dtype = foreignDType(given);
  const strides =
    given.strides ?? given.stride ?? (fortranOrder ? rowMajor([...shape].reverse()).reverse() : rowMajor(shape));
  const reach = shape.map((n, axis) => (n - 1) * (strides[axis] as number));
  const last = reach.reduce((sum, one) => sum + Math.max(0, one), offset);
  const first = reach.reduce((sum, one) => sum + Math.min(0, one), offset);
  if (sizeOf(shape) > 0 && !(first >= 0 && (last + 1) * lanesOf(dtype) <= data.length))
    throw new RangeError(
      `An array of shape ${shapeText(shape)}, strides (${strides.join(", ")}) and offset ${offset} reaches from ${first} to ${last}, but there are ${data.length / lanesOf(dtype)} elements`,
    );
  return new Chunk(data, dtype, shape, strides, offset);
}

function foreignDType({ data, dtype }: ForeignArray): DType {
  const own = dtypeOfData(data);
  if (dtype === undefined || !isDType(dtype)) return own;
  return allocate(dtype, 0).constructor === data.constructor ? dtype : own;
}
