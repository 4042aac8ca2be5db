import { undecodable } from "./sections.ts";

/**
 * Walks msgpack without building anything and refuses what our encoder never writes: extensions (records among
 * them), binary, keys that are not text, lengths beyond the input, nesting beyond `depthMax`, bytes left over.
 * Only then is a general decoder let near the bytes.
 * @returns whether a map key begins with a zero byte, our mark of values that need a second look
 * @throws ShoalError DECODE
 * @see https://github.com/msgpack/msgpack/blob/master/spec.md
 */
export function guardMsgpack(bytes: Uint8Array, depthMax: number): boolean {
  const walk = new MsgpackWalk(bytes, depthMax);
  walk.value(0);
  if (walk.at !== bytes.byteLength) throw undecodable(`${bytes.byteLength - walk.at} bytes are left over in the head`);
  return walk.marked;
}

/**
 * Where the last item of a short list begins, what stands before it having been walked as by {@link guardMsgpack}; undefined if it is no
 * such list, or has a mark in what was walked.
 * @throws ShoalError DECODE
 */
export function lastItemAt(bytes: Uint8Array, depthMax: number): number | undefined {
  const count = (bytes[0] ?? 0) - FIXED_ARRAY;
  if (count < 2 || count > 15) return undefined;
  const walk = new MsgpackWalk(bytes, depthMax);
  walk.at = 1;
  for (let i = 1; i < count; i++) walk.value(1);
  return walk.marked || walk.at >= bytes.byteLength ? undefined : walk.at;
}

const FIXED_ARRAY = 0x90;

class MsgpackWalk {
  at = 0;
  marked = false;
  private readonly bytes: Uint8Array;
  private readonly depthMax: number;

  constructor(bytes: Uint8Array, depthMax: number) {
    this.bytes = bytes;
    this.depthMax = depthMax;
  }

  value(depth: number): void {
    const token = this.number(1);
    const rest = bytesAfter[token] as number;
    if (rest < TEXT) this.skip(rest);
    else if (rest === TEXT) this.skip(this.number(1 << (token - 0xd9)));
    else if (rest === ARRAY) this.array(token < 0xa0 ? token & 15 : this.number(token === 0xdc ? 2 : 4), depth);
    else if (rest === MAP) this.map(token < 0x90 ? token & 15 : this.number(token === 0xde ? 2 : 4), depth);
    else if (rest === FIXED_EXTENSION) this.undefinedValue();
    else throw undecodable(`Byte 0x${token.toString(16)} at ${this.at - 1} of the head has no place in a message`);
  }

  private array(count: number, depth: number): void {
    this.enter(count, depth);
    for (let i = 0; i < count; i++) this.value(depth + 1);
  }

  private map(count: number, depth: number): void {
    this.enter(2 * count, depth);
    for (let i = 0; i < count; i++) {
      this.key();
      this.value(depth + 1);
    }
  }

  /** Every item takes at least one byte, so a longer count is a lie; told before anything is allocated for it. */
  private enter(items: number, depth: number): void {
    if (depth >= this.depthMax) throw undecodable(`The head is nested deeper than ${this.depthMax} levels`);
    if (items > this.bytes.byteLength - this.at)
      throw undecodable(`A list of ${items} items at ${this.at} of the head does not fit into the input`);
  }

  private key(): void {
    const token = this.number(1);
    let length: number;
    if (token >= 0xa0 && token < 0xc0) length = token & 31;
    else if (token >= 0xd9 && token <= 0xdb) length = this.number(1 << (token - 0xd9));
    else throw undecodable(`A map key at ${this.at - 1} of the head is not text`);
    if (length > 0 && this.bytes[this.at] === 0) this.marked = true;
    this.skip(length);
  }

  /** fixext 1, type 0, byte 0 is how msgpackr writes undefined; any other extension is refused. */
  private undefinedValue(): void {
    if (this.number(2) !== 0) throw undecodable(`An extension at ${this.at - 3} of the head has no place in a message`);
  }

  private number(size: number): number {
    if (this.at + size > this.bytes.byteLength) throw undecodable("The head ends too early");
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + (this.bytes[this.at++] as number);
    return value;
  }

  private skip(length: number): void {
    this.at += length;
    if (this.at > this.bytes.byteLength) throw undecodable("The head ends too early");
  }
}

const TEXT = 250;
const ARRAY = 251;
const MAP = 252;
const FIXED_EXTENSION = 253;
const REFUSED = 254;

/** For every first byte: how many bytes follow, or what kind of value begins. */
const bytesAfter = Uint8Array.from({ length: 256 }, (_, token) => {
  if (token < 0x80 || token >= 0xe0 || token === 0xc0 || token === 0xc2 || token === 0xc3) return 0;
  if (token < 0x90 || token === 0xde || token === 0xdf) return MAP;
  if (token < 0xa0 || token === 0xdc || token === 0xdd) return ARRAY;
  if (token < 0xc0) return token & 31;
  if (token === 0xca) return 4;
  if (token === 0xcb) return 8;
  if (token >= 0xcc && token <= 0xcf) return 1 << (token - 0xcc);
  if (token >= 0xd0 && token <= 0xd3) return 1 << (token - 0xd0);
  if (token >= 0xd9 && token <= 0xdb) return TEXT;
  return token === 0xd4 ? FIXED_EXTENSION : REFUSED;
});
