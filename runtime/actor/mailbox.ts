/** What a full mailbox does: refuse what comes (its asker is told OVERLOADED), or let the oldest go. */
export type OverloadRule = "reject" | "dropOldest";

export interface MailboxOptions {
  /** Messages at most. Default: 65,536. */
  readonly capacity?: number;
  /** Default: "reject". */
  readonly overload?: OverloadRule;
}

/** What a mailbox holds: a frame with all its messages, kept or lost as one. */
export interface Weighed {
  readonly messages: readonly unknown[];
}

export const MAILBOX_CAPACITY = 65_536;

/** A bounded queue of frames, first in first out, measured in messages. */
export class Mailbox<T extends Weighed> {
  readonly capacity: number;
  readonly overload: OverloadRule;
  /** Messages held. */
  size = 0;
  /** Messages that were refused or let go since the start. */
  lost = 0;
  private items: T[] = [];
  private head = 0;

  /** @throws RangeError unless the capacity is a whole number ≥ 1 */
  constructor(options: MailboxOptions = {}) {
    this.capacity = options.capacity ?? MAILBOX_CAPACITY;
    this.overload = options.overload ?? "reject";
    if (!Number.isInteger(this.capacity) || this.capacity < 1)
      throw new RangeError(`A mailbox's capacity is a whole number of messages ≥ 1, got ${this.capacity}`);
  }

  /** Takes a frame in, and returns the frames that were lost by it: itself, or the oldest, or none. */
  offer(item: T): T[] {
    const lost: T[] = [];
    if (this.size + item.messages.length > this.capacity) {
      if (this.overload === "reject" || item.messages.length > this.capacity) lost.push(item);
      else while (this.size + item.messages.length > this.capacity) lost.push(this.shift());
    }
    for (const { messages } of lost) this.lost += messages.length;
    if (lost[0] !== item) this.push(item);
    return lost;
  }

  /** Takes a frame in whatever the size is: for the few that the actor itself has asked for. */
  push(item: T): void {
    this.items.push(item);
    this.size += item.messages.length;
  }

  /** The oldest frames: one, and more while they hold no more than `messagesMax` together. */
  take(messagesMax: number): T[] {
    const taken: T[] = [];
    let count = 0;
    while (this.head < this.items.length) {
      count += (this.items[this.head] as T).messages.length;
      if (taken.length > 0 && count > messagesMax) break;
      taken.push(this.shift());
    }
    return taken;
  }

  private shift(): T {
    const item = this.items[this.head] as T;
    this.head += 1;
    this.size -= item.messages.length;
    if (this.head === this.items.length || (this.head > 1024 && this.head * 2 > this.items.length)) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }
}
