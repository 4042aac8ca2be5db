import type { CommitLog } from "../../runtime/journal/commit-log.ts";
import type { LeaseHolder } from "../../runtime/journal/lease.ts";
import type { SimNode, World } from "./world.ts";

/**
 * Who leads and finds nobody in the lease takes it at once; and having taken it anew, it asks the journal, by a word, whether another
 * one led meanwhile, or gives it back.
 */
export class LeaseWatch {
  private readonly world: World;
  /** What lives that lead are to do next. */
  private readonly owed = new Map<SimNode, string>();
  private readonly leading = new WeakSet<SimNode>();

  constructor(world: World) {
    this.world = world;
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
  asks(node: SimNode): void {
    this.owed.delete(node);
  }

  /** A node is told who has the lease. */
  finds(node: SimNode, found: LeaseHolder | undefined): void {
    if (found === undefined) this.owes(node, "found nobody in the lease, and does not take it");
  }

  /** A node is told whether it has taken the lease. */
  takes(node: SimNode, revision: number | undefined): void {
    if (revision !== undefined) this.owes(node, "took the lease anew, and does not ask the journal");
  }

  private owes(node: SimNode, what: string): void {
    if (!this.leading.has(node)) return;
    this.owed.set(node, what);
    const { world } = this;
    world.at(world.now, "owed", () => {
      if (this.owed.has(node)) world.fail(new Error(`${node.id} ${this.owed.get(node)}`));
    });
  }
}
