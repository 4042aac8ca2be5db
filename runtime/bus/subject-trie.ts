/** One pattern's listeners in a trie. Plain ones all hear a message; of each group one does. */
export interface Route<T> {
  readonly all: readonly T[];
  readonly groups: readonly QueueGroup<T>[];
}

/** Members of one queue group on one pattern; taken in turn, so shares differ by one at most. */
export class QueueGroup<T> {
  readonly members: T[];
  readonly name: string;
  private turn = 0;

  constructor(name: string, members: T[] = []) {
    this.name = name;
    this.members = members;
  }

  with(other: QueueGroup<T>): QueueGroup<T> {
    return new QueueGroup(this.name, [...this.members, ...other.members]);
  }

  /** Whose turn it is, of those that can take it. */
  next(canTake: (member: T) => boolean): T | undefined {
    for (let tried = 0; tried < this.members.length; tried++) {
      if (this.turn >= this.members.length) this.turn = 0;
      const member = this.members[this.turn++] as T;
      if (canTake(member)) return member;
    }
    return undefined;
  }
}

interface Node<T> {
  readonly named: Map<string, Node<T>>;
  star: Node<T> | undefined;
  /** Listeners of patterns that end here. */
  ends: Listeners<T> | undefined;
  /** Listeners of patterns that end here with `>`. */
  tails: Listeners<T> | undefined;
}

interface Listeners<T> {
  readonly plain: T[];
  readonly groups: Map<string, QueueGroup<T>>;
}

/**
 * NATS patterns to listeners. A match walks the tokens once (about 0.6 us); repeated subjects come from a cache, which any
 * change of the patterns empties. A route that was given out never changes, but for the members of its groups.
 */
export class SubjectTrie<T> {
  private readonly root: Node<T> = newNode();
  private readonly cache = new Map<string, Route<T>>();
  private readonly cacheMax: number;
  private size = 0;

  constructor(cacheMax = 1 << 16) {
    this.cacheMax = cacheMax;
  }

  get count(): number {
    return this.size;
  }

  /** @param pattern must be valid; @returns the removal, which may be called once */
  add(pattern: string, listener: T, queue?: string): () => void {
    const path: Node<T>[] = [this.root];
    const tokens = pattern.split(".");
    const isTail = tokens.at(-1) === ">";
    if (isTail) tokens.pop();
    for (const token of tokens) path.push(step(path.at(-1) as Node<T>, token));
    const node = path.at(-1) as Node<T>;
    const listeners = isTail ? (node.tails ??= newListeners()) : (node.ends ??= newListeners());
    if (queue === undefined) listeners.plain.push(listener);
    else groupOf(listeners, queue).members.push(listener);
    this.size += 1;
    this.cache.clear();
    return () => {
      remove(listeners, listener, queue);
      prune(path, tokens);
      this.size -= 1;
      this.cache.clear();
    };
  }

  /** The route of a subject met often: remembered. */
  cached(subject: string): Route<T> | undefined {
    return this.cache.get(subject);
  }

  remember(subject: string, route: Route<T>): void {
    if (this.cache.size >= this.cacheMax) this.cache.clear();
    this.cache.set(subject, route);
  }

  /** @param subject must be valid and without wildcards */
  match(subject: string): Route<T> {
    const route: { all: T[]; groups: QueueGroup<T>[] } = { all: [], groups: [] };
    walk(this.root, subject, 0, route);
    return route;
  }
}

function walk<T>(node: Node<T>, subject: string, at: number, out: { all: T[]; groups: QueueGroup<T>[] }): void {
  if (at > subject.length) {
    collect(node.ends, out);
    return;
  }
  collect(node.tails, out);
  let end = subject.indexOf(".", at);
  if (end < 0) end = subject.length;
  if (node.named.size > 0) {
    const next = node.named.get(subject.slice(at, end));
    if (next !== undefined) walk(next, subject, end + 1, out);
  }
  if (node.star !== undefined) walk(node.star, subject, end + 1, out);
}

/** Groups of one name are one group, on whatever patterns their members listen: the rule of NATS. */
function collect<T>(listeners: Listeners<T> | undefined, out: { all: T[]; groups: QueueGroup<T>[] }): void {
  if (listeners === undefined) return;
  for (const listener of listeners.plain) out.all.push(listener);
  for (const group of listeners.groups.values()) {
    const at = out.groups.findIndex((other) => other.name === group.name);
    if (at < 0) out.groups.push(group);
    else out.groups[at] = (out.groups[at] as QueueGroup<T>).with(group);
  }
}

function step<T>(node: Node<T>, token: string): Node<T> {
  if (token === "*") return (node.star ??= newNode());
  let next = node.named.get(token);
  if (next === undefined) node.named.set(token, (next = newNode()));
  return next;
}

function groupOf<T>(listeners: Listeners<T>, queue: string): QueueGroup<T> {
  let group = listeners.groups.get(queue);
  if (group === undefined) listeners.groups.set(queue, (group = new QueueGroup(queue)));
  return group;
}

function remove<T>(listeners: Listeners<T>, listener: T, queue: string | undefined): void {
  const group = queue === undefined ? undefined : listeners.groups.get(queue);
  const list = group?.members ?? listeners.plain;
  const at = list.indexOf(listener);
  if (at >= 0) list.splice(at, 1);
  if (group !== undefined && group.members.length === 0) listeners.groups.delete(group.name);
}

/** Drops the nodes nobody listens at any more, deepest first, so that short-lived subjects leave nothing behind. */
function prune<T>(path: readonly Node<T>[], tokens: readonly string[]): void {
  for (let depth = path.length - 1; depth >= 0; depth--) {
    const node = path[depth] as Node<T>;
    if (node.ends !== undefined && isEmpty(node.ends)) node.ends = undefined;
    if (node.tails !== undefined && isEmpty(node.tails)) node.tails = undefined;
    const inUse = node.ends !== undefined || node.tails !== undefined || node.star !== undefined || node.named.size > 0;
    if (inUse || depth === 0) return;
    const parent = path[depth - 1] as Node<T>;
    const token = tokens[depth - 1] as string;
    if (token === "*") parent.star = undefined;
    else parent.named.delete(token);
  }
}

function isEmpty<T>(listeners: Listeners<T>): boolean {
  return listeners.plain.length === 0 && listeners.groups.size === 0;
}

function newNode<T>(): Node<T> {
  return { named: new Map(), star: undefined, ends: undefined, tails: undefined };
}

function newListeners<T>(): Listeners<T> {
  return { plain: [], groups: new Map() };
}
