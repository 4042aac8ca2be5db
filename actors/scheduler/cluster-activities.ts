import type { ActivityFigures, ToldActivity } from "../../runtime/base/activity-meter.ts";

/** One life of a worker, and what it has told of it. */
interface Life {
  readonly worker: string;
  readonly told: Map<string, ToldActivity>;
}

/** Lives that are told apart: of those that are over, the oldest are added up. */
const LIVES_MAX = 4096;

/** Where the time and bytes of all workers went, those that are gone included. What a worker says replaces what it said before. */
export class ClusterActivities {
  private readonly lives = new Map<string, Life>();
  private readonly past = new Map<string, ToldActivity>();

  note(worker: string, incarnation: number, activities: readonly ToldActivity[]): void {
    const name = `${worker} ${incarnation}`;
    let life = this.lives.get(name);
    if (life === undefined) {
      this.lives.set(name, (life = { worker, told: new Map() }));
      if (this.lives.size > LIVES_MAX) this.bury();
    }
    for (const one of activities) life.told.set(nameOf(one), one);
  }

  /** All of it. @param incarnationOf of a worker that is in the cluster */
  figures(incarnationOf: (worker: string) => number | undefined): ActivityFigures[] {
    const over = new Map(this.past);
    const present: ActivityFigures[] = [];
    for (const [name, { worker, told }] of this.lives) {
      const isHere = name === `${worker} ${incarnationOf(worker)}`;
      if (isHere) for (const one of told.values()) present.push({ worker, ...one });
      else addAll(over, told);
    }
    return [...present, ...[...over.values()].map((one) => ({ worker: "", ...one }))];
  }

  /** What a life of a worker has in one context: the activities' sums. */
  of(worker: string, incarnation: number, context: ToldActivity["context"]): Omit<ToldActivity, "kind" | "span">[] {
    const told = this.lives.get(`${worker} ${incarnation}`)?.told;
    return told === undefined ? [] : [...told.values()].filter((one) => one.context === context);
  }

  private bury(): void {
    const [name, life] = this.lives.entries().next().value as [string, Life];
    this.lives.delete(name);
    addAll(this.past, life.told);
  }
}

const nameOf = ({ context, activity, kind, span }: ToldActivity): string => `${context}\n${activity}\n${kind}\n${span}`;

function addAll(sums: Map<string, ToldActivity>, told: ReadonlyMap<string, ToldActivity>): void {
  for (const [name, one] of told) {
    const sum = sums.get(name) ?? { ...one, seconds: 0, bytes: 0, count: 0 };
    const [seconds, bytes, count] = [sum.seconds + one.seconds, sum.bytes + one.bytes, sum.count + one.count];
    sums.set(name, { ...one, seconds, bytes, count });
  }
}
