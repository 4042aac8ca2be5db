import { ShoalError } from "../../../runtime/base/errors.ts";
import { type DType, parseDType, typeString } from "../dtype.ts";

/** What the head of a .npy file says. */
export interface NpyHeader {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly order: "C" | "F";
  readonly endian: "little" | "big";
  /** Bytes before the first element. */
  readonly offset: number;
}

const MAGIC = "\x93NUMPY";
/** The elements start at a multiple of this. */
const ALIGN = 64;
/** Bytes that hold every head but those of very many fields. */
export const NPY_HEAD_BYTES = 4096;

/**
 * Reads the head of a .npy file, of versions 1 to 3.
 * @param bytes the first bytes of the file
 * @param path for messages
 * @throws ShoalError DECODE if it is none; NOT_SUPPORTED for text, objects, records, half and quadruple floats
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function parseNpyHeader(bytes: Uint8Array, path: string): NpyHeader {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fail = (why: string): ShoalError =>
    new ShoalError(`${path} is no .npy file: ${why}`, { code: "DECODE", details: { path } });
  if (text.length < 10 || text.toString("latin1", 0, 6) !== MAGIC) throw fail("its first bytes are others");
  const major = text[6] as number;
  if (major < 1 || major > 3) throw fail(`it has version ${major}, and 1 to 3 are known`);
  const start = major === 1 ? 10 : 12;
  const length = major === 1 ? text.readUInt16LE(8) : text.readUInt32LE(8);
  if (text.length < start + length) throw fail(`its head of ${length} bytes is cut off`);
  const head = text.toString(major === 3 ? "utf8" : "latin1", start, start + length);
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(head)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(head)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(head)?.[1];
  if (order === undefined || shape === undefined) throw fail(`its head cannot be read: ${head.trim()}`);
  if (descr === undefined)
    throw new ShoalError(`${path} holds records, which arrays here do not: ${head.trim()}`, { code: "NOT_SUPPORTED" });
  return {
    dtype: storedDType(descr, path),
    shape: shape.split(",").flatMap((one) => (one.trim() === "" ? [] : [Number.parseInt(one, 10)])),
    order: order === "True" ? "F" : "C",
    endian: descr.startsWith(">") ? "big" : "little",
    offset: start + length,
  };
}

/**
 * A dtype from NumPy's type string, whatever its byte order.
 * @throws ShoalError NOT_SUPPORTED for those that arrays here do not have
 */
export function storedDType(descr: string, path: string): DType {
  try {
    return parseDType(descr.replace(/^[<>|=]/, ""));
  } catch (cause) {
    throw new ShoalError(`${path} holds elements of type ${descr}, which arrays here do not`, {
      code: "NOT_SUPPORTED",
      cause,
      details: { path, descr },
    });
  }
}

/** The head of a .npy file of version 1 for elements in row-major order. */
export function npyHeaderBytes(dtype: DType, shape: readonly number[]): Uint8Array {
  const list = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const head = `{'descr': '${typeString(dtype)}', 'fortran_order': False, 'shape': ${list}, }`;
  const total = Math.ceil((10 + head.length + 1) / ALIGN) * ALIGN;
  const bytes = Buffer.alloc(total, " ");
  bytes.write(MAGIC, 0, "latin1");
  bytes[6] = 1;
  bytes[7] = 0;
  bytes.writeUInt16LE(total - 10, 8);
  bytes.write(head, 10, "latin1");
  bytes[total - 1] = 10;
  return bytes;
}
