import { type ErrorCode, ShoalError } from "../base/errors.ts";
import type { Frame } from "../bus/bus.ts";
import { isFrame } from "../bus/payload.ts";

/** What one actor tells another in a turn. */
export interface ActorFrame {
  readonly kind: "frame";
  /** Its sender's address; "" where there is none. */
  readonly from: string;
  readonly session: string;
  /** Grows by one with every frame of the session; 0 where frames are not numbered. */
  readonly sequence: number;
  /** The fencing number of whoever has the sender's address; 0 where addresses do not change hands. */
  readonly term: number;
  readonly messages: readonly unknown[];
}

export interface ActorAnswer {
  readonly kind: "answer";
  readonly value: unknown;
}

export interface ActorFailure {
  readonly kind: "failure";
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;
}

export type ActorPayload = ActorFrame | ActorAnswer | ActorFailure;

/** Bytes for buses that carry no references; the bytes must not begin with `{`, which marks JSON. */
export interface ActorCodec {
  encode(payload: ActorPayload): Uint8Array | Frame;
  /** @throws ShoalError DECODE */
  decode(payload: Uint8Array | Frame): ActorPayload;
}

/** How a question came, and so how its answer goes: bare NATS clients speak JSON. */
export type QuestionForm = "value" | "frame" | "json";

export interface ReadPayload {
  readonly form: QuestionForm;
  readonly frame: ActorFrame;
}

const JSON_START = 0x7b;
const text = new TextDecoder("utf-8", { fatal: true });

/** What came in at an address: a frame by reference, a frame in bytes, or one JSON object. @throws ShoalError DECODE */
export function readFrame(payload: unknown, codec: ActorCodec | undefined): ReadPayload {
  const bytes = bytesIn(payload);
  if (bytes !== undefined && bytes[0] === JSON_START)
    return {
      form: "json",
      frame: { kind: "frame", from: "", session: "", sequence: 0, term: 0, messages: [parseJson(bytes)] },
    };
  const read = bytes === undefined ? payload : decodeWith(codec, payload as Uint8Array | Frame);
  const frame = read as Partial<ActorFrame> | null | undefined;
  if (typeof frame !== "object" || frame === null || frame.kind !== "frame" || !Array.isArray(frame.messages))
    throw unreadable("The payload is neither a frame nor a JSON object");
  return { form: bytes === undefined ? "value" : "frame", frame: frame as ActorFrame };
}

/** The value of an answer. @throws ShoalError of a failure that the answerer reports, or DECODE */
export function readAnswer(payload: unknown, form: QuestionForm, codec: ActorCodec | undefined): unknown {
  const bytes = bytesIn(payload);
  // Who is not one of our actors (a NATS service) answers in JSON, whatever it was asked in.
  if (bytes !== undefined && (form !== "frame" || bytes[0] === JSON_START)) return readJsonAnswer(bytes);
  const read = (
    bytes === undefined ? payload : decodeWith(codec, payload as Uint8Array | Frame)
  ) as Partial<ActorPayload> | null;
  if (typeof read === "object" && read?.kind === "answer") return read.value;
  if (typeof read === "object" && read?.kind === "failure") throw errorOf(read as ActorFailure);
  throw unreadable("The answer is neither a value nor a failure");
}

/** A payload in the form its receiver reads. @throws ShoalError NOT_SUPPORTED for what JSON cannot hold */
export function writePayload(payload: ActorPayload, form: QuestionForm, codec: ActorCodec | undefined): unknown {
  if (form === "value") return payload;
  if (form === "frame") return encodeWith(codec, payload);
  if (payload.kind === "answer") return writeJson(payload.value);
  if (payload.kind === "frame") return writeJson(payload.messages[0]);
  const { code, message, retryable, details } = payload;
  return writeJson({ error: { code, message, retryable, details: jsonable(details) } });
}

/** An error as it travels: ShoalErrors keep what programs read, others become ACTOR_FAILED. */
export function failureOf(error: unknown): ActorFailure {
  if (error instanceof ShoalError) {
    const { code, message, retryable, details } = error;
    return { kind: "failure", code, message, retryable, details };
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { kind: "failure", code: "ACTOR_FAILED", message, retryable: false, details: {} };
}

function errorOf({ code, message, retryable, details }: ActorFailure): ShoalError {
  return new ShoalError(message, { code, retryable, details });
}

function readJsonAnswer(bytes: Uint8Array): unknown {
  const value = parseJson(bytes);
  const error = (value as { error?: Partial<ActorFailure> } | null)?.error;
  if (typeof error === "object" && typeof error?.code === "string" && typeof error.message === "string")
    throw errorOf({
      kind: "failure",
      code: error.code,
      message: error.message,
      retryable: error.retryable === true,
      details: error.details ?? {},
    });
  return value;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(text.decode(bytes));
  } catch (cause) {
    throw new ShoalError("The payload begins like JSON and is none", { code: "DECODE", cause });
  }
}

function writeJson(value: unknown): Uint8Array {
  try {
    return new TextEncoder().encode(JSON.stringify(value ?? null, refuseBinary));
  } catch (cause) {
    throw new ShoalError(`A value cannot go as JSON (${(cause as Error).message}); ask for it in a frame`, {
      code: "NOT_SUPPORTED",
      cause,
    });
  }
}

function refuseBinary(_key: string, value: unknown): unknown {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof Map || value instanceof Set)
    throw new TypeError(`it holds a ${value.constructor.name}`);
  return value;
}

function jsonable(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(details).filter(([, value]) => ["string", "number", "boolean"].includes(typeof value)),
  );
}

/** The bytes of a payload that came as bytes. */
export function bytesIn(payload: unknown): Uint8Array | undefined {
  if (payload instanceof Uint8Array) return payload;
  return isFrame(payload) ? payload.bytes : undefined;
}

function encodeWith(codec: ActorCodec | undefined, payload: ActorPayload): Uint8Array | Frame {
  if (codec === undefined)
    throw new ShoalError("This actor system has no codec, so frames cannot leave it; give it one", {
      code: "NOT_SUPPORTED",
    });
  return codec.encode(payload);
}

function decodeWith(codec: ActorCodec | undefined, payload: Uint8Array | Frame): ActorPayload {
  if (codec === undefined) throw unreadable("This actor system has no codec, so it reads JSON only");
  return codec.decode(payload);
}

const unreadable = (message: string): ShoalError => new ShoalError(message, { code: "DECODE" });
