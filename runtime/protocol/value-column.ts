import type { Values } from "../graph/layer.ts";

/** Marks one encoded value, so that a live Uint8Array is not mistaken for one. */
export class EncodedItem {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/**
 * A column from picked items: plain numbers where all are numbers, encoded where any is, else live. `encode` brings
 * numbers along when they stand among encoded items.
 */
export function columnOf(items: readonly unknown[], encode: (value: unknown) => Uint8Array): Values {
  if (items.every((one) => typeof one === "number"))
    return { kind: "numbers", data: Float64Array.from(items as number[]) };
  if (!items.some((one) => one instanceof EncodedItem)) return { kind: "live", items };
  return joinEncoded(items.map((one) => (one instanceof EncodedItem ? one.bytes : encode(one))));
}

/** The at-th item of a column, still encoded if it is. */
export function itemAt(values: Values, at: number): unknown {
  if (values.kind === "numbers") return values.data[at];
  if (values.kind === "live") return values.items[at];
  return new EncodedItem(values.bytes.subarray(values.offsets[at], values.offsets[at + 1]));
}

/** A column of values that are encoded already. */
export function joinEncoded(parts: readonly Uint8Array[]): Values {
  const offsets = new Uint32Array(parts.length + 1);
  parts.forEach((part, i) => {
    offsets[i + 1] = (offsets[i] as number) + aligned(part.length);
  });
  const bytes = new Uint8Array(offsets[parts.length] as number);
  parts.forEach((part, i) => {
    bytes.set(part, offsets[i]);
  });
  return { kind: "encoded", bytes, offsets };
}

/** Typed arrays inside encoded values want 8-byte borders. */
const aligned = (bytes: number): number => (bytes + 7) & ~7;
