import type { ChildProcess } from "node:child_process";
import type { MessagePort, Worker } from "node:worker_threads";
import type { BusStatus, Frame } from "./bus.ts";

/** Where a frame lies in its batch's body; shared buffers stand beside it. */
export type FrameRef = readonly [offset: number, bytes: number, shared?: readonly SharedArrayBuffer[]];

/** One thing said between the two ends of a channel. */
export type PortOp =
  | readonly ["publish", subject: string, reply: string | undefined, frame: FrameRef]
  | readonly ["subscribe", id: number, pattern: string, queue: string | undefined]
  | readonly ["unsubscribe", id: number]
  | readonly ["request", id: string, subject: string, timeoutMs: number, frame: FrameRef]
  | readonly ["abandon", id: string]
  | readonly ["flush", id: number]
  /** What the hub's bus carries of what the channel could, and how much at once. */
  | readonly ["hello", payloadBytesMax: number, carries: "shared" | "bytes"]
  | readonly [
      "message",
      subscription: number,
      subject: string,
      reply: string | undefined,
      frame: FrameRef,
      answerBytesMax?: number | undefined,
    ]
  | readonly ["answer", id: string, subject: string, reply: string | undefined, frame: FrameRef]
  | readonly ["refusal", id: string, code: string, message: string]
  | readonly ["failure", subject: string, message: string]
  | readonly ["flushed", id: number]
  | readonly ["status", status: BusStatus]
  | readonly ["bye"];

/** All that one end says in one turn. The tag keeps other users of the same channel apart. */
interface Batch {
  readonly shoalBus: readonly PortOp[];
  readonly body: Uint8Array;
}

/** The largest frame: a batch must stay below what one buffer may hold. */
export const CHANNEL_PAYLOAD_BYTES_MAX = 512 << 20;
const BATCH_BYTES = 8 << 20;
/** Frames start where typed arrays can be laid over them. */
const ALIGNMENT = 8;

/** One end of a MessagePort, a Worker, or a child process's IPC, as the bus sees it. */
export interface PortChannel {
  readonly carries: "shared" | "bytes";
  post(batch: Batch): void;
  /** `onEnd` is called once, when the other side is gone. */
  listen(onBatch: (batch: Batch) => void, onEnd: (reason: string) => void): void;
  /** Stops listening; a MessagePort is closed, a Worker or a process is left to its owner. */
  close(): void;
}

type Listener = (value: unknown) => void;

interface Emitter {
  on(event: string, listener: Listener): unknown;
  off(event: string, listener: Listener): unknown;
}

/** A MessagePort (either end of a MessageChannel, `parentPort`), or a Worker. Close the port to end the bus on the other side. */
export function messagePortChannel(port: MessagePort | Worker): PortChannel {
  return {
    carries: "shared",
    post: (batch) => port.postMessage(batch, [batch.body.buffer as ArrayBuffer]),
    ...listening(port, "threadId" in port ? ["exit"] : ["close"], () => {
      if ("close" in port) port.close();
    }),
  };
}

/**
 * A child process started with `serialization: "advanced"`, or `process` inside of one.
 * @throws TypeError if the process has no IPC channel
 */
export function ipcChannel(end: NodeJS.Process | ChildProcess): PortChannel {
  if (typeof end.send !== "function")
    throw new TypeError('The process has no IPC channel; start it with stdio "ipc" and serialization "advanced"');
  return {
    carries: "bytes",
    post: (batch) => {
      // A failed send means the other side is gone; "disconnect" tells of it.
      if (end.connected) end.send?.(batch, undefined, undefined, () => {});
    },
    ...listening(end, ["disconnect", "exit"], () => {}),
  };
}

function listening(
  emitter: Emitter,
  endings: readonly string[],
  release: () => void,
): Pick<PortChannel, "listen" | "close"> {
  const hooked: [string, Listener][] = [];
  const close = () => {
    for (const [event, listener] of hooked.splice(0)) emitter.off(event, listener);
    release();
  };
  return {
    close,
    listen: (onBatch, onEnd) => {
      hooked.push(["message", (value) => isBatch(value) && onBatch(value)]);
      for (const ending of endings)
        hooked.push([
          ending,
          () => {
            close();
            onEnd(`the other side is gone (${ending})`);
          },
        ]);
      for (const [event, listener] of hooked) emitter.on(event, listener);
    },
  };
}

function isBatch(value: unknown): value is Batch {
  return typeof value === "object" && value !== null && Array.isArray((value as Partial<Batch>).shoalBus);
}

/** Gathers a turn's ops and posts them as one message, their frames copied into one body. */
export class PortOutbox {
  private readonly channel: PortChannel;
  private ops: PortOp[] = [];
  private chunks: Uint8Array[] = [];
  private size = 0;
  private isScheduled = false;

  constructor(channel: PortChannel) {
    this.channel = channel;
  }

  push(op: PortOp): void {
    this.ops.push(op);
    if (this.size >= BATCH_BYTES) this.flush();
    else if (!this.isScheduled) {
      this.isScheduled = true;
      queueMicrotask(() => this.flush());
    }
  }

  /** Places a frame in the batch of the op that is pushed next. */
  place({ bytes, shared }: Frame): FrameRef {
    const offset = this.size;
    this.chunks.push(bytes);
    this.size = Math.ceil((offset + bytes.byteLength) / ALIGNMENT) * ALIGNMENT;
    return shared === undefined || shared.length === 0
      ? [offset, bytes.byteLength]
      : [offset, bytes.byteLength, shared];
  }

  flush(): void {
    this.isScheduled = false;
    if (this.ops.length === 0) return;
    const body = new Uint8Array(this.size);
    let offset = 0;
    for (const chunk of this.chunks) {
      body.set(chunk, offset);
      offset = Math.ceil((offset + chunk.byteLength) / ALIGNMENT) * ALIGNMENT;
    }
    const batch = { shoalBus: this.ops, body };
    this.ops = [];
    this.chunks = [];
    this.size = 0;
    this.channel.post(batch);
  }
}

/** The frame of an op, as views on the batch. */
export function frameAt(body: Uint8Array, [offset, bytes, shared]: FrameRef): Frame {
  const view = body.subarray(offset, offset + bytes);
  return shared === undefined ? { bytes: view } : { bytes: view, shared };
}
