import type { ActorCall, ActorReply } from "../../actors/coordination/actor-calls.ts";
import { ShoalError } from "../../runtime/base/errors.ts";

/** The two ways to an actor: to its own thread, or by the main thread of its worker. */
export type ActorLane = "direct" | "main";

export type AskActor = (lane: ActorLane, call: ActorCall) => Promise<ActorReply>;

/** Larger calls go by the main thread, which reads at any time: one that computes would hold up the server's connection to it. */
const DIRECT_BYTES_MAX = 32 << 10;
/** As much waits for a thread that computes, as sockets hold. */
const UNDER_WAY_BYTES_MAX = 256 << 10;

/** Of one unit of a text. */
const UTF8_BYTES_MAX = 3;

interface WaitingCall {
  readonly number: number;
  readonly call: ActorCall;
  resolve(answer: ActorReply): void;
  reject(error: unknown): void;
}

/**
 * The calls of one client to one actor, in the order in which they are made. Small ones go directly where that is possible. No two ways
 * are used at a time: a call by one way waits for those that went by the other, else it could overtake them.
 */
export class ActorLine {
  private readonly ask: AskActor;
  private readonly waiting: WaitingCall[] = [];
  private lane: ActorLane = "main";
  private count = 0;
  private underWay = 0;
  private underWayBytes = 0;
  /** Whether its thread is reached directly. */
  private isDirect: boolean;

  constructor(ask: AskActor, isDirect: boolean) {
    this.ask = ask;
    this.isDirect = isDirect;
  }

  /** What the actor answers. @throws ShoalError NO_RESPONDERS if nobody took the call, by either way */
  call(call: ActorCall): Promise<ActorReply> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ number: this.count++, call, resolve, reject });
      this.goOn();
    });
  }

  private goOn(): void {
    for (let next = this.waiting[0]; next !== undefined && this.mayLeave(next.call); next = this.waiting[0]) {
      this.waiting.shift();
      this.send(next);
    }
  }

  private mayLeave(call: ActorCall): boolean {
    const bytes = bytesOf(call);
    const wished = this.isDirect && bytes <= DIRECT_BYTES_MAX ? "direct" : "main";
    if (this.underWay > 0)
      return this.lane === wished && (wished === "main" || this.underWayBytes + bytes <= UNDER_WAY_BYTES_MAX);
    this.lane = wished;
    return true;
  }

  private send(waiting: WaitingCall): void {
    const { lane } = this;
    const bytes = bytesOf(waiting.call);
    this.underWay += 1;
    this.underWayBytes += bytes;
    const ends = (): void => {
      this.underWay -= 1;
      this.underWayBytes -= bytes;
    };
    this.ask(lane, waiting.call).then(
      (answer) => {
        ends();
        waiting.resolve(answer);
        this.goOn();
      },
      (error: unknown) => {
        ends();
        if (lane === "direct" && error instanceof ShoalError && error.code === "NO_RESPONDERS") this.sendAgain(waiting);
        else waiting.reject(error);
        this.goOn();
      },
    );
  }

  /** Nobody has taken it, so it may be said by the other way; before all that was called after it. */
  private sendAgain(waiting: WaitingCall): void {
    this.isDirect = false;
    const after = this.waiting.findIndex(({ number }) => number > waiting.number);
    this.waiting.splice(after < 0 ? this.waiting.length : after, 0, waiting);
  }
}

const bytesOf = ({ name, args }: ActorCall): number => name.length * UTF8_BYTES_MAX + args.byteLength;
