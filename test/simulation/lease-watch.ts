import type { CommitLog } from "../../runtime/journal/commit-log.ts";
import type { LeaseHolder } from "../../runtime/journal/lease.ts";
import type { LeaseStore } from "../../runtime/journal/memory-lease.ts";
import type { SimNode, World } from "./world.ts";

/** Clocks of nodes differ by less. */
export const DRIFT = 0.1;
/** Who was not told for so many leases that it holds its own says so. */
const DOUBT_LEASES = 1.8;
/** The share of a lease for which an answer makes sure. */
const SURE_SHARE = 0.8;
/** What was on its way to the lease has been answered by then. */
const SETTLED_MS = 500;

/** How a scheduler writes itself down in the lease. */
export const holderOf = ({ id, life }: SimNode): string => `${id}-${life}`;

type Question = "acquire" | "renew" | "release" | "find";

/**
 * Who leads and finds nobody in the lease takes it at once; having taken it anew, it asks the journal, by a word, whether another
 * one led meanwhile, or gives it back. Nobody gives up the lead for another who never had it, or gives back what is another's; and who
 * is not told for long that it holds the lease says so, once, and when it is told again.
 */
export class LeaseWatch {
  private readonly world: World;
  private readonly store: LeaseStore;
  private readonly leaseMs: number;
  /** What lives that lead are to do next. */
  private readonly owed = new Map<SimNode, string>();
  private readonly leading = new WeakSet<SimNode>();
  /** Who took the lease, one after another. */
  private readonly holders: string[] = [];
  /** What lives asked last, and when they began to ask: what is looked up and written thereupon is of the same try. */
  private readonly tries = new WeakMap<SimNode, { readonly what: Question; readonly sinceMs: number }>();
  /** When lives were last told who has the lease; what they write thereupon, they write at once. */
  private readonly foundMs = new WeakMap<SimNode, number>();
  /** When those tries began of which they were last told that they hold the lease, and what they were not answered since. */
  private readonly askedMs = new WeakMap<SimNode, number>();
  private readonly unansweredMs = new WeakMap<SimNode, number>();
  /** Lives that said that they doubt. */
  private readonly doubting = new WeakSet<SimNode>();
  /** Lives that were told wrong who has the lease, or not at all. */
  private readonly misled = new WeakSet<SimNode>();

  constructor(world: World, store: LeaseStore, leaseMs: number) {
    this.world = world;
    this.store = store;
    this.leaseMs = leaseMs;
  }

  /** A life leads from now on. */
  leads(node: SimNode, commits: CommitLog): void {
    this.leading.add(node);
    const add = commits.add.bind(commits);
    commits.add = (records, isUrgent) => {
      this.owed.delete(node);
      return add(records, isUrgent);
    };
  }

  /** A life leads no more. */
  ends(node: SimNode): void {
    this.leading.delete(node);
    this.owed.delete(node);
  }

  /** A question to the lease. */
  asks(node: SimNode, what: Question): void {
    this.owed.delete(node);
    // Who takes it once more begins anew.
    if (what === "release") this.doubting.delete(node);
    const before = this.tries.get(node);
    const isSame = what === "find" || this.foundMs.get(node) === this.world.now;
    this.tries.set(node, { what, sinceMs: isSame && before !== undefined ? before.sinceMs : this.world.now });
    const notAnsweredMs = (this.unansweredMs.get(node) ?? 0) - (this.askedMs.get(node) ?? 0);
    const isLong = notAnsweredMs > DOUBT_LEASES * this.leaseMs * (1 + DRIFT);
    if (what === "renew" && isLong && this.leading.has(node) && !this.doubting.has(node))
      this.fail(node, `was not told for ${notAnsweredMs} ms that it leads, and does not say so`);
  }

  /** A question is not answered. */
  isUnanswered(node: SimNode, what: Question): void {
    this.unansweredMs.set(node, this.world.now);
    if (what === "find" || what === "release") this.misled.add(node);
  }

  /** A node is told who has the lease, and was told so by a server that is behind. */
  misleads(node: SimNode): void {
    this.misled.add(node);
  }

  /** A node is told who has the lease. */
  finds(node: SimNode, found: LeaseHolder | undefined): void {
    this.foundMs.set(node, this.world.now);
    if (found === undefined) this.owes(node, "found nobody in the lease, and does not take it");
  }

  /** A node is told whether it holds the lease. */
  isTold(node: SimNode, what: "acquire" | "renew", revision: number | undefined): void {
    if (revision === undefined) return;
    const told = this.tries.get(node);
    const askedMs = told?.sinceMs ?? 0;
    this.askedMs.set(node, askedMs);
    this.unansweredMs.delete(node);
    if (what === "acquire") this.owes(node, "took the lease anew, and does not ask the journal");
    const { world } = this;
    if (world.now - askedMs > SURE_SHARE * this.leaseMs * (1 - DRIFT) || !this.doubting.has(node)) return;
    world.at(world.now, "sure", () => {
      // Who gives the lease back, as it stops or another one led meanwhile, asks at once for that.
      if (this.tries.get(node) === told && this.leading.has(node) && this.doubting.has(node))
        this.fail(node, "is sure that it leads, and does not say so");
    });
  }

  /** The lease was taken, renewed or given back. */
  isWritten(node: SimNode, what: "acquire" | "renew" | "release", before: LeaseHolder | undefined): void {
    if (what === "acquire" && this.store.entry !== before) this.holders.push(holderOf(node));
    if (what === "release" && this.store.entry !== before && before?.holder !== holderOf(node))
      this.fail(node, `gives back what is ${before?.holder}'s`);
  }

  /** A life says that it does not know whether it leads, for a reason, or knows it again. */
  doubts(node: SimNode, reason: string | undefined): void {
    if (reason === undefined) {
      if (!this.doubting.delete(node)) this.fail(node, "says twice that it is sure that it leads");
      return;
    }
    if (this.doubting.has(node)) this.fail(node, "says twice that it does not know whether it leads");
    this.doubting.add(node);
    const notToldMs = this.world.now - (this.askedMs.get(node) ?? 0);
    if (notToldMs < DOUBT_LEASES * this.leaseMs * (1 - DRIFT))
      this.fail(node, `says after ${notToldMs} ms that it does not know whether it leads`);
  }

  /** A life gives its lead up. */
  loses(node: SimNode, reason: string): void {
    const since = this.holders.indexOf(holderOf(node));
    const isOthers = this.holders.slice(since).some((holder) => holder !== holderOf(node));
    if (reason.includes("lease") && !isOthers) this.fail(node, `gives its lead up, as ${reason}, and nobody did`);
  }

  /** A life has stopped in order. A renewal that was on its way as it gave the lease back is over by then, and undone. */
  stops(node: SimNode): void {
    const { world, store } = this;
    world.at(world.now + SETTLED_MS, "released", () => {
      const isHeld = store.entry?.holder === holderOf(node) && store.entry.untilMs > world.now;
      if (isHeld && !this.misled.has(node)) this.fail(node, "stopped, and has the lease");
    });
  }

  private owes(node: SimNode, what: string): void {
    if (!this.leading.has(node)) return;
    this.owed.set(node, what);
    this.world.at(this.world.now, "owed", () => {
      const owed = this.owed.get(node);
      if (owed !== undefined) this.fail(node, owed);
    });
  }

  private fail(node: SimNode, what: string): void {
    this.world.fail(new Error(`${node.id} ${what}`));
  }
}
