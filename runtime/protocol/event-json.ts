import type { Bus, Frame } from "../bus/bus.ts";

/** Publishes an event: JSON for everyone, by reference where nothing else travels. One that cannot leave is lost, as events may be. */
export function publishEvent(bus: Bus, subject: string, event: unknown): void {
  try {
    bus.publish(subject, bus.carries === "reference" ? event : { bytes: Buffer.from(JSON.stringify(event)) });
  } catch {
    // The bus is closing, or too much happened for one message.
  }
}

/** An event as it was published; undefined if it cannot be read. */
export function readEvent(payload: unknown): unknown {
  const bytes = payload instanceof Uint8Array ? payload : (payload as Partial<Frame> | null)?.bytes;
  if (!(bytes instanceof Uint8Array)) return payload;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
