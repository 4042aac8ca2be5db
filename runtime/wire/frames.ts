import { hash128 } from "../base/hash.ts";
import { undecodable } from "./sections.ts";

/**
 * A long payload as frames of bounded size. Each frame says which part it is, of what, and the check of its bytes:
 *
 * | bytes | content, little endian              |
 * |-------|-------------------------------------|
 * | 4     | mark 0x314d5246 ("FRM1")            |
 * | 4     | transfer number                     |
 * | 4     | index of the frame                  |
 * | 4     | bytes of every body but the last    |
 * | 8     | bytes of the whole payload (f64)    |
 * | 4     | check over the 24 bytes before and the body |
 * | 4     | zero                                |
 */
export const FRAME_HEADER_BYTES = 32;
export const FRAME_BYTES_MAX = 512 * 1024;
const MARK = 0x314d5246;
const CHECK_AT = 24;

/** One frame, taken apart; `body` is a view. */
export interface Frame {
  readonly transfer: number;
  readonly index: number;
  readonly strideBytes: number;
  readonly totalBytes: number;
  readonly body: Uint8Array;
}

/** How a payload of so many bytes is cut. */
export interface FramePlan {
  readonly count: number;
  /** Bytes of payload in every frame but the last. */
  readonly strideBytes: number;
  readonly totalBytes: number;
}

/**
 * Plans the frames of a payload; an empty payload takes one.
 * @param frameBytesMax header included
 * @throws RangeError if a frame could not hold 8 bytes of payload.
 */
export function planFrames(totalBytes: number, frameBytesMax: number = FRAME_BYTES_MAX): FramePlan {
  // A multiple of 8, so that bodies may be copied by words.
  const strideBytes = Math.floor((frameBytesMax - FRAME_HEADER_BYTES) / 8) * 8;
  if (!(strideBytes >= 8)) throw new RangeError(`A frame of ${frameBytesMax} bytes is too short, at least 40`);
  return { count: Math.max(1, Math.ceil(totalBytes / strideBytes)), strideBytes, totalBytes };
}

/** Cuts the at-th frame out of a payload; copies its bytes once. */
export function cutFrame(payload: Uint8Array, plan: FramePlan, transfer: number, index: number): Uint8Array {
  const start = index * plan.strideBytes;
  const body = payload.subarray(start, start + plan.strideBytes);
  const frame = new Uint8Array(FRAME_HEADER_BYTES + body.byteLength);
  const header = new DataView(frame.buffer);
  header.setUint32(0, MARK, true);
  header.setUint32(4, transfer, true);
  header.setUint32(8, index, true);
  header.setUint32(12, plan.strideBytes, true);
  header.setFloat64(16, plan.totalBytes, true);
  frame.set(body, FRAME_HEADER_BYTES);
  header.setUint32(CHECK_AT, checkOf(frame), true);
  return frame;
}

/**
 * Reads a frame and proves its check.
 * @throws ShoalError DECODE if the bytes are no frame, or were changed.
 */
export function readFrame(bytes: Uint8Array): Frame {
  if (bytes.byteLength < FRAME_HEADER_BYTES)
    throw undecodable(`A frame of ${bytes.byteLength} bytes ends in its header`);
  const header = new DataView(bytes.buffer, bytes.byteOffset, FRAME_HEADER_BYTES);
  if (header.getUint32(0, true) !== MARK) throw undecodable("The bytes do not begin like a frame");
  const frame: Frame = {
    transfer: header.getUint32(4, true),
    index: header.getUint32(8, true),
    strideBytes: header.getUint32(12, true),
    totalBytes: header.getFloat64(16, true),
    body: new Uint8Array(bytes.buffer, bytes.byteOffset + FRAME_HEADER_BYTES, bytes.byteLength - FRAME_HEADER_BYTES),
  };
  const { transfer, index, strideBytes, totalBytes, body } = frame;
  if (header.getUint32(CHECK_AT, true) !== checkOf(bytes))
    throw undecodable(`Frame ${index} of transfer ${transfer} was changed on the way`);
  if (!Number.isSafeInteger(totalBytes) || totalBytes < 0 || strideBytes < 8 || strideBytes % 8 !== 0)
    throw undecodable(`Frame ${index} of transfer ${transfer} has impossible sizes`);
  const left = totalBytes - index * strideBytes;
  if (left < 0 || (left === 0 && index > 0) || body.byteLength !== Math.min(left, strideBytes))
    throw undecodable(`Frame ${index} of transfer ${transfer} does not fit a payload of ${totalBytes} bytes`);
  return frame;
}

/** Header and body, each hashed; the seed of the second is the first, so neither can change unseen. */
function checkOf(frame: Uint8Array): number {
  const header = hash128(new Uint8Array(frame.subarray(0, CHECK_AT))).a;
  const body = frame.subarray(FRAME_HEADER_BYTES);
  // The hash reads words: bytes at an odd address are copied first.
  const aligned =
    body.byteOffset % 4 === 0 ? new Uint8Array(body.buffer, body.byteOffset, body.byteLength) : new Uint8Array(body);
  return hash128(aligned, header).a;
}
