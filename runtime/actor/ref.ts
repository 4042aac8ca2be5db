/** How to ask. */
export interface AskOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** On buses that carry bytes: "json" (the default; anyone can read it) or "frame" (values of any kind). */
  readonly form?: "json" | "frame";
}

/** An actor by its address, here or elsewhere: it may be gone at any time. */
export interface ActorRef {
  readonly address: string;
  /** Sends a message, at most once; no news of its arrival. */
  tell(message: unknown): void;
  /**
   * Sends a message and waits for the answer.
   * @throws ShoalError NO_RESPONDERS | TIMEOUT | CANCELLED | CONNECT | OVERLOADED, ACTOR_FAILED if it crashed over it, and whatever
   *   error it answers
   */
  ask(message: unknown, options: AskOptions): Promise<unknown>;
  /** Stops it, if it lives in this system. */
  stop(): void;
}
