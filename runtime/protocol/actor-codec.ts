import type { ActorCodec, ActorPayload } from "../actor/actor-frame.ts";
import { ShoalError } from "../base/errors.ts";
import type { Frame } from "../bus/bus.ts";
import { decodeMessage, encodeMessage } from "../wire/codec.ts";
import { defineMessage, tree } from "../wire/schema.ts";
import { checkMessage } from "./check-message.ts";

const frameSchema = defineMessage(1, "frame", {
  from: "text",
  session: "text",
  sequence: "f64",
  term: "f64",
  messages: tree<readonly unknown[]>(),
});
const answerSchema = defineMessage(2, "answer", { value: tree<unknown>() });
const failureSchema = defineMessage(3, "failure", {
  code: "text",
  message: "text",
  retryable: "flag",
  details: tree<Readonly<Record<string, unknown>>>(),
});
const schemas = [frameSchema, answerSchema, failureSchema] as const;

/**
 * What actors say to each other, in bytes: a msgpack head, columns beside it, aligned and read in place. Messages between
 * clients, scheduler and workers are checked field by field on arrival.
 */
export const actorCodec: ActorCodec = {
  encode: (payload) => {
    if (payload.kind === "frame") {
      const { from, session, sequence, term, messages } = payload;
      return encodeMessage(frameSchema, { type: "frame", from, session, sequence, term, messages });
    }
    if (payload.kind === "answer") return encodeMessage(answerSchema, { type: "answer", value: payload.value });
    const { code, message, retryable, details } = payload;
    return encodeMessage(failureSchema, { type: "failure", code, message, retryable, details });
  },
  decode: (payload) => decodePayload(payload),
};

function decodePayload(payload: Uint8Array | Frame): ActorPayload {
  const decoded = decodeMessage<(typeof schemas)[number]>(
    schemas,
    payload instanceof Uint8Array ? payload : payload.bytes,
  );
  if (decoded.type === "answer") return { kind: "answer", value: decoded.value };
  if (decoded.type === "failure") {
    const { code, message, retryable, details } = decoded;
    return { kind: "failure", code: code as ShoalError["code"], message, retryable, details };
  }
  const { from, session, sequence, term, messages } = decoded;
  if (!Array.isArray(messages)) throw new ShoalError("A frame's messages are not a list", { code: "DECODE" });
  for (const message of messages) checkMessage(message);
  return { kind: "frame", from, session, sequence, term, messages };
}
