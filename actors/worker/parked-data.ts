/** Heartbeats that data waits for the scheduler's word before it is let go: its client is gone. */
const BEATS_MAX = 60;

export interface ParkedItem {
  readonly value: unknown;
  readonly bytes: number;
}

/** Data that clients put here, until the scheduler says which task it is. */
export class ParkedData {
  private readonly items = new Map<string, ParkedItem & { beats: number }>();

  private door: "open" | "closed" = "open";
  /** The scheduler waits to hear how much there is. */
  isAsked = false;

  get size(): number {
    return this.items.size;
  }

  get isClosed(): boolean {
    return this.door === "closed";
  }

  /** How much is there and gets no more, as the scheduler is told; -1 while more may come. */
  tell(): number {
    this.isAsked = false;
    return this.isClosed ? this.size : -1;
  }

  /** The worker is to leave: nothing is taken any more. */
  close(): void {
    this.door = "closed";
    this.isAsked = true;
  }

  /** It is not to leave after all. */
  open(): void {
    this.door = "open";
  }

  put(ticket: string, value: unknown, bytes: number): void {
    this.items.set(ticket, { value, bytes, beats: 0 });
  }

  take(ticket: string): ParkedItem | undefined {
    const item = this.items.get(ticket);
    this.items.delete(ticket);
    return item;
  }

  /** A heartbeat has passed. */
  beat(): void {
    for (const [ticket, item] of this.items) {
      item.beats += 1;
      if (item.beats > BEATS_MAX) this.items.delete(ticket);
    }
  }
}
