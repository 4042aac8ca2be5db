import { NumberSet } from "./number-set.ts";

/**
 * Which workers are to be looked at, so that no turn looks at all of them: a worker is in a set from the change that may have
 * put it there until it is found not to belong.
 */
export class WorkerLoads {
  /** Their load changed in this turn. */
  readonly touched = new NumberSet();
  /** They may have room. */
  readonly roomy = new NumberSet();
  /** They were sent more than they can begin. */
  readonly loaded = new NumberSet();
  /** They have a free slot, and nothing was found for it here. */
  readonly hungry = new NumberSet();

  /** A worker has less to do than before, or takes work again. */
  eased(worker: number): void {
    this.touched.add(worker);
    this.roomy.add(worker);
  }

  /** A worker was sent something. */
  sent(worker: number): void {
    this.touched.add(worker);
  }

  forget(worker: number): void {
    for (const set of [this.touched, this.roomy, this.loaded, this.hungry]) set.delete(worker);
  }
}
