import type { FromClient } from "../../runtime/protocol/client-scheduler.ts";

/** What a client asked of its futures and has seen no effect of: said again after a broken link. */
export class Wishes {
  private readonly cancelled = new Map<number, string>();
  private readonly retried = new Set<number>();

  cancel(handle: number, reason: string): void {
    this.cancelled.set(handle, reason);
  }

  retry(handle: number): void {
    this.cancelled.delete(handle);
    this.retried.add(handle);
  }

  /** The future failed, has a result or was let go of. */
  settled(handle: number): void {
    this.cancelled.delete(handle);
    this.retried.delete(handle);
  }

  /** All that is still wished, in the words of the protocol. */
  said(): FromClient[] {
    const messages: FromClient[] = [];
    for (const reason of new Set(this.cancelled.values())) {
      const handles = [...this.cancelled].flatMap(([handle, why]) => (why === reason ? [handle] : []));
      messages.push({ type: "cancel", handles: Uint32Array.from(handles), reason });
    }
    if (this.retried.size > 0) messages.push({ type: "retry", handles: Uint32Array.from(this.retried) });
    return messages;
  }
}
