/**
 * How a frame follows its sender's last one. `begun`: the first of a new session; `next`: in order; `gap`: frames between were
 * lost, or the start was: what the receiver knows of the sender may be stale; `repeat`: seen before, or of a session that has
 * ended, or of a term that is over: to be dropped.
 */
export type LinkVerdict = "begun" | "next" | "gap" | "repeat";

interface Link {
  term: number;
  session: string;
  sequence: number;
  /** Sessions that were left, the newest last. */
  readonly ended: string[];
}

/** Sessions of a sender remembered after their end: a frame of one that was forgotten would pass for a beginning. */
const ENDED_MAX = 16;

/** Links remembered; one that was forgotten comes back as a gap. */
const LINKS_MAX = 65_536;

/** The receiving ends of numbered links: one for every sender, in memory of its last frame. */
export class LinkTable {
  private readonly links = new Map<string, Link>();
  private readonly linksMax: number;

  constructor(linksMax = LINKS_MAX) {
    this.linksMax = linksMax;
  }

  get size(): number {
    return this.links.size;
  }

  /**
   * Judges the frame numbered `sequence` (from 1) and remembers it.
   * @param term where an address passes from one process to another, frames of a lower term than was seen are dropped
   */
  accept(from: string, session: string, sequence: number, term = 0): LinkVerdict {
    const link = this.links.get(from);
    if (link === undefined) {
      if (this.links.size >= this.linksMax) this.forgetOldest();
      this.links.set(from, { term, session, sequence, ended: [] });
      return sequence === 1 ? "begun" : "gap";
    }
    if (term < link.term || link.ended.includes(session)) return "repeat";
    link.term = term;
    if (session !== link.session) {
      link.ended.push(link.session);
      if (link.ended.length > ENDED_MAX) link.ended.shift();
      link.session = session;
      link.sequence = sequence;
      return sequence === 1 ? "begun" : "gap";
    }
    if (sequence <= link.sequence) return "repeat";
    const isNext = sequence === link.sequence + 1;
    link.sequence = sequence;
    return isNext ? "next" : "gap";
  }

  forget(from: string): void {
    this.links.delete(from);
  }

  private forgetOldest(): void {
    for (const from of this.links.keys()) {
      this.links.delete(from);
      return;
    }
  }
}

/** A frame's number in its session. */
export interface LinkPosition {
  readonly session: string;
  readonly sequence: number;
}

/** The sending ends: numbers frames by addressee. */
export class LinkNumbers {
  private readonly links = new Map<string, { readonly session: string; sequence: number }>();
  private readonly newSession: () => string;
  private readonly linksMax: number;

  constructor(newSession: () => string, linksMax = LINKS_MAX) {
    this.newSession = newSession;
    this.linksMax = linksMax;
  }

  /** The next frame to an address begins a new session: its receiver takes it as a fresh start. */
  beginAnew(address: string): void {
    this.links.delete(address);
  }

  /** The session and number of the next frame to an address. A link that was forgotten begins a new session. */
  next(address: string): LinkPosition {
    let link = this.links.get(address);
    if (link === undefined) {
      if (this.links.size >= this.linksMax) this.links.delete(this.links.keys().next().value as string);
      link = { session: this.newSession(), sequence: 0 };
      this.links.set(address, link);
    }
    link.sequence += 1;
    return link;
  }
}
