import { crc32 } from "node:zlib";
import { ShoalError } from "../../runtime/base/errors.ts";
import { decodeChunks, encodeChunkPieces } from "./chunk-frame.ts";

/** Mark, check of what follows, and its length twice 32 bits. */
const HEADER_BYTES = 16;
const MARK = 0x5ca1ab1e;

/** A value as it lies on disk: large memory uncopied, behind a header with a check over all of it. @throws TypeError if it cannot be encoded */
export async function spillPieces(value: unknown, bytes: number): Promise<readonly Uint8Array[]> {
  return sealed(await encodeChunkPieces([{ row: 0, since: 0, value, bytes }]));
}

/** @throws ShoalError DECODE if the bytes are not those that were written */
export async function fromSpilled(bytes: Uint8Array): Promise<unknown> {
  const [chunk] = await decodeChunks({ bytes: unsealed(bytes) });
  return chunk?.value;
}

/** Puts a header with a check before pieces. */
export function sealed(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  const header = new Uint8Array(HEADER_BYTES);
  const numbers = new DataView(header.buffer);
  const size = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  numbers.setUint32(0, MARK, true);
  numbers.setUint32(4, checkOf(pieces), true);
  numbers.setFloat64(8, size, true);
  return [header, ...pieces];
}

/** What stands behind the header. @throws ShoalError DECODE if it is not what was sealed */
export function unsealed(bytes: Uint8Array): Uint8Array {
  const body = bytes.subarray(HEADER_BYTES);
  const numbers = new DataView(bytes.buffer, bytes.byteOffset, Math.min(HEADER_BYTES, bytes.byteLength));
  const isWhole =
    bytes.byteLength >= HEADER_BYTES &&
    numbers.getUint32(0, true) === MARK &&
    numbers.getFloat64(8, true) === body.byteLength &&
    numbers.getUint32(4, true) === checkOf([body]);
  if (!isWhole)
    throw new ShoalError("What lies on disk is not what was written there: its check does not fit", { code: "DECODE" });
  return body;
}

function checkOf(pieces: readonly Uint8Array[]): number {
  let check = 0;
  for (const piece of pieces) check = crc32(piece, check);
  return check;
}
