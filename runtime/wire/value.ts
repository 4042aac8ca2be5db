import { Packr } from "msgpackr/pack";
import { ShoalError } from "../base/errors.ts";
import { findValueTypeOfClass } from "../base/value-type.ts";
import { guardMsgpack } from "./msgpack-guard.ts";
import { isWellFormed } from "./plain-tree.ts";
import { joinSections, splitSections, undecodable } from "./sections.ts";
import { loadArrow } from "./value-arrow.ts";
import { ValueLowering } from "./value-lower.ts";
import { MemoryReader } from "./value-memory.ts";
import { ValueRaising } from "./value-raise.ts";
import { Unencodable } from "./value-tag.ts";

/** A value of the user's as bytes: a short head, and its memory beside it, so that big arrays need not be copied. */
export interface EncodedValue {
  readonly head: Uint8Array;
  /** The value's own memory where it was not shared memory that had to be copied: send it before it changes. */
  readonly buffers: readonly Uint8Array[];
}

export interface EncodeOptions {
  /** Whether the carrier hands SharedArrayBuffers over by reference, as a MessagePort does; else they are copied. */
  readonly shareMemory: boolean;
}

/** The head's first byte. */
const PLAIN = 0;
const WALKED = 1;
const ONE_VIEW = 2;
const NUMBER = 3;
const TEXT = 4;
/** A value of 250 levels writes at most four levels of msgpack for each. */
const HEAD_DEPTH_MAX = 1100;

const packr = new Packr({ useRecords: false });

/**
 * Takes a value apart for the way to another thread, process or disk: built-ins, cycles, shared references and shared memory
 * between views are kept, instances of registered classes too.
 * @throws TypeError naming the part that cannot travel, and what to do.
 * @throws ShoalError MISSING_MODULE if it holds an Arrow table and the library is not loaded; {@link encodeValueSoon} loads it.
 */
export function encodeValue(value: unknown, options: EncodeOptions): EncodedValue {
  if (typeof value === "number") return { head: numberHead(value), buffers: [] };
  if (typeof value === "string" && isWellFormed(value))
    return { head: prefixed(TEXT, Buffer.from(value)), buffers: [] };
  const lowering = new ValueLowering(options.shareMemory);
  try {
    if (ArrayBuffer.isView(value) && findValueTypeOfClass(value.constructor) === undefined) {
      const view = lowering.memory.view(value);
      return {
        head: prefixed(ONE_VIEW, packr.pack([view, lowering.memory.table()])),
        buffers: lowering.memory.bytes(),
      };
    }
    const tree = lowering.lower(value);
    if (lowering.plain) return { head: prefixed(PLAIN, packr.pack(tree)), buffers: [] };
    const head = prefixed(WALKED, packr.pack([tree, lowering.memory.table()]));
    return { head, buffers: lowering.memory.bytes() };
  } catch (error) {
    throw error instanceof Unencodable ? error.toError() : error;
  }
}

/**
 * Puts a value together again. Typed arrays are views on the encoded buffers where these are aligned.
 * @throws ShoalError DECODE for bytes that no encodeValue wrote; MISSING_MODULE if a class or library it needs is not loaded
 * here, which {@link decodeValueSoon} does.
 */
export function decodeValue(encoded: EncodedValue): unknown {
  const { head, buffers } = encoded;
  const body = head.subarray(1);
  try {
    switch (head[0]) {
      case NUMBER:
        return new DataView(body.buffer, body.byteOffset, body.byteLength).getFloat64(0, true);
      case TEXT:
        return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
      case PLAIN:
        return unpack(body);
      case ONE_VIEW:
      case WALKED: {
        const [content, table] = unpack(body) as unknown[];
        const memory = new MemoryReader(buffers, table);
        return head[0] === ONE_VIEW ? memory.view(content) : new ValueRaising(memory).raise(content);
      }
      default:
        throw undecodable("The bytes are no encoded value");
    }
  } catch (error) {
    throw error instanceof ShoalError ? error : undecodable("The value could not be put together again", error);
  }
}

/** As {@link encodeValue}; loads what is missing and then gives a promise. */
export function encodeValueSoon(value: unknown, options: EncodeOptions): EncodedValue | Promise<EncodedValue> {
  return withModules(() => encodeValue(value, options));
}

/** As {@link decodeValue}; imports the modules of registered classes it meets, and then gives a promise. */
export function decodeValueSoon(
  encoded: EncodedValue,
  importModule: (module: string) => Promise<unknown>,
): unknown | Promise<unknown> {
  return withModules(() => decodeValue(encoded), importModule);
}

function withModules<T>(work: () => T, importModule?: (module: string) => Promise<unknown>): T | Promise<T> {
  try {
    return work();
  } catch (error) {
    const module = error instanceof ShoalError && error.code === "MISSING_MODULE" ? error.details["module"] : undefined;
    if (typeof module !== "string" || (module !== "apache-arrow" && importModule === undefined)) throw error;
    return retryWith(module, work, importModule, error);
  }
}

/** Every round loads one module more; a module that did not help is not loaded twice. */
async function retryWith<T>(
  module: string,
  work: () => T,
  importModule: ((module: string) => Promise<unknown>) | undefined,
  missing: unknown,
): Promise<T> {
  if (module === "apache-arrow") await loadArrow();
  else await importModule?.(module);
  try {
    return work();
  } catch (error) {
    const next = error instanceof ShoalError && error.code === "MISSING_MODULE" ? error.details["module"] : undefined;
    if (typeof next !== "string" || (next === module && next !== "apache-arrow"))
      throw next === undefined ? error : missing;
    return retryWith(next, work, importModule, error);
  }
}

/** One string of bytes with 8-byte aligned parts: what spill files and NATS carry. */
export const flattenValue = (encoded: EncodedValue): Uint8Array => joinSections(encoded.head, encoded.buffers);

/**
 * The reverse of {@link flattenValue}; the parts are views on `bytes`.
 * @throws ShoalError DECODE
 */
export function unflattenValue(bytes: Uint8Array): EncodedValue {
  const { head, sections } = splitSections(bytes);
  return { head, buffers: sections };
}

/** Bytes an encoded value takes. */
export const encodedBytes = (encoded: EncodedValue): number =>
  encoded.buffers.reduce((sum, buffer) => sum + buffer.byteLength, encoded.head.byteLength);

function unpack(body: Uint8Array): unknown {
  guardMsgpack(body, HEAD_DEPTH_MAX);
  return packr.unpack(body);
}

function prefixed(mode: number, body: Uint8Array): Uint8Array {
  const head = new Uint8Array(1 + body.byteLength);
  head[0] = mode;
  head.set(body, 1);
  return head;
}

function numberHead(value: number): Uint8Array {
  const head = new Uint8Array(9);
  head[0] = NUMBER;
  new DataView(head.buffer).setFloat64(1, value, true);
  return head;
}
