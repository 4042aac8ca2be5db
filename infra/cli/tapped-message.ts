import type { BusMessage } from "../../runtime/bus/bus.ts";
import { actorCodec } from "../../runtime/protocol/actor-codec.ts";

/** A message as it is shown: what it says if it can be read, else how large it is. */
export type TappedMessage = { readonly subject: string; readonly reply?: string } & (
  | { readonly from: string; readonly sequence: number; readonly messages: readonly unknown[] }
  | { readonly json: unknown }
  | { readonly answer: unknown }
  | { readonly failure: unknown }
  | { readonly bytes: number }
);

const JSON_START = 0x7b;
const ITEMS_MAX = 32;

/** Reads whatever travels on a bus: frames of actors, JSON, answers. */
export function readTapped({ subject, reply, payload }: BusMessage): TappedMessage {
  const bytes = payload instanceof Uint8Array ? payload : (payload as { bytes: Uint8Array }).bytes;
  const head = reply === undefined ? { subject } : { subject, reply };
  try {
    if (bytes[0] === JSON_START) return { ...head, json: JSON.parse(new TextDecoder().decode(bytes)) };
    const read = actorCodec.decode(bytes);
    if (read.kind === "answer") return { ...head, answer: shown(read.value) };
    if (read.kind === "failure") return { ...head, failure: { code: read.code, message: read.message } };
    return { ...head, from: read.from, sequence: read.sequence, messages: read.messages.map(shown) };
  } catch {
    // Chunks and other traffic that is not of actors.
    return { ...head, bytes: bytes.byteLength };
  }
}

/** A value with its columns as lists, long ones cut, bytes as their number. */
function shown(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: value.byteLength };
  if (ArrayBuffer.isView(value)) return cut([...(value as unknown as Iterable<unknown>)]);
  if (Array.isArray(value)) return cut(value.map(shown));
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shown(part)]));
}

function cut(items: readonly unknown[]): readonly unknown[] {
  return items.length <= ITEMS_MAX ? items : [...items.slice(0, ITEMS_MAX), `… ${items.length - ITEMS_MAX} more`];
}
