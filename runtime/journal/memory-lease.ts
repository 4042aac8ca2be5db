import type { Clock } from "../base/clock.ts";
import type { Lease, LeaseHolder } from "./lease.ts";

/** The one entry that all share who were opened on it. */
export class LeaseStore {
  revision = 0;
  entry: { readonly holder: string; readonly revision: number; readonly untilMs: number } | undefined;
}

/** A lease within one process, by its clock. */
export class MemoryLease implements Lease {
  readonly ttlMs: number;
  private readonly store: LeaseStore;
  private readonly clock: Clock;

  constructor(store: LeaseStore, clock: Clock, ttlMs: number) {
    this.store = store;
    this.clock = clock;
    this.ttlMs = ttlMs;
  }

  async acquire(holder: string): Promise<number | undefined> {
    return this.current() === undefined ? this.write(holder) : undefined;
  }

  async renew(holder: string, revision: number): Promise<number | undefined> {
    return this.current()?.revision === revision ? this.write(holder) : undefined;
  }

  async release(revision: number): Promise<void> {
    if (this.current()?.revision === revision) this.store.entry = undefined;
  }

  async find(): Promise<LeaseHolder | undefined> {
    const entry = this.current();
    return entry === undefined ? undefined : { holder: entry.holder, revision: entry.revision };
  }

  async close(): Promise<void> {}

  private current(): LeaseStore["entry"] {
    const { entry } = this.store;
    return entry !== undefined && entry.untilMs > this.clock.now() ? entry : undefined;
  }

  private write(holder: string): number {
    const revision = ++this.store.revision;
    this.store.entry = { holder, revision, untilMs: this.clock.now() + this.ttlMs };
    return revision;
  }
}
