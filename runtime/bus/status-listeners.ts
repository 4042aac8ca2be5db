import type { BusStatus, Subscription } from "./bus.ts";

/** The `onStatus` side of a bus. */
export class StatusListeners {
  private readonly listeners = new Set<(status: BusStatus) => void>();

  add(listener: (status: BusStatus) => void): Subscription {
    const entry = (status: BusStatus) => listener(status);
    this.listeners.add(entry);
    return { unsubscribe: () => void this.listeners.delete(entry) };
  }

  announce(status: BusStatus): void {
    if (status.kind === "failed" && this.listeners.size === 0) throwLater(status.error);
    for (const listener of [...this.listeners]) {
      try {
        listener(status);
      } catch (error) {
        // A listener that throws has nobody left to tell.
        throwLater(error);
      }
    }
  }
}

function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
