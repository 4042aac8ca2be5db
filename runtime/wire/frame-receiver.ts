import { ShoalError, unreachable } from "../base/errors.ts";
import { type Frame, readFrame } from "./frames.ts";

/** Joins the frames of one transfer, in whatever order they come. Pure: see {@link stepReceiver}. */
export interface ReceiverState {
  readonly options: ReceiverOptions;
  phase: "waiting" | "receiving" | "done" | "failed";
  /** The payload as far as it came; unknown until the first frame says how long it is. */
  progress: Progress | undefined;
  /** Bytes received for which no new credit was granted yet. */
  owedBytes: number;
}

interface Progress {
  readonly payload: Uint8Array;
  readonly strideBytes: number;
  /** For every frame, whether it came. */
  readonly came: Uint8Array;
  framesLeft: number;
}

export type ReceiverMessage =
  | { readonly kind: "begin" }
  | { readonly kind: "frame"; readonly bytes: Uint8Array }
  /** Nothing came for as long as the caller is willing to wait. */
  | { readonly kind: "silence" };

export type ReceiverEffect =
  | { readonly kind: "credit"; readonly bytes: number }
  | { readonly kind: "missing"; readonly indices: readonly number[] }
  | { readonly kind: "complete"; readonly payload: Uint8Array }
  | { readonly kind: "fail"; readonly error: ShoalError };

export interface ReceiverOptions {
  readonly transfer: number;
  /** A longer payload is refused before memory is taken for it. */
  readonly payloadBytesMax: number;
  /** Bytes that may be on the way at once: at least one frame's. */
  readonly windowBytes: number;
  /** Where the payload is to lie; default ordinary memory. */
  readonly allocate?: (bytes: number) => Uint8Array;
}

export function createReceiver(options: ReceiverOptions): ReceiverState {
  return { options, phase: "waiting", progress: undefined, owedBytes: 0 };
}

/**
 * Takes what came; gives credit to send on, the payload when it is whole, or the reason why it never will be.
 * Frames that come twice, and whatever comes after the end, change nothing.
 */
export function stepReceiver(state: ReceiverState, message: ReceiverMessage): ReceiverEffect[] {
  if (state.phase === "done" || state.phase === "failed") return [];
  switch (message.kind) {
    case "begin":
      state.phase = "receiving";
      return [{ kind: "credit", bytes: state.options.windowBytes }];
    case "frame":
      return takeFrame(state, message.bytes);
    case "silence":
      return askAgain(state);
    default:
      return unreachable(message);
  }
}

function takeFrame(state: ReceiverState, bytes: Uint8Array): ReceiverEffect[] {
  let frame: Frame;
  try {
    frame = readFrame(bytes);
    state.progress ??= beginPayload(state.options, frame);
    checkFits(state, state.progress, frame);
  } catch (error) {
    if (!(error instanceof ShoalError)) throw error;
    state.phase = "failed";
    return [{ kind: "fail", error }];
  }
  const { progress } = state;
  if (progress.came[frame.index] === 1) return [];
  progress.came[frame.index] = 1;
  progress.framesLeft -= 1;
  progress.payload.set(frame.body, frame.index * progress.strideBytes);
  if (progress.framesLeft === 0) {
    state.phase = "done";
    return [{ kind: "complete", payload: progress.payload }];
  }
  state.owedBytes += frame.body.byteLength;
  // One credit for several frames: half a window is always on its way.
  if (2 * state.owedBytes < state.options.windowBytes) return [];
  const credit = state.owedBytes;
  state.owedBytes = 0;
  return [{ kind: "credit", bytes: credit }];
}

function beginPayload({ payloadBytesMax, transfer, allocate }: ReceiverOptions, frame: Frame): Progress {
  if (frame.totalBytes > payloadBytesMax)
    throw new ShoalError(`Transfer ${transfer} announces ${frame.totalBytes} bytes, at most ${payloadBytesMax}`, {
      code: "OVERSIZE",
      details: { transfer, bytes: frame.totalBytes, bytesMax: payloadBytesMax },
    });
  const count = Math.max(1, Math.ceil(frame.totalBytes / frame.strideBytes));
  return {
    payload: allocate?.(frame.totalBytes) ?? new Uint8Array(frame.totalBytes),
    strideBytes: frame.strideBytes,
    came: new Uint8Array(count),
    framesLeft: count,
  };
}

function checkFits(state: ReceiverState, progress: Progress, frame: Frame): void {
  const { transfer } = state.options;
  if (
    frame.transfer !== transfer ||
    frame.totalBytes !== progress.payload.byteLength ||
    frame.strideBytes !== progress.strideBytes
  )
    throw new ShoalError(`A frame of another payload came for transfer ${transfer}`, {
      code: "DECODE",
      details: { transfer, other: frame.transfer },
    });
}

/** What is on its way is taken for lost, credit too: the missing frames are asked for, one window of them, with credit of their own. */
function askAgain(state: ReceiverState): ReceiverEffect[] {
  const { windowBytes } = state.options;
  const { progress } = state;
  state.owedBytes = 0;
  // Any frame would do to learn the payload's length; the first is there if it is not only credit that was lost.
  if (progress === undefined)
    return [
      { kind: "missing", indices: [0] },
      { kind: "credit", bytes: windowBytes },
    ];
  const count = Math.max(1, Math.floor(windowBytes / progress.strideBytes));
  const indices: number[] = [];
  for (let at = progress.came.indexOf(0); at >= 0 && indices.length < count; at = progress.came.indexOf(0, at + 1))
    indices.push(at);
  return [
    { kind: "missing", indices },
    { kind: "credit", bytes: indices.length * progress.strideBytes },
  ];
}
