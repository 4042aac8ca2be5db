import { unreachable } from "../base/errors.ts";
import { cutFrame, type FramePlan, planFrames } from "./frames.ts";

/** Sends one payload as frames, as fast as the receiver grants credit and no faster. Pure: see {@link stepSender}. */
export interface SenderState {
  readonly transfer: number;
  readonly payload: Uint8Array;
  readonly plan: FramePlan;
  /** The frame to send next; `plan.count` when all were sent once. */
  next: number;
  /** Frames the receiver misses, sent before new ones. */
  readonly again: number[];
  /** Payload bytes that may still be sent. */
  creditBytes: number;
  phase: "sending" | "done";
}

export type SenderMessage =
  /** The receiver takes so many bytes more. */
  | { readonly kind: "credit"; readonly bytes: number }
  /** The receiver misses these frames. */
  | { readonly kind: "missing"; readonly indices: readonly number[] }
  /** The receiver has everything, or either side gave up. */
  | { readonly kind: "end" };

export interface SenderEffect {
  readonly kind: "send";
  readonly frame: Uint8Array;
}

export interface SenderOptions {
  readonly transfer: number;
  readonly payload: Uint8Array;
  /** Bytes of a frame, header included; default 512 KiB. */
  readonly frameBytesMax?: number;
}

/** A transfer that has not begun: the first credit starts it. */
export function createSender({ transfer, payload, frameBytesMax }: SenderOptions): SenderState {
  const plan = planFrames(payload.byteLength, frameBytesMax);
  return { transfer, payload, plan, next: 0, again: [], creditBytes: 0, phase: "sending" };
}

/** Takes a message from the receiver; gives the frames to send now. The state ends by "end" alone: frames may be asked for again. */
export function stepSender(state: SenderState, message: SenderMessage): SenderEffect[] {
  if (state.phase === "done") return [];
  switch (message.kind) {
    case "credit":
      state.creditBytes += message.bytes;
      break;
    case "missing":
      for (const index of message.indices)
        if (index >= 0 && index < state.next && !state.again.includes(index)) state.again.push(index);
      break;
    case "end":
      state.phase = "done";
      return [];
    default:
      return unreachable(message);
  }
  return sendWhatCreditAllows(state);
}

function sendWhatCreditAllows(state: SenderState): SenderEffect[] {
  const effects: SenderEffect[] = [];
  for (let index = nextIndex(state); index !== undefined; index = nextIndex(state)) {
    const bytes = bodyBytes(state.plan, index);
    if (bytes > state.creditBytes) break;
    state.creditBytes -= bytes;
    if (state.again.length > 0) state.again.shift();
    else state.next += 1;
    effects.push({ kind: "send", frame: cutFrame(state.payload, state.plan, state.transfer, index) });
  }
  return effects;
}

const nextIndex = (state: SenderState): number | undefined =>
  state.again[0] ?? (state.next < state.plan.count ? state.next : undefined);

const bodyBytes = (plan: FramePlan, index: number): number =>
  Math.min(plan.strideBytes, plan.totalBytes - index * plan.strideBytes);
