/** How often brains heard what, by who they are and what it was. */
export class Heard {
  private readonly times = new Map<string, number>();

  /** @param input what a brain takes in: of a kind, or a message or event of a type, or both */
  note(who: string, input: unknown): void {
    const { kind, message, event } = (input ?? {}) as Partial<Record<"kind" | "message" | "event", { type?: string }>>;
    const what = [who, kind, (message ?? event)?.type].filter((word) => word !== undefined).join(" ");
    this.times.set(what, (this.times.get(what) ?? 0) + 1);
  }

  /** In the order of first hearing. */
  counts(): Record<string, number> {
    return Object.fromEntries(this.times);
  }
}
