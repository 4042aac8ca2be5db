import { encodeValue, flattenValue } from "../../runtime/wire/value.ts";
import type { ByteRange } from "../task/task-question.ts";

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

/** A range of a chunk's bytes, and how many there are: for askers whose bus does not carry the whole. */
export interface ChunkPart {
  readonly kind: "part";
  readonly of: ChunkReport["kind"];
  readonly key: string;
  /** Of a typed array. */
  readonly type?: string;
  readonly from: number;
  /** Of the whole. */
  readonly bytes: number;
  readonly base64: string;
}

/** @throws TypeError if the value cannot be encoded */
export function chunkPart(key: string, value: unknown, { from, to }: ByteRange): ChunkPart {
  const report = chunkReport(key, value);
  const whole =
    report.kind === "json" ? Buffer.from(JSON.stringify(report.value)) : Buffer.from(report.base64, "base64");
  const type = report.kind === "array" ? { type: report.type } : {};
  const base64 = whole.subarray(from, to).toString("base64");
  return { kind: "part", of: report.kind, key, ...type, from, bytes: whole.byteLength, base64 };
}

function isJson(value: unknown): boolean {
  if (value === undefined || value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  return (
    typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isJson)
  );
}
