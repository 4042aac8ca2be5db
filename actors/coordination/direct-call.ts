import { failureOf } from "../../runtime/actor/actor-frame.ts";
import { type ErrorCode, ShoalError } from "../../runtime/base/errors.ts";
import type { BusMessage } from "../../runtime/bus/bus.ts";
import { frameOf } from "../../runtime/bus/payload.ts";
import type { ActorCall, ActorReply, CallQuestion } from "./actor-calls.ts";

/**
 * Calls of users' actors as they go to the actor's own thread: so few bytes, read at once, that a call costs little more than its way.
 * A call is `[op, bytes of its name (2), name, arguments]`, an answer `[kind, what is said]`.
 */
const OPS = ["call", "read"] as const;
const KINDS = ["value", "error", "failure"] as const;
const HEAD_BYTES = 3;

const text = new TextDecoder();
const utf8 = new TextEncoder();

export function encodeDirectCall({ op, name, args }: ActorCall): Uint8Array {
  const named = utf8.encode(name);
  const bytes = new Uint8Array(HEAD_BYTES + named.byteLength + args.byteLength);
  bytes[0] = OPS.indexOf(op);
  bytes[1] = named.byteLength & 0xff;
  bytes[2] = named.byteLength >> 8;
  bytes.set(named, HEAD_BYTES);
  bytes.set(args, HEAD_BYTES + named.byteLength);
  return bytes;
}

/** @throws ShoalError DECODE for bytes that are no call */
function decodeDirectCall(bytes: Uint8Array): ActorCall {
  const op = OPS[bytes[0] as number];
  const argsAt = HEAD_BYTES + ((bytes[1] as number) | ((bytes[2] as number) << 8));
  if (op === undefined || bytes.byteLength < argsAt)
    throw new ShoalError("The bytes are no call of an actor", { code: "DECODE" });
  return { op, name: text.decode(bytes.subarray(HEAD_BYTES, argsAt)), args: bytes.subarray(argsAt) };
}

/** A message from the bus as a call that is to be answered. */
export function takeDirectCall(message: BusMessage, take: (call: ActorCall, question: CallQuestion) => void): void {
  const say = (kind: (typeof KINDS)[number], bytes: Uint8Array): void => {
    const said = new Uint8Array(1 + bytes.byteLength);
    said[0] = KINDS.indexOf(kind);
    said.set(bytes, 1);
    message.respond(said);
  };
  const fail = (error: unknown): void => say("failure", utf8.encode(JSON.stringify(failureOf(error))));
  const answer = (reply: ActorReply): void => {
    try {
      if ("value" in reply) say("value", reply.value);
      else say("error", reply.error);
    } catch (error) {
      // Too large for the bus, say.
      fail(error);
    }
  };
  try {
    take(decodeDirectCall(bytesOf(message)), { answer, fail });
  } catch (error) {
    fail(error);
  }
}

/** @throws ShoalError of a failure that the actor's host reports, or DECODE */
export function decodeDirectAnswer(message: BusMessage): ActorReply {
  const bytes = bytesOf(message);
  const body = bytes.subarray(1);
  switch (KINDS[bytes[0] as number]) {
    case "value":
      return { value: body };
    case "error":
      return { error: body };
    case "failure": {
      const failure = JSON.parse(text.decode(body)) as { message: string; code: ErrorCode; retryable: boolean };
      throw new ShoalError(failure.message, failure);
    }
    default:
      throw new ShoalError("The bytes are no answer of an actor", { code: "DECODE" });
  }
}

const bytesOf = ({ payload }: BusMessage): Uint8Array =>
  payload instanceof Uint8Array ? payload : frameOf(payload).bytes;
