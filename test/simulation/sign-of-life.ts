/** What says no more than that its sender lives. */
const SIGNS_OF_LIFE: ReadonlySet<string> = new Set(["heartbeat", "clientHeartbeat", "beat"]);

/** Whether what a brain takes in says that alone. */
export const isSignOfLife = (input: unknown): boolean => {
  const { kind, message, event } = (input ?? {}) as {
    kind?: string;
    message?: { type: string };
    event?: { type: string };
  };
  return kind === "vouched" || SIGNS_OF_LIFE.has((message ?? event)?.type ?? "");
};
