import { undecodable } from "./sections.ts";
import { type TypedArray, typedArrayAt, typedArrayNumber } from "./typed-array.ts";

const DATA_VIEW = 100;
const BUFFER = 101;

/** What a stretch of memory was on the sender's side, and so must be again. */
const VIEWED = 0;
const ARRAY_BUFFER = 1;
const SHARED_BUFFER = 2;

interface Stretch {
  readonly buffer: ArrayBufferLike;
  from: number;
  to: number;
  kind: number;
}

/** Gathers the memory under views: those over one buffer share one stretch, from the first byte in use to the last. */
export class MemoryWriter {
  private readonly stretches: Stretch[] = [];
  private readonly byBuffer = new Map<ArrayBufferLike, number>();
  private readonly shareMemory: boolean;

  constructor(shareMemory: boolean) {
    this.shareMemory = shareMemory;
  }

  /** A typed array or DataView as `[kind, stretch, byte offset, length]`. */
  view(view: ArrayBufferView): number[] {
    const kind =
      view instanceof DataView ? DATA_VIEW : Buffer.isBuffer(view) ? BUFFER : typedArrayNumber(view as TypedArray);
    const length = view instanceof DataView ? view.byteLength : (view as TypedArray).length;
    // Node's small Buffers lie in one pool: what stands between two of them is none of the reader's business.
    if (kind === BUFFER && view.buffer.byteLength === Buffer.poolSize) {
      const own = new Uint8Array(view as Uint8Array);
      return [BUFFER, this.stretch(own.buffer, 0, own.byteLength), 0, length];
    }
    return [
      kind,
      this.stretch(view.buffer, view.byteOffset, view.byteOffset + view.byteLength),
      view.byteOffset,
      length,
    ];
  }

  /** A whole buffer, as its stretch. */
  whole(buffer: ArrayBufferLike): number {
    const at = this.stretch(buffer, 0, buffer.byteLength);
    (this.stretches[at] as Stretch).kind = buffer instanceof SharedArrayBuffer ? SHARED_BUFFER : ARRAY_BUFFER;
    return at;
  }

  /** Start and kind of every stretch, two numbers each. */
  table(): number[] {
    return this.stretches.flatMap(({ from, kind }) => [from, kind]);
  }

  /** The stretches' bytes: the sender's own memory, not a copy, unless it is shared memory that may not be shared. */
  bytes(): Uint8Array[] {
    return this.stretches.map(({ buffer, from, to }) => {
      const bytes = new Uint8Array(buffer, from, to - from);
      return buffer instanceof SharedArrayBuffer && !this.shareMemory ? new Uint8Array(bytes) : bytes;
    });
  }

  private stretch(buffer: ArrayBufferLike, from: number, to: number): number {
    const start = from - (from % 8);
    const known = this.byBuffer.get(buffer);
    if (known === undefined) {
      this.byBuffer.set(buffer, this.stretches.length);
      return this.stretches.push({ buffer, from: start, to, kind: VIEWED }) - 1;
    }
    const stretch = this.stretches[known] as Stretch;
    stretch.from = Math.min(stretch.from, start);
    stretch.to = Math.max(stretch.to, to);
    return known;
  }
}

/** Puts views back over received memory, without copying where it is aligned. */
export class MemoryReader {
  private readonly buffers: Uint8Array[];
  private readonly table: readonly number[];

  constructor(buffers: readonly Uint8Array[], table: unknown) {
    if (!Array.isArray(table) || table.length !== 2 * buffers.length || !table.every(isOffset))
      throw undecodable("The table of a value's memory does not fit its buffers");
    this.table = table;
    this.buffers = buffers.map((bytes, at) => placed(bytes, table[2 * at + 1]));
  }

  view(content: unknown): ArrayBufferView {
    if (!Array.isArray(content) || content.length !== 4 || !content.every(isOffset))
      throw undecodable("A view is not described by four numbers");
    const [kind, at, byteOffset, length] = content as [number, number, number, number];
    const bytes = this.stretch(at);
    const from = byteOffset - (this.table[2 * at] as number);
    if (from < 0) throw undecodable(`A view begins before its memory`);
    let view: ArrayBufferView;
    try {
      view = viewAt(kind, bytes.buffer, bytes.byteOffset + from, length);
    } catch (error) {
      throw undecodable("A view does not lie in its memory", error);
    }
    if (from + view.byteLength > bytes.byteLength) throw undecodable("A view does not lie in its memory");
    return view;
  }

  whole(at: unknown): ArrayBufferLike {
    const bytes = this.stretch(at);
    if (this.table[2 * (at as number) + 1] === VIEWED) throw undecodable("A buffer is described as viewed only");
    return bytes.buffer;
  }

  private stretch(at: unknown): Uint8Array {
    const bytes = typeof at === "number" ? this.buffers[at] : undefined;
    if (bytes === undefined) throw undecodable(`Buffer ${String(at)} of a value is not there`);
    return bytes;
  }
}

const isOffset = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

function viewAt(kind: number, buffer: ArrayBufferLike, byteOffset: number, length: number): ArrayBufferView {
  if (kind === DATA_VIEW) return new DataView(buffer, byteOffset, length);
  if (kind === BUFFER) return Buffer.from(buffer as ArrayBuffer, byteOffset, length);
  return typedArrayAt(kind, buffer, byteOffset, length);
}

/** The bytes where views of their kind can lie: aligned, and filling the buffer where the buffer itself is asked for. */
function placed(bytes: Uint8Array, kind: unknown): Uint8Array {
  const fills = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
  if (kind === SHARED_BUFFER) {
    if (fills && bytes.buffer instanceof SharedArrayBuffer) return bytes;
    const copy = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
    copy.set(bytes);
    return copy;
  }
  const inPlace = kind === ARRAY_BUFFER ? fills && bytes.buffer instanceof ArrayBuffer : bytes.byteOffset % 8 === 0;
  return inPlace ? bytes : new Uint8Array(bytes);
}
