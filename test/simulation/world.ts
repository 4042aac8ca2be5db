import type { Clock, TimerHandle } from "../../runtime/base/clock.ts";
import { Random } from "../../runtime/base/random.ts";

interface WorldEvent {
  at: number;
  order: number;
  readonly node: SimNode | undefined;
  /** The life of the node that it belongs to. */
  readonly life: number;
  readonly label: string;
  readonly run: () => void;
  isCancelled: boolean;
}

/** A process of the simulated cluster. It can stand still for a while, and end at any time. */
export interface SimNode {
  readonly id: string;
  /** Grows with every start; what belongs to a former life never happens. */
  life: number;
  isAlive: boolean;
  /** Nothing happens on it before then. */
  pausedUntil: number;
  /** What would have happened meanwhile, in order. */
  readonly putOff: WorldEvent[];
  /** How much faster than the world's its clock runs. */
  readonly drift: number;
}

/** Steps that promises go on after an event; what only ends in a mailbox sets off hardly any. */
const MICROTASKS = 16;
const MICROTASKS_OF_MAIL = 2;
const noDetail = (): string => "";
const TRACE_LINES_KEPT = 400;

/**
 * Time, order and chance of a simulated cluster. Everything that happens is an event of one heap, so a seed repeats a run to
 * the last bit; between two events promises settle. A long chain of them may go on during later events, at the same place in
 * every run.
 */
export class World {
  now = 0;
  events = 0;
  readonly random: Random;
  private readonly notes: { readonly at: number; readonly line: string; readonly detail: string }[] = [];
  failure: Error | undefined;
  /** Whether the trace tells what messages say; it costs time. */
  isTelling = false;
  private readonly heap = new EventHeap();
  private order = 0;
  private hash = 0x811c9dc5;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  /** The last things that happened, for the story of a failure. */
  get trace(): string[] {
    return this.notes.map(({ at, line, detail }) => `${at.toFixed(3).padStart(12)} ${line}${detail}`);
  }

  /** A digest of all that has happened. */
  get traceHash(): string {
    return (this.hash >>> 0).toString(16).padStart(8, "0");
  }

  at(at: number, label: string, run: () => void, node?: SimNode): WorldEvent {
    const event: WorldEvent = {
      at: Math.max(at, this.now),
      order: this.order++,
      node,
      life: node?.life ?? 0,
      label,
      run,
      isCancelled: false,
    };
    this.heap.push(event);
    return event;
  }

  /** Writes a line into the trace and its digest. */
  note(line: string, detail: () => string = noDetail): void {
    for (let i = 0; i < line.length; i++) this.hash = Math.imul(this.hash ^ line.charCodeAt(i), 0x01000193);
    this.notes.push({ at: this.now, line, detail: this.isTelling ? detail() : "" });
    if (!this.isTelling && this.notes.length > TRACE_LINES_KEPT * 8)
      this.notes.splice(0, this.notes.length - TRACE_LINES_KEPT);
  }

  fail(error: unknown): void {
    this.failure ??= error instanceof Error ? error : new Error(String(error));
  }

  /** Lets things happen until `isDone`, the time is up, nothing is left to happen, or something failed. */
  async run(untilMs: number, isDone: () => boolean = () => false): Promise<"done" | "time" | "idle" | "failed"> {
    for (;;) {
      if (this.failure !== undefined) return "failed";
      if (isDone()) return "done";
      const event = this.heap.peek();
      if (event === undefined) return "idle";
      if (event.at > untilMs) {
        this.now = untilMs;
        return "time";
      }
      this.heap.pop();
      if (this.happens(event)) {
        // Failures that nobody waits for show only when all of the process's own business has its turn.
        if (this.events % 256 === 0) await new Promise((resolve) => setImmediate(resolve));
        for (let i = event.label === "mail" ? MICROTASKS_OF_MAIL : MICROTASKS; i > 0; i--) await undefined;
        this.afterEvent();
      }
    }
  }

  /** Called after every event, once its promises have settled. */
  afterEvent: () => void = () => {};

  clockOf(node: SimNode): Clock {
    return {
      now: () => this.now * node.drift,
      setTimer: (delayMs, fire): TimerHandle =>
        this.at(this.now + Math.max(0, delayMs) / node.drift, "timer", fire, node),
      clearTimer: (timer) => {
        if (timer !== undefined) (timer as WorldEvent).isCancelled = true;
      },
    };
  }

  /** When a pause ends, what was put off happens in its order, before all that comes then. */
  private wake(node: SimNode): void {
    this.at(node.pausedUntil, "wake", () => {
      if (node.pausedUntil > this.now) return this.wake(node);
      for (const event of node.putOff.splice(0)) {
        event.at = this.now;
        this.heap.push(event);
      }
    });
  }

  private happens(event: WorldEvent): boolean {
    const { node } = event;
    if (event.isCancelled) return false;
    if (node !== undefined) {
      if (!node.isAlive || node.life !== event.life) return false;
      if (node.pausedUntil > event.at) {
        if (node.putOff.push(event) === 1) this.wake(node);
        return false;
      }
    }
    this.now = event.at;
    this.events += 1;
    try {
      event.run();
    } catch (error) {
      this.fail(error);
    }
    return true;
  }
}

/** By time, then by the order of making. */
class EventHeap {
  private readonly items: WorldEvent[] = [];

  peek(): WorldEvent | undefined {
    while (this.items[0]?.isCancelled) this.pop();
    return this.items[0];
  }

  push(event: WorldEvent): void {
    const { items } = this;
    let at = items.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(items[parent] as WorldEvent, event)) break;
      items[at] = items[parent] as WorldEvent;
      at = parent;
    }
    items[at] = event;
  }

  pop(): void {
    const { items } = this;
    const last = items.pop();
    if (last === undefined || items.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && isBefore(items[child + 1] as WorldEvent, items[child] as WorldEvent)) child += 1;
      if (isBefore(last, items[child] as WorldEvent)) break;
      items[at] = items[child] as WorldEvent;
      at = child;
    }
    items[at] = last;
  }
}

const isBefore = (a: WorldEvent, b: WorldEvent): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
