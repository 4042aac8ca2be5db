/** Signals for what is asked of peers: aborted when the peer is gone, or this worker closes. */
export class PeerSignals {
  private readonly byPeer = new Map<string, { readonly controller: AbortController; asked: number }>();
  isClosed = false;

  /** Asks something of a peer under its signal. */
  async asking<T>(peer: string, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    let entry = this.byPeer.get(peer);
    if (entry === undefined) this.byPeer.set(peer, (entry = { controller: new AbortController(), asked: 0 }));
    if (this.isClosed) entry.controller.abort();
    entry.asked += 1;
    try {
      return await ask(entry.controller.signal);
    } finally {
      entry.asked -= 1;
      if (entry.asked === 0 && this.byPeer.get(peer) === entry) this.byPeer.delete(peer);
    }
  }

  abandon(peer: string): void {
    this.byPeer.get(peer)?.controller.abort(new Error(`${peer} is gone`));
    this.byPeer.delete(peer);
  }

  close(): void {
    this.isClosed = true;
    for (const peer of [...this.byPeer.keys()]) this.abandon(peer);
  }
}
