/**
 * Which clients want which rows, as linked lists in columns: the head of a row's list stands in its task column.
 * Entry 0 is the end of every list.
 */
export class WantList {
  private client = new Uint32Array(1024);
  private handle = new Uint32Array(1024);
  private next = new Uint32Array(1024);
  private freeHead = 0;
  private end = 1;

  /** Puts a want before `head`; gives the new head. */
  add(head: number, client: number, handle: number): number {
    let at = this.freeHead;
    if (at !== 0) this.freeHead = this.next[at] as number;
    else {
      if (this.end === this.client.length) this.grow();
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

  private grow(): void {
    const grown = (old: Uint32Array): Uint32Array<ArrayBuffer> => {
      const column = new Uint32Array(old.length * 2);
      column.set(old);
      return column;
    };
    this.client = grown(this.client);
    this.handle = grown(this.handle);
    this.next = grown(this.next);
  }
}
