import { type LifeHost, leaveFormerLife } from "./former-life.ts";
import type { ParkedData } from "./parked-data.ts";
import { E } from "./worker-states.ts";

/** The worker where clients' data lies until the scheduler says which task it is. */
export interface AdoptionHost extends LifeHost {
  readonly parked: ParkedData;
  holds(row: number, attempt: number): boolean;
  keep(row: number, value: unknown, bytes: number): void;
}

/** Which row data is from now on, and which life of it. */
export interface Adoption {
  readonly row: number;
  readonly attempt: number;
  readonly since: number;
  /** What the client called the data. */
  readonly ticket: string;
}

/** Data that a client brought is a task's result from now on. */
export function adopt(host: AdoptionHost, { row, attempt, since, ticket }: Adoption): void {
  if (host.holds(row, attempt)) return host.out.hold(row, attempt);
  const data = host.parked.take(ticket);
  if (data === undefined) {
    // The data never came, or went with a former life: the scheduler learns that nobody has it.
    host.out.miss(row, 0, row, attempt, host.id);
    return;
  }
  leaveFormerLife(host, row, since);
  host.move(row, E["put"] as number);
  host.rows.setAttempt(row, attempt);
  host.rows.setSince(row, since);
  host.keep(row, data.value, data.bytes);
  host.out.hold(row, attempt);
}
