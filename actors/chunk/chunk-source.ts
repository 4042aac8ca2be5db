import { type ActivityMeter, timed } from "../../runtime/base/activity-meter.ts";
import type { Clock } from "../../runtime/base/clock.ts";
import { packed } from "../../runtime/base/compression.ts";
import { config } from "../../runtime/base/config.ts";
import type { Bus, BusMessage, Subscription } from "../../runtime/bus/bus.ts";
import { asFault, encodeChunkPieces, encodeChunks, type MovingChunk } from "./chunk-frame.ts";
import {
  bytesOfAll,
  type ChunkRequest,
  MARK,
  MARK_BYTES,
  marked,
  markedPacked,
  type PartRequest,
  partBytes,
  readRequest,
  type Transfer,
} from "./chunk-request.ts";
import { Turnstile } from "./turnstile.ts";
import type { OutWindow, Windows } from "./windows.ts";

/** An answer that nobody pulls to its end is let go. */
const TRANSFER_LEASE_MS = 60_000;

interface Outgoing {
  readonly pieces: readonly Uint8Array[];
  readonly bytes: number;
  readonly window: OutWindow | undefined;
  lastAskedMs: number;
  /** It was pulled to its end, or is let go. */
  over(): void;
}

/** A place that gives chunks away: answers "get" and, for what is large, "part". One subscription. */
export class ChunkSource {
  readonly subject: string;
  private readonly bus: Bus;
  private readonly clock: Clock;
  private readonly windows: Windows | undefined;
  private readonly meter: ActivityMeter | undefined;
  private readonly outgoing = new Map<number, Outgoing>();
  private readonly subscription: Subscription;
  private readonly turnstile: Turnstile;
  private sweep: object | number | undefined;
  private transfers = 0;

  /**
   * @param get the chunks of a request, in its order
   * @param other answers requests of other types
   */
  constructor(
    parts: {
      bus: Bus;
      clock: Clock;
      subject: string;
      windows?: Windows | undefined;
      meter?: ActivityMeter | undefined;
      /** Questions for chunks that are answered at a time, until what was asked for has been pulled; others wait. Default: all. */
      givesMax?: number | undefined;
    },
    get: (request: ChunkRequest & { type: "get" }) => MovingChunk[] | Promise<MovingChunk[]>,
    other: (request: ChunkRequest, message: BusMessage) => void,
  ) {
    this.bus = parts.bus;
    this.clock = parts.clock;
    this.subject = parts.subject;
    this.windows = parts.windows;
    this.meter = parts.meter;
    this.turnstile = new Turnstile(parts.givesMax);
    this.subscription = parts.bus.subscribe(parts.subject, (message) => {
      const request = readRequest(message.payload);
      if (request === undefined) return;
      if (request.type === "part") void this.answerPart(message, request);
      else if (request.type === "get") this.give(() => this.answer(message, request, get(request)));
      else if (request.type === "held") this.answerHeld(message, request.transfer);
      else if (request.type === "done") this.withdraw(request.transfer);
      else other(request, message);
    });
  }

  close(): void {
    this.subscription.unsubscribe();
    this.turnstile.close();
    this.clock.clearTimer(this.sweep);
    for (const transfer of [...this.outgoing.keys()]) this.withdraw(transfer);
  }

  /** Makes the pieces of a frame ready to be pulled; they must not change until they are withdrawn. */
  offer(pieces: readonly Uint8Array[], looks = true): Transfer {
    this.letGoForgotten();
    this.transfers += 1;
    const window = looks ? this.makeWindow(pieces) : undefined;
    const offered = { pieces, bytes: bytesOfAll(pieces), window, lastAskedMs: this.clock.now() };
    this.outgoing.set(this.transfers, { ...offered, over: () => {} });
    const transfer = { transfer: this.transfers, pieces: pieces.map((piece) => piece.byteLength) };
    return window === undefined ? transfer : { ...transfer, window: window.name };
  }

  withdraw(transfer: number): void {
    const one = this.outgoing.get(transfer);
    this.outgoing.delete(transfer);
    one?.window?.close();
    one?.over();
  }

  /** Work that gives chunks away begins now, or once fewer of its kind go on. */
  give(work: () => Promise<void>): void {
    void this.turnstile.pass(work);
    // Whoever died while it pulled keeps others waiting no longer than that.
    if (this.turnstile.waitingCount > 0)
      this.sweep ??= this.clock.setTimer(TRANSFER_LEASE_MS, this.sweepAgain) as object;
  }

  private readonly sweepAgain = (): void => {
    this.sweep = undefined;
    this.letGoForgotten();
    if (this.turnstile.waitingCount > 0) this.sweep = this.clock.setTimer(TRANSFER_LEASE_MS, this.sweepAgain) as object;
  };

