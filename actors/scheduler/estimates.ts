/** Weight of the newest batch in the moving average of a prefix. */
const NEWEST_WEIGHT = 0.5;
/** What a task of a kind never seen is thought to take, as in Dask. */
const UNKNOWN_US = 500_000;
const UNKNOWN_CHARGE_US = 1000;
const LEAST_US = 0.5;

/** How long tasks take, learned by prefix. */
export class Estimates {
  private readonly ids = new Map<string, number>();
  private durationsUs: number[] = [];
  readonly names: string[] = [];
  /** Tasks that finished and failed so far, and the time their functions took, by prefix. */
  readonly finished: number[] = [];
  readonly failed: number[] = [];
  readonly computeUs: number[] = [];

  /** The number of a prefix. */
  prefix(name: string): number {
    let id = this.ids.get(name);
    if (id === undefined) {
      id = this.names.push(name) - 1;
      this.durationsUs.push(UNKNOWN_US);
      this.finished.push(0);
      this.failed.push(0);
      this.computeUs.push(0);
      this.ids.set(name, id);
    }
    return id;
  }

  /** What a client is charged for a task: of one whose kind is not known yet, not much can be said. */
  chargeUs(prefix: number): number {
    const us = this.durationUs(prefix);
    return us === UNKNOWN_US ? UNKNOWN_CHARGE_US : us;
  }

  durationUs(prefix: number): number {
    return this.durationsUs[prefix] as number;
  }

  /** Takes the time of tasks of one prefix that finished together. */
  learn(prefix: number, us: number, count: number): void {
    this.finished[prefix] = (this.finished[prefix] as number) + count;
    this.computeUs[prefix] = (this.computeUs[prefix] as number) + us;
    const meanUs = us / count;
    const known = this.durationsUs[prefix] as number;
    const blended = known === UNKNOWN_US ? meanUs : known + NEWEST_WEIGHT * (meanUs - known);
    this.durationsUs[prefix] = Math.max(blended, LEAST_US);
  }

  noteFailure(prefix: number): void {
    this.failed[prefix] = (this.failed[prefix] as number) + 1;
  }
}
