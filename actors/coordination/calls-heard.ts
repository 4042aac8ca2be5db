/** Whose a call is: the line of one client to one actor, and the call's number on it. */
export interface CallName {
  readonly line: string;
  readonly number: number;
}

/** What an actor knows of a call: it waits or runs, was answered, or has never come. */
export type CallState = "open" | "done" | "unheard";

interface LineHeard {
  /** The greatest number that came. */
  last: number;
  /** Smaller ones that have not. */
  readonly skipped: Set<number>;
}

/** Lines that spoke last are remembered, and so many numbers that a line left out. */
const LINES_MAX = 4096;
const SKIPPED_MAX = 1024;

/** Which calls have come, so that none counts twice though it is said again, and whoever waits can learn that its call never came. */
export class CallsHeard {
  private readonly lines = new Map<string, LineHeard>();

  /** @returns whether it is the first time */
  hear({ line, number }: CallName): boolean {
    let heard = this.lines.get(line);
    if (heard === undefined) heard = this.newLine();
    else this.lines.delete(line);
    // The last of a map is who spoke last.
    this.lines.set(line, heard);
    if (number <= heard.last) return heard.skipped.delete(number);
    for (let one = Math.max(heard.last + 1, number - SKIPPED_MAX); one < number; one++) heard.skipped.add(one);
    for (const one of heard.skipped) {
      if (heard.skipped.size <= SKIPPED_MAX) break;
      heard.skipped.delete(one);
    }
    heard.last = number;
    return true;
  }

  has({ line, number }: CallName): boolean {
    const heard = this.lines.get(line);
    return heard !== undefined && number <= heard.last && !heard.skipped.has(number);
  }

  private newLine(): LineHeard {
    if (this.lines.size >= LINES_MAX) this.lines.delete(this.lines.keys().next().value as string);
    return { last: -1, skipped: new Set() };
  }
}
