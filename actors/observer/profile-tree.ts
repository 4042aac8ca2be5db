import type { ProfileEntry } from "../../runtime/protocol/events.ts";

/** Where the time of tasks goes: call stacks laid over each other. */
export interface ProfileNode {
  readonly name: string;
  readonly ms: number;
  readonly samples: number;
  readonly children: readonly ProfileNode[];
}

interface Growing {
  readonly name: string;
  ms: number;
  samples: number;
  readonly children: Map<string, Growing>;
}

const NODES_MAX = 20_000;
/** Thinner parts of a picture are not told. */
const SHARE_MIN = 0.002;

/** Samples by kind of task, then by frame from the outermost on. Bounded: frames beyond the bound count for their caller. */
export class ProfileTree {
  private readonly kinds = new Map<string, Growing>();
  private nodes = 0;

  add(entries: readonly ProfileEntry[]): void {
    for (const { prefix, stack, samples, ms } of entries) {
      let node = this.kindOf(prefix);
      count(node, samples, ms);
      for (const frame of stack) {
        const child = this.childOf(node, frame);
        if (child === undefined) break;
        count(child, samples, ms);
        node = child;
      }
    }
  }

  /** Kinds of tasks with their time, the heaviest first; "" is what belongs to no task. */
  get totals(): { readonly prefix: string; readonly ms: number; readonly samples: number }[] {
    return [...this.kinds.values()]
      .map(({ name, ms, samples }) => ({ prefix: name, ms, samples }))
      .sort((a, b) => b.ms - a.ms);
  }

  /** The picture of one kind, or of all together. */
  tree(prefix?: string): ProfileNode {
    if (prefix !== undefined) {
      const kind = this.kinds.get(prefix) ?? grown(prefix);
      return told(kind, kind.ms * SHARE_MIN);
    }
    const all = grown("all tasks");
    for (const [name, kind] of this.kinds) {
      if (name === "") continue;
      all.children.set(name, kind);
      count(all, kind.samples, kind.ms);
    }
    return told(all, all.ms * SHARE_MIN);
  }

  private kindOf(prefix: string): Growing {
    let kind = this.kinds.get(prefix);
    if (kind === undefined) this.kinds.set(prefix, (kind = grown(prefix)));
    return kind;
  }

  /** Undefined where there is no room for another. */
  private childOf(node: Growing, frame: string): Growing | undefined {
    const known = node.children.get(frame);
    if (known !== undefined || this.nodes >= NODES_MAX) return known;
    this.nodes += 1;
    const child = grown(frame);
    node.children.set(frame, child);
    return child;
  }
}

const grown = (name: string): Growing => ({ name, ms: 0, samples: 0, children: new Map() });

function count(node: Growing, samples: number, ms: number): void {
  node.samples += samples;
  node.ms += ms;
}

function told({ name, ms, samples, children }: Growing, least: number): ProfileNode {
  const shown = [...children.values()].filter((child) => child.ms >= least).sort((a, b) => b.ms - a.ms);
  return { name, ms, samples, children: shown.map((child) => told(child, least)) };
}
