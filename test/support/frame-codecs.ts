import { deserialize, serialize } from "node:v8";
import type { FrameCodec } from "../../runtime/bus/bus.ts";

/** Stands in for the wire's codec where only "it was copied" matters. */
export const v8Codec: FrameCodec = {
  toFrame: (payload) => ({ bytes: payload instanceof Uint8Array ? tagged(0, payload) : tagged(1, serialize(payload)) }),
  fromFrame: ({ bytes }) => (bytes[0] === 0 ? bytes.slice(1) : deserialize(bytes.subarray(1))),
};

/** For payloads that are bytes already: adds nothing, so that limits can be met to the byte. */
export const copyCodec: FrameCodec = {
  toFrame: (payload) => ({ bytes: (payload as Uint8Array).slice() }),
  fromFrame: ({ bytes }) => bytes.slice(),
};

function tagged(tag: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + 1);
  bytes[0] = tag;
  bytes.set(body, 1);
  return bytes;
}
