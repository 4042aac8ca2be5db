import { OUTGOING_MAX } from "./connection-limits.ts";
import type { FetchRequest } from "./worker-outbox.ts";

/** Chunks asked of a peer in one request. */
const ROWS_PER_REQUEST_MAX = 512;
/** Fewer open requests than this are given no more of what may be on its way: others may come any moment. */
const SHARES_MIN = 2;
/** A request is answered with so much at least, or the way would take longer than the bytes. */
const BYTES_PER_REQUEST_MIN = 1 << 20;

interface Wish {
  readonly attempt: number;
  readonly holder: string;
  /** The transfer it is part of; 0 while it waits. */
  transfer: number;
}

/**
 * Which chunks to ask of which peer: one request to a peer at a time, with all that is wished of it by then.
 * @see https://distributed.dask.org/en/stable/worker.html (gather_dep)
 */
export class FetchQueue {
  private readonly wishes = new Map<number, Wish>();
  private readonly byPeer = new Map<string, Set<number>>();
  private readonly open = new Map<number, { readonly peer: string; readonly rows: Set<number> }>();
  private readonly busyPeers = new Set<string>();
  private transfers = 0;
  private readonly peersMax: number;

  /** @param peersMax peers that are asked at a time, each for one answer */
  constructor(peersMax = OUTGOING_MAX) {
    this.peersMax = peersMax;
  }

  /** Notes where a row is to be had; does not ask for it yet. */
  remember(row: number, attempt: number, holder: string): void {
    if (!this.wishes.has(row)) this.wishes.set(row, { attempt, holder, transfer: 0 });
  }

  /** The rows wished for. */
  rows(): Iterable<number> {
    return this.wishes.keys();
  }

  /** The attempt that made the copy wished for; 0 if there is no such wish. */
  attemptOf(row: number): number {
    return this.wishes.get(row)?.attempt ?? 0;
  }

  /** Asks for a remembered row at the next turn. */
  enqueue(row: number): void {
    const wish = this.wishes.get(row);
    if (wish === undefined) return;
    let rows = this.byPeer.get(wish.holder);
    if (rows === undefined) this.byPeer.set(wish.holder, (rows = new Set()));
    rows.add(row);
  }

  /** Nobody needs the row any more; what of it is under way is ignored when it comes. */
  drop(row: number): void {
    const wish = this.wishes.get(row);
    if (wish === undefined) return;
    this.wishes.delete(row);
    this.byPeer.get(wish.holder)?.delete(row);
    this.open.get(wish.transfer)?.rows.delete(row);
  }

  /** Requests that may begin now. @param bytesMax that all of them may bring at a time */
  begin(bytesMax = Number.POSITIVE_INFINITY, requestsMax = this.peersMax): FetchRequest[] {
    const requests: FetchRequest[] = [];
    const openCount = Math.min(requestsMax, this.open.size + this.byPeer.size);
    const bytesEach = Math.max(BYTES_PER_REQUEST_MIN, Math.floor(bytesMax / Math.max(SHARES_MIN, openCount)));
    for (const [peer, rows] of this.byPeer) {
      if (this.open.size >= requestsMax) break;
      if (this.busyPeers.has(peer)) continue;
      const taken = [...rows].slice(0, ROWS_PER_REQUEST_MAX);
      for (const row of taken) rows.delete(row);
      if (rows.size === 0) this.byPeer.delete(peer);
      if (taken.length > 0) requests.push(this.beginOne(peer, taken, bytesEach));
    }
    return requests;
  }

  /** True if the row was still awaited from this transfer. */
  arrived(transfer: number, row: number): boolean {
    const wish = this.wishes.get(row);
    if (wish?.transfer !== transfer) return false;
    this.wishes.delete(row);
    this.open.get(transfer)?.rows.delete(row);
    return true;
  }

  /** A row did not come this time, but will when it is asked for again. */
  again(transfer: number, row: number): void {
    const wish = this.wishes.get(row);
    if (wish?.transfer !== transfer) return;
    this.open.get(transfer)?.rows.delete(row);
    this.wishes.set(row, { ...wish, transfer: 0 });
    this.enqueue(row);
  }

  /** A transfer is over; gives the rows that did not come. */
  end(transfer: number): number[] {
    const ended = this.open.get(transfer);
    if (ended === undefined) return [];
    this.open.delete(transfer);
    this.busyPeers.delete(ended.peer);
    for (const row of ended.rows) this.wishes.delete(row);
    return [...ended.rows];
  }

  /**
   * A link broke, and with it questions or their answers may be lost: what has not come is asked for again. What comes of the former questions
   * is ignored. @param peer whose link; default: this worker's own, to all of them
   */
  askAgain(peer?: string): void {
    for (const [transfer, open] of [...this.open]) {
      if (peer !== undefined && open.peer !== peer) continue;
      this.open.delete(transfer);
      this.busyPeers.delete(open.peer);
      for (const row of open.rows) {
        (this.wishes.get(row) as Wish).transfer = 0;
        this.enqueue(row);
      }
    }
  }

  private beginOne(peer: string, rows: readonly number[], bytesMax: number): FetchRequest {
    this.transfers += 1;
    this.busyPeers.add(peer);
    this.open.set(this.transfers, { peer, rows: new Set(rows) });
    const attempts = rows.map((row) => {
      const wish = this.wishes.get(row) as Wish;
      wish.transfer = this.transfers;
      return wish.attempt;
    });
    return { transfer: this.transfers, peer, rows, attempts, bytesMax };
  }
}
