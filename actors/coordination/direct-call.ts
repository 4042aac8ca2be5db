import { failureOf } from "../../runtime/actor/actor-frame.ts";
import { type ErrorCode, ShoalError } from "../../runtime/base/errors.ts";
import type { BusMessage } from "../../runtime/bus/bus.ts";
import { frameOf } from "../../runtime/bus/payload.ts";
import type { ActorCall, ActorReply, CallQuestion } from "./actor-calls.ts";

/**
 * Calls of users' actors as they go to the actor's own thread: so few bytes, read at once, that a call costs little more than its way.
 * A call is `[op, bytes of its name (2), of its line (1), its number (8), name, line, arguments]`, an answer `[kind, what is said]`.
 */
const OPS = ["call", "read"] as const;
const KINDS = ["value", "error", "failure"] as const;
const NUMBER_AT = 4;
const HEAD_BYTES = 12;
const LINE_BYTES_MAX = 255;

const text = new TextDecoder();
const utf8 = new TextEncoder();

export function encodeDirectCall({ op, name, args, as }: ActorCall): Uint8Array {
  const named = utf8.encode(name);
  const line = utf8.encode(as?.line ?? "");
  if (line.byteLength > LINE_BYTES_MAX)
    throw new RangeError(`A line of calls has a name of ${LINE_BYTES_MAX} bytes at most`);
  const bytes = new Uint8Array(HEAD_BYTES + named.byteLength + line.byteLength + args.byteLength);
  bytes[0] = OPS.indexOf(op);
  bytes[1] = named.byteLength & 0xff;
  bytes[2] = named.byteLength >> 8;
  bytes[3] = line.byteLength;
  new DataView(bytes.buffer).setFloat64(NUMBER_AT, as?.number ?? 0, true);
  bytes.set(named, HEAD_BYTES);
  bytes.set(line, HEAD_BYTES + named.byteLength);
  bytes.set(args, HEAD_BYTES + named.byteLength + line.byteLength);
  return bytes;
}

/** @throws ShoalError DECODE for bytes that are no call */
function decodeDirectCall(bytes: Uint8Array): ActorCall {
  const op = OPS[bytes[0] as number];
  const lineAt = HEAD_BYTES + ((bytes[1] as number) | ((bytes[2] as number) << 8));
  const argsAt = lineAt + (bytes[3] as number);
  // Of fewer bytes than a head has, these are NaN.
  if (op === undefined || !(bytes.byteLength >= argsAt))
    throw new ShoalError("The bytes are no call of an actor", { code: "DECODE" });
  const number = new DataView(bytes.buffer, bytes.byteOffset).getFloat64(NUMBER_AT, true);
  const as = argsAt === lineAt ? undefined : { line: text.decode(bytes.subarray(lineAt, argsAt)), number };
  return { op, name: text.decode(bytes.subarray(HEAD_BYTES, lineAt)), args: bytes.subarray(argsAt), as };
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
