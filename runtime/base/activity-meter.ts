/** Where in a worker time and bytes go. */
export type ActivityContext = "execute" | "fetch" | "give" | "spill" | "restore" | "exchange";

/** What an activity came to since its worker began. */
export interface ActivityTotals {
  readonly seconds: number;
  /** Bytes it made, moved, wrote or read. */
  readonly bytes: number;
  readonly count: number;
}

/** An activity's name and what it came to; of the context `execute` it is of a kind of task, and of a span where they were made under one. */
export interface ToldActivity extends ActivityTotals {
  readonly context: ActivityContext;
  readonly activity: string;
  readonly kind: string;
  readonly span: string;
}

/** An activity of a worker; of one that is gone the name is empty. */
export interface ActivityFigures extends ToldActivity {
  readonly worker: string;
}

/** Kinds and spans beyond this are told together. */
const TALLIES_MAX = 2000;
const OTHERS = "others";

/** One activity: whoever has it adds to it. */
export class Tally {
  readonly context: ActivityContext;
  readonly activity: string;
  readonly kind: string;
  readonly span: string;
  /** It has grown since it was told. */
  isNews = false;
  private ms = 0;
  private bytes = 0;
  private count = 0;

  constructor(context: ActivityContext, activity: string, kind: string, span: string) {
    this.context = context;
    this.activity = activity;
    this.kind = kind;
    this.span = span;
  }

  add(ms: number, bytes = 0, count = 1): void {
    this.ms += ms;
    this.bytes += bytes;
    this.count += count;
    this.isNews = true;
  }

  told(): ToldActivity {
    const { context, activity, kind, span, ms, bytes, count } = this;
    return { context, activity, kind, span, seconds: ms / 1000, bytes, count };
  }
}

/** Adds up what a worker's activities take, by name: a few numbers each, however much it does. */
export class ActivityMeter {
  private readonly tallies = new Map<string, Tally>();
  readonly now: () => number;

  /** @param now milliseconds of a clock that only goes forward */
  constructor(now: () => number) {
    this.now = now;
  }

  /** The tally of an activity, to be kept by whoever adds to it often. */
  of(context: ActivityContext, activity: string, kind = "", span = ""): Tally {
    const name = `${context}\n${activity}\n${kind}\n${span}`;
    const known = this.tallies.get(name);
    if (known !== undefined) return known;
    if (this.tallies.size >= TALLIES_MAX && kind !== OTHERS) return this.of(context, activity, OTHERS);
    const made = new Tally(context, activity, kind, span);
    this.tallies.set(name, made);
    return made;
  }

  /** What has grown since it was last asked: whole totals, so that what is lost on the way is told with the next. */
  news(): ToldActivity[] {
    const told: ToldActivity[] = [];
    for (const tally of this.tallies.values())
      if (tally.isNews) {
        tally.isNews = false;
        told.push(tally.told());
      }
    return told;
  }

  /** Whoever asks next knows nothing yet. */
  tellAnew(): void {
    for (const tally of this.tallies.values()) tally.isNews = true;
  }
}

/** Does some work, and adds what it takes where somebody measures; also where it fails, as it took that time. */
export async function timed<T>(
  meter: ActivityMeter | undefined,
  context: ActivityContext,
  activity: string,
  work: () => Promise<T>,
  bytesOf?: (given: T) => number,
): Promise<T> {
  if (meter === undefined) return work();
  const tally = meter.of(context, activity);
  const startMs = meter.now();
  try {
    const given = await work();
    tally.add(meter.now() - startMs, bytesOf?.(given));
    return given;
  } catch (error) {
    tally.add(meter.now() - startMs);
    throw error;
  }
}
