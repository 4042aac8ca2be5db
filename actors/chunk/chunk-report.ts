import { encodeValue, flattenValue } from "../../runtime/wire/value.ts";

/** A chunk as anyone can read it: memory as base64 with its type, plain values as they are, all else as Shoal encodes it. */
export type ChunkReport =
  | {
      readonly kind: "array";
      readonly key: string;
      readonly type: string;
      readonly length: number;
      readonly base64: string;
    }
  | { readonly kind: "json"; readonly key: string; readonly value: unknown }
  | { readonly kind: "encoded"; readonly key: string; readonly base64: string };

/** @throws TypeError if the value cannot be encoded */
export function chunkReport(key: string, value: unknown): ChunkReport {
  if (ArrayBuffer.isView(value)) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    const type = Object.prototype.toString.call(value).slice(8, -1);
    const length = (value as { length?: number }).length ?? value.byteLength;
    return { kind: "array", key, type, length, base64: bytes.toString("base64") };
  }
  if (isJson(value)) return { kind: "json", key, value: value ?? null };
  const bytes = flattenValue(encodeValue(value, { shareMemory: false }));
  return { kind: "encoded", key, base64: Buffer.from(bytes).toString("base64") };
}

function isJson(value: unknown): boolean {
  if (value === undefined || value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  return (
    typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isJson)
  );
}
