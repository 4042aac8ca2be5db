import { ShoalError } from "../../runtime/base/errors.ts";
import type { Asker, CoordinationOut } from "./coordination-out.ts";

/** Wants leases of `need` of these names, one of each. */
export interface AcquireRequest extends Asker {
  readonly names: readonly string[];
  readonly need: number;
  /** How many may hold a name at a time. */
  readonly capacity: number;
  /** False: granted now or not at all. */
  readonly wait: boolean;
}

export interface Granted {
  readonly granted: boolean;
  readonly names: readonly string[];
  /** Grows with every grant in the cluster: what is done under an older one can be refused. */
  readonly fence: number;
}

/** Who holds a name and who waits for it, in the order in which they came: the first `capacity` have it. */
interface Line {
  readonly capacity: number;
  readonly tickets: string[];
}

interface Claim {
  readonly ticket: string;
  readonly need: number;
  names: readonly string[];
  /** 0 while it waits. */
  fence: number;
}

/**
 * Locks, sets of locks and semaphores. A claim joins the lines of all its names in one step, so that all lines agree on who
 * came first and no two claims can wait for each other.
 */
export class LeaseTable {
  private readonly lines = new Map<string, Line>();
  private readonly claims = new Map<string, Claim>();
  private fence: number;

  /** @param epoch of the scheduler: fences of a later one are greater */
  constructor(epoch: number) {
    this.fence = epoch * 1000;
  }

  acquire(request: AcquireRequest, out: CoordinationOut): void {
    const { ticket, names, need, capacity, wait } = request;
    for (const name of names) {
      const line = this.lines.get(name);
      if (line !== undefined && line.capacity !== capacity) {
        out.fail(ticket, otherCapacity(name, line.capacity, capacity));
        return;
      }
    }
    const claim: Claim = { ticket, need, names, fence: 0 };
    this.claims.set(ticket, claim);
    for (const name of names) {
      let line = this.lines.get(name);
      if (line === undefined) this.lines.set(name, (line = { capacity, tickets: [] }));
      line.tickets.push(ticket);
    }
    this.grantIfFirst(claim, out);
    if (!wait && claim.fence === 0) {
      this.drop(ticket, out);
      out.answer(ticket, { granted: false, names: [], fence: 0 } satisfies Granted);
    }
  }

  /** What is held under a ticket is free again; one that waits, waits no longer. True if there was any. */
  drop(ticket: string, out: CoordinationOut): boolean {
    const claim = this.claims.get(ticket);
    if (claim === undefined) return false;
    this.claims.delete(ticket);
    for (const name of claim.names) this.leave(name, ticket);
    for (const name of claim.names) this.advance(name, out);
    return true;
  }

  holds(ticket: string): boolean {
    return (this.claims.get(ticket)?.fence ?? 0) > 0;
  }

  /** How many hold a name, and how many wait for it. */
  peek(name: string): { readonly held: number; readonly waiting: number } {
    const line = this.lines.get(name);
    const held = (line?.tickets ?? []).filter((ticket) => (this.claims.get(ticket) as Claim).fence > 0).length;
    return { held, waiting: (line?.tickets.length ?? 0) - held };
  }

  /** Fences of another scheduler are greater than all before. */
  raise(epoch: number): void {
    this.fence = Math.max(this.fence, epoch * 1000);
  }

  /** All of it, as plain data. */
  dump(): unknown {
    return { lines: [...this.lines], claims: [...this.claims], fence: this.fence };
  }

  load(dumped: unknown): void {
    const { lines, claims, fence } = dumped as { lines: [string, Line][]; claims: [string, Claim][]; fence: number };
    for (const [name, { capacity, tickets }] of lines) this.lines.set(name, { capacity, tickets: [...tickets] });
    for (const [ticket, claim] of claims) this.claims.set(ticket, { ...claim });
    this.fence = fence;
  }

  private leave(name: string, ticket: string): void {
    const line = this.lines.get(name) as Line;
    line.tickets.splice(line.tickets.indexOf(ticket), 1);
    if (line.tickets.length === 0) this.lines.delete(name);
  }

  private advance(name: string, out: CoordinationOut): void {
    const line = this.lines.get(name);
    if (line === undefined) return;
    for (const ticket of line.tickets.slice(0, line.capacity)) {
      const claim = this.claims.get(ticket);
      if (claim?.fence === 0) this.grantIfFirst(claim, out);
    }
  }

  private grantIfFirst(claim: Claim, out: CoordinationOut): void {
    const { ticket, need, names } = claim;
    const had = names.filter((name) => this.isFirst(name, ticket)).slice(0, need);
    if (had.length < need) return;
    claim.fence = ++this.fence;
    claim.names = had;
    const others = names.filter((name) => !had.includes(name));
    for (const name of others) this.leave(name, ticket);
    out.answer(ticket, { granted: true, names: had, fence: claim.fence } satisfies Granted);
    for (const name of others) this.advance(name, out);
  }

  private isFirst(name: string, ticket: string): boolean {
    const line = this.lines.get(name) as Line;
    const at = line.tickets.indexOf(ticket);
    return at >= 0 && at < line.capacity;
  }
}

function otherCapacity(name: string, known: number, given: number): ShoalError {
  return new ShoalError(
    `"${name.slice(name.indexOf("/") + 1)}" is in use with ${known} leases, not ${given}: give the same number everywhere`,
    { code: "NAME_TAKEN", details: { name, known, given } },
  );
}
