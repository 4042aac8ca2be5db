import { type AnyData, type DType, isTime } from "../dtype.ts";
import { applied, castTo } from "./elementwise.ts";
import type { Source } from "./pending.ts";

/*
 * A time that is none is the least whole number in memory, and comes last in NumPy's order. One less than each, in 64 bits that
 * wrap, are whole numbers in that very order.
 */

/** Elements as they are ordered: those of times as numbers among which NaT is the greatest, others as they are. */
export const orderKeys = (data: AnyData, dtype: DType): AnyData =>
  isTime(dtype) ? (data as BigInt64Array).map((one) => BigInt.asIntN(64, one - 1n)) : data;

/** Such numbers as times again, in place. */
export function fromOrderKeys(keys: AnyData): void {
  const cells = keys as BigInt64Array;
  for (let i = 0; i < cells.length; i++) cells[i] = (cells[i] as bigint) + 1n;
}

/** A block of times as such numbers. */
export const timeKeys = (source: Source): Source => applied("subtract", castTo(source, "int64"), 1n);

/** A block of such numbers as times. */
export const timesOfKeys = (keys: Source, dtype: DType): Source => castTo(applied("add", keys, 1n), dtype);
