/** Heartbeats that data waits for the scheduler's word before it is let go: its client is gone. */
const BEATS_MAX = 60;

export interface ParkedItem {
  readonly value: unknown;
  readonly bytes: number;
}

/** Data that clients put here, until the scheduler says which task it is. */
export class ParkedData {
  private readonly items = new Map<string, ParkedItem & { beats: number }>();

  get size(): number {
    return this.items.size;
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