  private letGoForgotten(): void {
    const now = this.clock.now();
    for (const [transfer, one] of this.outgoing) if (now - one.lastAskedMs > TRANSFER_LEASE_MS) this.withdraw(transfer);
  }

  /** A host without room for a window still has its bus. */
  private makeWindow(pieces: readonly Uint8Array[]): OutWindow | undefined {
    try {
      return this.windows?.make(pieces);
    } catch {
      return undefined;
    }
  }

  /** Answers with chunks: at once, or as a transfer to be pulled in parts; it is over when that is. */
  async answer(
    message: BusMessage,
    { looks, unpacks }: Pick<ChunkRequest & { type: "get" }, "looks" | "unpacks">,
    found: MovingChunk[] | Promise<MovingChunk[]>,
  ): Promise<void> {
    try {
      const chunks = await found;
      if (this.bus.carries === "reference") return message.respond({ chunks });
      if (this.bus.carries === "shared") {
        const frame = await timed(
          this.meter,
          "give",
          "encode",
          () => encodeChunks(chunks, true, asFault),
          ({ bytes }) => bytes.byteLength,
        );
        return message.respond({ ...frame, bytes: marked(MARK.whole, [frame.bytes]) });
      }
      const pieces = await timed(this.meter, "give", "encode", () => encodeChunkPieces(chunks, asFault), bytesOfAll);
      const size = bytesOfAll(pieces);
      if (size <= partBytes(this.bus)) {
        const whole = marked(MARK.whole, pieces);
        return message.respond({ bytes: (await fewer(whole.subarray(MARK_BYTES), unpacks)) ?? whole });
      }
      const offered = this.offer(pieces, looks);
      const whenOver = new Promise<void>((resolve) => {
        (this.outgoing.get(offered.transfer) as Outgoing).over = resolve;
      });
      message.respond({ bytes: marked(MARK.inParts, [Buffer.from(JSON.stringify(offered))]) });
      await whenOver;
    } catch (error) {
      message.respond({ bytes: marked(MARK.refused, [Buffer.from(textOf(error))]) });
    }
  }

  /** Memory that was given to another thread meanwhile has no bytes here any more. */
  private answerHeld(message: BusMessage, transfer: number): void {
    const outgoing = this.outgoing.get(transfer);
    const isHeld = outgoing !== undefined && bytesOfAll(outgoing.pieces) === outgoing.bytes;
    message.respond({ bytes: isHeld ? marked(MARK.held, []) : new Uint8Array(0) });
  }

  /** A part that lies in one piece goes as it is, uncopied; an empty answer says that there is no such part. */
  private async answerPart(message: BusMessage, { transfer, from, to, at, unpacks }: PartRequest): Promise<void> {
    const outgoing = this.outgoing.get(transfer);
    const views = outgoing === undefined ? [] : stretchOf(outgoing.pieces, from, to);
    if (outgoing === undefined || bytesOfAll(views) !== to - from) return message.respond({ bytes: new Uint8Array(0) });
    outgoing.lastAskedMs = this.clock.now();
    try {
      if (at === undefined) {
        const part = views.length === 1 ? (views[0] as Uint8Array) : Buffer.concat(views);
        return message.respond({ bytes: (await fewer(part, unpacks)) ?? part });
      }
      outgoing.window?.hide();
      let place = at;
      for (const view of views) {
        await outgoing.window?.write(view, place);
        place += view.byteLength;
      }
      message.respond({ bytes: marked(MARK.inWindow, []) });
    } catch (error) {
      message.respond({ bytes: marked(MARK.refused, [Buffer.from(textOf(error))]) });
    }
  }
}

/** Bytes made fewer, under their mark, where the configuration wants it, it pays, and the asker can read them. */
async function fewer(bytes: Uint8Array, unpacks: readonly string[] | undefined): Promise<Uint8Array | undefined> {
  const compression = config.get("comm.compression") ?? "off";
  if (compression === "off" || unpacks === undefined) return undefined;
  const found = await packed(bytes, compression, unpacks);
  return found && markedPacked(found, bytes.byteLength);
}

/** What lies between two positions of all pieces in a row. */
function stretchOf(pieces: readonly Uint8Array[], from: number, to: number): Uint8Array[] {
  const views: Uint8Array[] = [];
  let start = 0;
  for (const piece of pieces) {
    const view = piece.subarray(Math.max(0, from - start), Math.max(0, to - start));
    if (view.byteLength > 0) views.push(view);
    start += piece.byteLength;
  }
  return views;
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
