import { lengthAhead, longerColumn } from "./longer-column.ts";

const FIRST_LENGTH = 64;

/**
 * Which clients want which rows, as linked lists in columns: the head of a row's list stands in its task column.
 * Entry 0 is the end of every list.
 */
export class WantList {
  private client = new Uint32Array(FIRST_LENGTH);
  private handle = new Uint32Array(FIRST_LENGTH);
  private next = new Uint32Array(FIRST_LENGTH);
  private freeHead = 0;
  private end = 1;

  /** Puts a want before `head`; gives the new head. */
  add(head: number, client: number, handle: number): number {
    let at = this.freeHead;
    if (at !== 0) this.freeHead = this.next[at] as number;
    else {
      if (this.end === this.capacity) this.grow();
      at = this.end++;
    }
    this.client[at] = client;
    this.handle[at] = handle;
    this.next[at] = head;
    return at;
  }

  /** Takes the want of a client's handle out; gives the new head. */
  remove(head: number, client: number, handle: number): number {
    let before = 0;
    for (let at = head; at !== 0; at = this.next[at] as number) {
      if (this.client[at] === client && this.handle[at] === handle) {
        const after = this.next[at] as number;
        this.next[at] = this.freeHead;
        this.freeHead = at;
        if (before === 0) return after;
        this.next[before] = after;
        return head;
      }
      before = at;
    }
    return head;
  }

  each(head: number, visit: (client: number, handle: number) => void): void {
    for (let at = head; at !== 0; at = this.next[at] as number)
      visit(this.client[at] as number, this.handle[at] as number);
  }

  /** Grows by one column if it will be full soon; whoever calls this now and then is spared the copy of all at once. */
  growAhead(): void {
    const length = lengthAhead(this.end, this.capacity);
    if (length === undefined) return;
    if (this.client.length < length) this.client = longerColumn(this.client, length);
    else if (this.handle.length < length) this.handle = longerColumn(this.handle, length);
    else this.next = longerColumn(this.next, length);
  }

  /** Entries that every column has; the last to grow says so. */
  private get capacity(): number {
    return this.next.length;
  }

  private grow(): void {
    const length = this.capacity * 2;
    this.client = longerColumn(this.client, length);
    this.handle = longerColumn(this.handle, length);
    this.next = longerColumn(this.next, length);
  }
}
