/** Lets so much work go on at a time; what is beyond that waits its turn, in the order in which it came. */
export class Turnstile {
  private readonly most: number;
  private passing = 0;
  private waiting: (() => void)[] = [];

  constructor(most = Number.POSITIVE_INFINITY) {
    this.most = most;
  }

  get waitingCount(): number {
    return this.waiting.length;
  }

  /** Begins work now, or when others have ended. What it comes to is what comes of it. */
  pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.passing < this.most) return this.begin(work);
    return new Promise((resolve, reject) => {
      this.waiting.push(() => void this.begin(work).then(resolve, reject));
    });
  }

  /** What waits never begins. */
  close(): void {
    this.waiting = [];
  }

  /** Its promise is handed on as it is, so that who is not kept waiting is not a step later for it. */
  private begin<T>(work: () => Promise<T>): Promise<T> {
    this.passing += 1;
    const done = work();
    done.then(this.leave, this.leave);
    return done;
  }

  private readonly leave = (): void => {
    this.passing -= 1;
    this.waiting.shift()?.();
  };
}
