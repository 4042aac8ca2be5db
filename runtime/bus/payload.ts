import { ShoalError } from "../base/errors.ts";
import type { Bus, BusMessage, Frame, FrameCodec } from "./bus.ts";

/** A frame on a bus that carries by reference: opened when a handler looks at it, or handed on as it is by a port. */
export class SealedPayload {
  readonly frame: Frame;
  private readonly codec: FrameCodec;
  private content: { readonly value: unknown } | undefined;

  constructor(frame: Frame, codec: FrameCodec) {
    this.frame = frame;
    this.codec = codec;
  }

  open(): unknown {
    this.content ??= { value: this.codec.fromFrame(this.frame) };
    return this.content.value;
  }
}

/** A message's payload as it travels, not opened. */
export function rawPayload(message: BusMessage): unknown {
  return "raw" in message ? message.raw : message.payload;
}

/** A payload as a frame. @throws TypeError if it is neither a frame nor bytes */
export function frameOf(payload: unknown, subject = "a subject"): Frame {
  if (payload instanceof Uint8Array) return { bytes: payload };
  if (isFrame(payload)) return payload;
  throw new TypeError(`The message to ${subject} is ${typeof payload}; this bus carries a Uint8Array or a Frame`);
}

/** The bytes of a payload, where it has any: a frame's shared buffers cross by reference and do not count. */
export function bytesOf(payload: unknown): number | undefined {
  if (payload instanceof Uint8Array) return payload.byteLength;
  if (payload instanceof SealedPayload) return payload.frame.bytes.byteLength;
  return isFrame(payload) ? payload.bytes.byteLength : undefined;
}

export function isFrame(payload: unknown): payload is Frame {
  return typeof payload === "object" && payload !== null && (payload as Partial<Frame>).bytes instanceof Uint8Array;
}

/** The bytes of a payload for a bus that carries nothing else. @throws TypeError if it is anything else */
export function plainBytes(subject: string, payload: unknown): Uint8Array {
  if (payload instanceof Uint8Array) return payload;
  if (isFrame(payload) && (payload.shared === undefined || payload.shared.length === 0)) return payload.bytes;
  const given = isFrame(payload) ? "a Frame with shared buffers" : payload === null ? "null" : typeof payload;
  throw new TypeError(`The message to ${subject} is ${given}; this bus carries a Uint8Array or a Frame of bytes alone`);
}

/** @throws ShoalError OVERSIZE */
export function checkSize(subject: string, payload: unknown, payloadBytesMax: number): void {
  const bytes = bytesOf(payload);
  if (bytes !== undefined && bytes > payloadBytesMax)
    throw new ShoalError(
      `The message to ${subject} has ${bytes} bytes, this bus carries ${payloadBytesMax} at most; send it in parts, or raise max_payload`,
      { code: "OVERSIZE", details: { subject, bytes, payloadBytesMax } },
    );
}

/** Answers a message. @throws ShoalError SUBJECT if its sender wants no answer */
export function respondTo(message: BusMessage, bus: Bus, payload: unknown): void {
  if (message.reply === undefined)
    throw new ShoalError(`The message to ${message.subject} has no reply subject: its sender waits for no answer`, {
      code: "SUBJECT",
      details: { subject: message.subject },
    });
  bus.publish(message.reply, payload);
}
