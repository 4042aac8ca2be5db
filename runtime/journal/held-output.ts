import type { CommitLog } from "./commit-log.ts";

/**
 * What turns say, held back until what it follows from is committed: nobody ever acts on what a successor would not know. Turns
 * leave in their order; where nothing is to be waited for they leave at once.
 */
export class HeldOutput<Said> {
  private readonly commits: CommitLog;
  private readonly send: (said: Said) => void;
  private readonly wakeWhen: (committed: Promise<void>) => void;
  private held: { readonly position: number; readonly said: readonly Said[] }[] = [];
  private position = 0;

  /** @param wakeWhen has {@link release} called soon after the promise resolves */
  constructor(commits: CommitLog, send: (said: Said) => void, wakeWhen: (committed: Promise<void>) => void) {
    this.commits = commits;
    this.send = send;
    this.wakeWhen = wakeWhen;
  }

  /** Turns whose words have not left. */
  get size(): number {
    return this.held.length;
  }

  /** From now on all waits for this position. */
  waitFor(position: number): void {
    this.position = Math.max(this.position, position);
  }

  say(said: readonly Said[]): void {
    if (said.length === 0) return;
    if (this.held.length === 0 && this.commits.isCommitted(this.position)) {
      for (const one of said) this.send(one);
      return;
    }
    this.held.push({ position: this.position, said });
    if (this.held.length === 1) this.wakeWhen(this.commits.whenCommitted(this.position));
  }

  /** Sends what may be sent. */
  release(): void {
    let sent = 0;
    while (sent < this.held.length && this.commits.isCommitted((this.held[sent] as { position: number }).position)) {
      for (const one of (this.held[sent] as { said: readonly Said[] }).said) this.send(one);
      sent += 1;
    }
    this.held.splice(0, sent);
    const next = this.held[0];
    // Also where nothing could be sent: a process that stood still may have lost its lease since it was woken.
    if (next !== undefined) this.wakeWhen(this.commits.whenCommitted(next.position));
  }
}
