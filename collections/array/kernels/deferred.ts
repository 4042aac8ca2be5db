import { Chunk, sizeOf } from "../chunk.ts";
import { type Assigned, materialize, type Pending } from "./pending.ts";

/** Smaller arrays are computed at once: they cost less than keeping account of them. */
const SIZE_MIN = 4096;
/** So many may wait for one memory; more are computed at once. */
const WAITING_MAX = 64;

/** Memory whose elements no user has in hand as a typed array, and so cannot change. */
const unseen = new WeakSet<ArrayBufferLike>();
/** What still reads a memory. */
const waiting = new WeakMap<ArrayBufferLike, WeakRef<Deferred>[]>();

/**
 * What an operation on eager arrays gives, not computed until somebody looks: the next operation goes on with its program,
 * so that a user's expression is one loop, as that of a lazy array is. Nobody can tell: it reads memory that no user has
 * seen, and is computed before one does ({@link showMemory}).
 */
export class Deferred {
  private state: Pending | Assigned | Chunk;
  private isRead = false;

  constructor(pending: Pending | Assigned) {
    this.state = pending;
  }

  get isOpen(): boolean {
    return !(this.state instanceof Chunk);
  }

  /** What an operation reads: the program the first time; the elements from then on, so that they are not computed for each. */
  operand(): Pending | Assigned | Chunk {
    if (this.isRead) return this.settle();
    this.isRead = true;
    return this.state;
  }

  /** The elements, in memory that no user has seen yet. */
  settle(): Chunk {
    if (!(this.state instanceof Chunk)) this.state = hidden(materialize(this.state));
    return this.state;
  }
}

/** Puts a result off, or computes it now: where it is small, or reads memory that a user may change. */
export function deferredOrNow(pending: Pending | Assigned): Deferred | Chunk {
  const buffers = pending.inputs.flatMap((one) => (one instanceof Chunk ? [one.data.buffer] : []));
  const lists = buffers.map(waitingOn);
  const mayWait =
    sizeOf(pending.shape) >= SIZE_MIN &&
    buffers.length === pending.inputs.length &&
    buffers.every((one) => unseen.has(one)) &&
    lists.every((list) => list.length < WAITING_MAX);
  if (!mayWait) return hidden(materialize(pending));
  const deferred = new Deferred(pending);
  const ref = new WeakRef(deferred);
  for (const list of lists) list.push(ref);
  return deferred;
}

/** Says that no user has a chunk's memory in hand. */
export function hidden(chunk: Chunk): Chunk {
  unseen.add(chunk.data.buffer);
  return chunk;
}

/** Says that a user gets a chunk's memory in hand: what waits for it is computed first. */
export function showMemory(chunk: Chunk): void {
  const { buffer } = chunk.data;
  unseen.delete(buffer);
  const list = waiting.get(buffer);
  waiting.delete(buffer);
  for (const ref of list ?? []) ref.deref()?.settle();
}

function waitingOn(buffer: ArrayBufferLike): WeakRef<Deferred>[] {
  const list = (waiting.get(buffer) ?? []).filter((ref) => ref.deref()?.isOpen);
  waiting.set(buffer, list);
  return list;
}
