import type { ActorCall, ActorReply } from "../../actors/coordination/actor-calls.ts";
import type { CallState } from "../../actors/coordination/calls-heard.ts";
import type { Clock, TimerHandle } from "../../runtime/base/clock.ts";
import { ShoalError } from "../../runtime/base/errors.ts";

/** The two ways to an actor: to its own thread, or by the main thread of its worker. */
export type ActorLane = "direct" | "main";

/** What a line needs of the world. */
export interface ActorLineEnds {
  /** Names the line, among all lines of all clients. */
  readonly line: string;
  readonly clock: Clock;
  ask(lane: ActorLane, call: ActorCall): Promise<ActorReply>;
  /** What became of calls by their numbers; undefined where nobody can say at the moment. @throws ShoalError if the actor is no more */
  inquire(numbers: readonly number[]): Promise<readonly CallState[] | undefined>;
}

/** Larger calls go by the main thread, which reads at any time: one that computes would hold up the server's connection to it. */
const DIRECT_BYTES_MAX = 32 << 10;
/** As much waits for a thread that computes, as sockets hold. */
const UNDER_WAY_BYTES_MAX = 256 << 10;

/** Of one unit of a text. */
const UTF8_BYTES_MAX = 3;

/** A call without an answer is asked after when it has waited so long, again soon where something seems wrong with it, else later and later. */
const INQUIRE_MS = 500;
const INQUIRE_MS_MAX = 5000;
/** So many are asked after at once. */
const INQUIRED_MAX = 64;
/** What is answered by one way may be told of by another before the answer comes. */
const DOUBTS_MAX = 2;
/** A large answer is on its way for long after the method has returned, the more so where the actor's thread serves its parts between other calls. */
const ANSWER_MS = 30_000;

interface WaitingCall {
  readonly number: number;
  readonly call: ActorCall;
  resolve(answer: ActorReply): void;
  reject(error: unknown): void;
}

interface SentCall {
  readonly waiting: WaitingCall;
  readonly lane: ActorLane;
  readonly sentMs: number;
  doubts: number;
  /** When it was first told that the method has returned. */
  doneMs: number | undefined;
  /** It counts as under way no more, though an answer that comes late is still welcome. */
  isOver: boolean;
}

/**
 * The calls of one client to one actor, in the order in which they are made. Small ones go directly where that is possible. No two ways
 * are used at a time: a call by one way waits for those that went by the other, else it could overtake them. Calls whose answers do not
 * come are asked after: where somebody listens to all subjects, nobody says that nobody took them.
 */
export class ActorLine {
  private readonly ends: ActorLineEnds;
  private readonly waiting: WaitingCall[] = [];
  private readonly sent = new Map<number, SentCall>();
  private lane: ActorLane = "main";
  private count = 0;
  private underWay = 0;
  private underWayBytes = 0;
  private timer: TimerHandle;
  private pauseMs = INQUIRE_MS;
  /** Whether its thread is reached directly. */
  private isDirect: boolean;

  constructor(ends: ActorLineEnds, isDirect: boolean) {
    this.ends = ends;
    this.isDirect = isDirect;
  }

  /** What the actor answers. @throws ShoalError NO_RESPONDERS if nobody took the call, by either way */
  call(call: ActorCall): Promise<ActorReply> {
    return new Promise((resolve, reject) => {
      const number = this.count++;
      this.waiting.push({ number, call: { ...call, as: { line: this.ends.line, number } }, resolve, reject });
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
    const { clock } = this.ends;
    const sent: SentCall = { waiting, lane, sentMs: clock.now(), doubts: 0, doneMs: undefined, isOver: false };
    this.underWay += 1;
    this.underWayBytes += bytesOf(waiting.call);
    this.sent.set(waiting.number, sent);
    this.ends.ask(lane, waiting.call).then(
      (answer) => {
        waiting.resolve(answer);
        this.end(sent);
        this.goOn();
      },
      (error: unknown) => this.fail(sent, error),
    );
    this.watch();
  }

  private end(sent: SentCall): void {
    if (sent.isOver) return;
    sent.isOver = true;
    this.underWay -= 1;
    this.underWayBytes -= bytesOf(sent.waiting.call);
    this.sent.delete(sent.waiting.number);
  }

  private fail(sent: SentCall, error: unknown): void {
    if (sent.isOver) return;
    this.end(sent);
    const isUntaken = error instanceof ShoalError && error.code === "NO_RESPONDERS";
    if (sent.lane === "direct" && isUntaken) this.sendAgain(sent.waiting);
    else sent.waiting.reject(error);
    this.goOn();
  }

  /** Nobody has taken it, so it may be said by the other way; before all that was called after it. */
  private sendAgain(waiting: WaitingCall): void {
    this.isDirect = false;
    const after = this.waiting.findIndex(({ number }) => number > waiting.number);
    this.waiting.splice(after < 0 ? this.waiting.length : after, 0, waiting);
  }

  private watch(): void {
    if (this.timer !== undefined || this.sent.size === 0) return;
    this.timer = this.ends.clock.setTimer(this.pauseMs, () => void this.inquire().finally(() => this.watchOn()));
  }

  private watchOn(): void {
    this.timer = undefined;
    this.watch();
  }

  private async inquire(): Promise<void> {
    const sinceMs = this.ends.clock.now() - INQUIRE_MS;
    const old = [...this.sent.values()].filter(({ sentMs }) => sentMs <= sinceMs).slice(0, INQUIRED_MAX);
    if (old.length === 0) {
      this.pauseMs = INQUIRE_MS;
      return;
    }
    try {
      const states = await this.ends.inquire(old.map(({ waiting }) => waiting.number));
      if (states !== undefined) for (const [i, one] of old.entries()) this.judge(one, states[i]);
    } catch (error) {
      for (const one of old) this.fail(one, error);
    }
    const isWell = old.every(({ doubts }) => doubts === 0);
    this.pauseMs = isWell ? Math.min(this.pauseMs * 2, INQUIRE_MS_MAX) : INQUIRE_MS;
  }

  private judge(sent: SentCall, state: CallState | undefined): void {
    if (sent.isOver) return;
    const now = this.ends.clock.now();
    if (state === "done") sent.doneMs ??= now;
    sent.doubts = state === "open" || state === "done" ? 0 : sent.doubts + 1;
    const isLost = state === "done" && now - (sent.doneMs ?? now) >= ANSWER_MS;
    if (!isLost && sent.doubts < DOUBTS_MAX) return;
    // Either way the connection of its thread is not to be relied on.
    if (sent.lane === "direct") this.isDirect = false;
    this.fail(sent, isLost ? answerLostError(sent) : untakenError(sent));
  }
}

const answerLostError = ({ waiting, lane }: SentCall): ShoalError =>
  new ShoalError(
    `The actor has answered the call of ${waiting.call.name}, and the answer was lost on its ${lane === "direct" ? "direct " : ""}way: call again if it may be made twice`,
    { code: "ACTOR_FAILED", retryable: true },
  );

const untakenError = ({ waiting }: SentCall): ShoalError =>
  new ShoalError(`The call of ${waiting.call.name} has not come to its actor`, {
    code: "NO_RESPONDERS",
    retryable: true,
  });

const bytesOf = ({ name, args }: ActorCall): number => name.length * UTF8_BYTES_MAX + args.byteLength;
