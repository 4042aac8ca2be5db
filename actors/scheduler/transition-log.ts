/** A step of a row through the task chart. States and events are numbers of the chart. */
export interface LoggedTransition {
  readonly atMs: number;
  readonly from: number;
  readonly event: number;
  readonly to: number;
  readonly worker: number;
}

/** One number for a step. */
export const packStep = (from: number, event: number, to: number): number => (from << 16) | (event << 8) | to;

const CAPACITY = 1 << 18;
const MASK = CAPACITY - 1;

/** The last 262,144 transitions of all rows, in columns; kept only while somebody watches the cluster. */
export class TransitionLog {
  private readonly rows = new Uint32Array(CAPACITY);
  /** From, event and to, eight bits each. */
  private readonly steps = new Uint32Array(CAPACITY);
  private readonly workers = new Int32Array(CAPACITY);
  private readonly times = new Float64Array(CAPACITY);
  private count = 0;

  /** @param step from, event and to: see {@link packStep} */
  note(row: number, step: number, worker: number, atMs: number): void {
    const at = this.count++ & MASK;
    this.rows[at] = row;
    this.steps[at] = step;
    this.workers[at] = worker;
    this.times[at] = atMs;
  }

  /** What became of a row since it belongs to its submission, oldest first. @param forgotten the state in which rows are given back */
  storyOf(row: number, forgotten: number): LoggedTransition[] {
    const story: LoggedTransition[] = [];
    for (let i = this.count - 1; i >= Math.max(0, this.count - CAPACITY); i--) {
      const at = i & MASK;
      if (this.rows[at] !== row) continue;
      const step = this.steps[at] as number;
      if ((step & 0xff) === forgotten) break;
      story.push({
        atMs: this.times[at] as number,
        from: step >>> 16,
        event: (step >>> 8) & 0xff,
        to: step & 0xff,
        worker: this.workers[at] as number,
      });
    }
    return story.reverse();
  }
}
