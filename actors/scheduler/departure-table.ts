import type { ClientRecord } from "./client-record.ts";

/** A client that is gone, and what of its is still to be let go of. */
export interface Departure {
  readonly client: ClientRecord;
  /** Handles whose wants still stand. */
  readonly handles: Iterator<number>;
  /** Rows that nobody needs any more, and that have yet to be released. */
  readonly stack: number[];
}

/** Clients that are gone and whose wants still count: what they held is let go of over several turns, so that no turn is long. */
export class DepartureTable {
  /** By number, the one that left first first. */
  private readonly byNumber = new Map<number, Departure>();
  /** Rows and handles that were looked at in this turn. */
  looked = 0;

  get size(): number {
    return this.byNumber.size;
  }

  /** Whether what a client of this number wanted is being let go of. */
  has(number: number): boolean {
    return this.byNumber.has(number);
  }

  all(): Iterable<Departure> {
    return this.byNumber.values();
  }

  begin(client: ClientRecord): void {
    this.byNumber.set(client.number, { client, handles: client.handles(), stack: [] });
  }

  end({ client }: Departure): void {
    this.byNumber.delete(client.number);
  }
}
