import { type Lead, type LeadOptions, takeLead } from "../../actors/scheduler/lead.ts";
import type { CommitLog } from "../../runtime/journal/commit-log.ts";
import type { AppendOptions, Journal } from "../../runtime/journal/journal.ts";
import type { JournalWriter } from "../../runtime/journal/journal-writer.ts";
import type { Lease, LeaseHolder } from "../../runtime/journal/lease.ts";
import { JournalStore, MemoryJournal } from "../../runtime/journal/memory-journal.ts";
import { LeaseStore, MemoryLease } from "../../runtime/journal/memory-lease.ts";
import { readTransactions } from "../../runtime/journal/transaction.ts";
import { decodeLedger } from "../../runtime/protocol/ledger-codec.ts";
import { DRIFT, holderOf, LeaseWatch } from "./lease-watch.ts";
import { denial, type LineFate, LineFaults, lostAnswer, noFate, refusal } from "./line-faults.ts";
import type { SimNode, World } from "./world.ts";

export interface LineOptions {
  /** An append's answer is lost with this probability, after it took effect. */
  readonly ackLoss: number;
  readonly delayMs: readonly [number, number];
  readonly leaseMs: number;
  /** Servers that keep the journal; several lose nothing, and tell a record by its number alone. */
  readonly servers: 1 | 3;
  /** Whether lives of schedulers meet with faults of their own, as they read and write. */
  readonly isRough: boolean;
  /** Summaries take the place of so many records; of more than any seed has, where nothing is said. */
  readonly recordsPerSummary: number | undefined;
}

/** What a line of schedulers shares: a journal and a lease that answer late, and sometimes not. */
export class SimLine {
  readonly journal = new JournalStore();
  readonly lease = new LeaseStore();
  /** Off when the cluster is to heal. */
  faults = true;
  /** What was asked of the journal and the lease, and how often. */
  readonly questions = new Map<string, number>();
  /** How long schedulers held back what they had to say, all in all. */
  heldMs = 0;
  /** Records that were acknowledged and are gone. */
  forgotten = 0;
  acksLost = 0;
  private readonly world: World;
  private readonly options: LineOptions;
  private readonly random;
  private readonly fates: LineFaults;
  /** Lives whose lead is over. */
  private readonly over = new WeakSet<SimNode>();
  /** What stood in the lease before it was last written, and before who has it took it. */
  private entryBefore: LeaseHolder | undefined;
  private formersEntry: LeaseHolder | undefined;
  readonly leaseWatch: LeaseWatch;

  constructor(world: World, options: LineOptions, seed: number) {
    this.world = world;
    this.options = options;
    this.random = world.random.fork("line");
    this.fates = new LineFaults(seed);
    this.leaseWatch = new LeaseWatch(world, this.lease, options.leaseMs);
  }

  /** What a scheduler meets with that begins to wait now. */
  fateOf(node: SimNode): LineFate {
    return this.faults && this.options.isRough ? this.fates.fateOf(node, this.isWritten) : noFate();
  }

  /** Whether somebody has led, and no failing machine forgets it. */
  private get isWritten(): boolean {
    return this.journal.newest > 0 && this.options.servers === 3;
  }

  /** Whether a scheduler that could not lead was to end so; another life of it may be luckier. */
  isDoomed(node: SimNode, error: unknown): boolean {
    return this.fates.isDoomed(node, error);
  }

  /** Whether a scheduler is of another version than the journal. */
  isOther(node: SimNode): boolean {
    return this.fates.isOther(node);
  }

  /** What an append is told of the record before it. */
  expectations({ expectedId, ...options }: AppendOptions): AppendOptions {
    return this.options.servers === 1 ? { ...options, expectedId } : options;
  }

  /** Waits on a node for the lead, and gives it; undefined once the signal says to wait no longer. */
  take(
    node: SimNode,
    { version, signal, onLost }: Pick<LeadOptions, "version" | "signal" | "onLost">,
  ): Promise<Lead | undefined> {
    const clock = this.world.clockOf(node);
    const fate = this.fateOf(node);
    return takeLead({
      journal: new SimJournal(this, node, fate),
      lease: new SimLease(this, node, fate),
      clock,
      // As far apart as times are, and by a clock that none of the nodes has.
      wallMs: () => Math.ceil(this.world.now) * 1000,
      version: fate.isOther ? `${version}-other` : version,
      recordsPerSummary: this.options.recordsPerSummary,
      holder: holderOf(node),
      signal,
      onLost: (loss) => {
        this.leaseWatch.loses(node, loss.reason);
        onLost(loss);
      },
      onDoubt: (reason) => this.leaseWatch.doubts(node, reason),
    }).then((lead) => {
      if (lead !== undefined) this.leaseWatch.leads(node, lead.commits);
      return lead;
    });
  }

  /** Something is asked of the server, and answered: both take their time, and a node that is gone hears no answer. */
  async asked<T>(node: SimNode, what: string, run: () => Promise<T>): Promise<T> {
    this.note(what);
    await this.pass(node);
    const answer = await run();
    await this.pass(node);
    return answer;
  }

  /** The lease is taken, renewed or given back. */
  async leaseWritten<T>(node: SimNode, what: "acquire" | "renew" | "release", write: () => Promise<T>): Promise<T> {
    const before = this.lease.entry;
    const revision = await write();
    this.leaseWatch.isWritten(node, what, before);
    if (this.lease.entry !== before) this.entryBefore = before;
    if (what === "acquire" && revision !== undefined) this.formersEntry = before;
    return revision;
  }

  /** Who has the lease, as one of several servers knows. */
  async leaseRead(node: SimNode, read: () => Promise<LeaseHolder | undefined>): Promise<LeaseHolder | undefined> {
    const isStale = this.faults && this.options.isRough && this.options.servers === 3 && this.fates.isStale();
    if (!isStale) return read();
    this.note("stale lease");
    this.leaseWatch.misleads(node);
    return this.fates.isFarBehind ? this.formersEntry : this.entryBefore;
  }

  /** Whoever lived there leads no more. */
  end(node: SimNode): void {
    this.over.add(node);
    this.leaseWatch.ends(node);
  }

  /** How long it takes a scheduler that stops from now on until it writes no more. */
  async closing(commits: CommitLog): Promise<number> {
    const sinceMs = this.world.now;
    await (commits as unknown as Pick<JournalWriter, "whenOver">).whenOver;
    return this.world.now - sinceMs;
  }

  /** Who stops in order leaves nothing unwritten that the journal takes in time, and the lease to others, unless it led no more. */
  checkStopped(node: SimNode, commits: CommitLog, closedMs: number): void {
    if (this.over.has(node)) return;
    this.end(node);
    const { committed, position } = commits as unknown as { readonly committed: number; readonly position: number };
    const isInTime = closedMs < this.leaseMs * (1 - DRIFT);
    if (committed < position && isInTime)
      this.world.fail(new Error(`${node.id} stops with ${committed} of ${position} turns written`));
    this.leaseWatch.stops(node);
  }

  /** A question to the lease. */
  async leaseAsked<T>(
    node: SimNode,
    what: "acquire" | "renew" | "release" | "find",
    run: () => Promise<T>,
  ): Promise<T> {
    this.leaseWatch.asks(node, what);
    if (this.over.has(node) && (what === "renew" || what === "acquire"))
      this.world.fail(new Error(`${node.id} leads no more, and ${what}s its lease`));
    try {
      return await this.mayFail(node, what, run);
    } catch (error) {
      this.leaseWatch.isUnanswered(node, what);
      throw error;
    }
  }

  /** As {@link asked}; the question or its answer may be lost. */
  mayFail<T>(node: SimNode, what: string, run: () => Promise<T>): Promise<T> {
    const loss = this.faults && this.options.isRough ? this.fates.loss() : "nothing";
    return this.asked(node, what, async () => {
      if (loss === "question") throw lostAnswer();
      const answer = await run();
      if (loss === "answer") throw lostAnswer();
      return answer;
    });
  }

  /** Who may not have the lease is told so once, and asks no more. */
  async refuse(node: SimNode): Promise<never> {
    if (this.over.has(node)) this.world.fail(new Error(`${node.id} asks again for a lease that it was refused`));
    this.end(node);
    await this.pass(node);
    throw denial();
  }

  /** What a scheduler writes to, watched: how often it adds what, and how long it waits. */
  watched(commits: CommitLog): CommitLog {
    const { world } = this;
    return {
      get wantsSummary() {
        return commits.wantsSummary;
      },
      add: (records, isUrgent) => {
        this.note(isUrgent ? "add urgently" : "add");
        return commits.add(records, isUrgent);
      },
      isCommitted: (position) => commits.isCommitted(position),
      whenCommitted: async (position) => {
        const sinceMs = world.now;
        this.note("wait");
        await commits.whenCommitted(position);
        this.heldMs += world.now - sinceMs;
      },
      summarize: (records) => {
        this.note("summarize");
        commits.summarize(records);
      },
    };
  }

  /** What was asked and said, in words for what seeds are compared by. */
  heard(): Record<string, number> {
    const questions = [...this.questions].map(([what, times]) => [`line ${what}`, times] as const);
    return { ...Object.fromEntries(questions), "line held ms": this.heldMs };
  }

  /** Notes what is asked, or becomes of a scheduler, in words for what seeds are compared by. */
  note(what: string): void {
    this.questions.set(what, (this.questions.get(what) ?? 0) + 1);
  }

  append(
    node: SimNode,
    journal: MemoryJournal,
    bytes: Uint8Array,
    options: AppendOptions,
    fate: LineFate,
  ): Promise<number> {
    if (fate.stallLeases > 0 && this.faults) {
      this.world.note(`${node.id} stands still`);
      node.pausedUntil = Math.max(node.pausedUntil, this.world.now + fate.stallLeases * this.leaseMs);
    }
    fate.stallLeases = 0;
    return this.asked(node, "append", async () => {
      if (fate.recordsTaken <= 0) throw refusal();
      fate.recordsTaken -= 1;
      const sequence = await journal.append(bytes, options);
      if (!this.faults || !this.random.chance(this.options.ackLoss)) return sequence;
      this.acksLost += 1;
      throw lostAnswer();
    });
  }

  clockless(): { now(): number; setTimer(): undefined; clearTimer(): void } {
    return { now: () => this.world.now, setTimer: () => undefined, clearTimer: () => {} };
  }

  get leaseMs(): number {
    return this.options.leaseMs;
  }

  /** The machine that keeps the journal fails before its newest records are on disk, though it said that it has them. */
  forget(count: number): void {
    const { journal } = this;
    const least = Math.max(journal.oldest - 1, journal.newest - count);
    this.forgotten += journal.newest - least;
    journal.newest = least;
    journal.records = journal.records.filter(({ sequence }) => sequence <= least);
    journal.newestId = journal.records.at(-1)?.id;
    for (const [id, sequence] of journal.ids) if (sequence > least) journal.ids.delete(id);
  }

  /** What must hold of the journal: one leader an epoch, epochs grow, and no word of one after the next has begun. */
  async check(): Promise<void> {
    const store = new MemoryJournal(this.journal);
    const { oldest, newest } = await store.range();
    let last = 0;
    for (const { sequence, bytes } of await readTransactions(store.read(oldest, newest)))
      for (const record of decodeLedger<{ kind: string; epoch: number }>(bytes)) {
        if (record.kind !== "leader") continue;
        if (record.epoch < last) throw new Error(`record ${sequence}: epoch ${record.epoch} comes after ${last}`);
        last = record.epoch;
      }
    const writers = [...this.journal.ids].sort((a, b) => a[1] - b[1]).map(([id]) => id.split("-").slice(0, -1));
    const epochs = writers.map((writer) => Number(writer.at(-1)));
    epochs.forEach((epoch, i) => {
      if (i > 0 && epoch < (epochs[i - 1] as number))
        throw new Error(`the scheduler of epoch ${epoch} wrote after that of ${epochs[i - 1]}`);
      if (i > 0 && epoch === epochs[i - 1] && writers[i]?.join() !== writers[i - 1]?.join())
        throw new Error(`two schedulers led in epoch ${epoch}: ${writers[i - 1]?.join("-")}, ${writers[i]?.join("-")}`);
    });
  }

  private pass(node: SimNode): Promise<void> {
    const [least, most] = this.options.delayMs;
    const delayMs = least + this.random.next() * (most - least);
    return new Promise((resolve) => void this.world.at(this.world.now + delayMs, "journal", resolve, node));
  }
}

class SimJournal implements Journal {
  // Small, so that transactions are cut.
  readonly recordBytesMax = 2048;
  private readonly line: SimLine;
  private readonly node: SimNode;
  private readonly inner: MemoryJournal;
  private readonly fate: LineFate;

  constructor(line: SimLine, node: SimNode, fate: LineFate) {
    this.line = line;
    this.node = node;
    this.inner = new MemoryJournal(line.journal, this.recordBytesMax);
    this.fate = fate;
  }

  range(): Promise<{ oldest: number; newest: number }> {
    return this.line.mayFail(this.node, "range", () => this.inner.range());
  }

  read(from: number, to: number): ReturnType<Journal["read"]> {
    const { fate } = this;
    if (fate.questionsBehind === 0) return this.inner.read(from, to);
    fate.questionsBehind -= 1;
    return this.inner.read(from, to - fate.recordsBehind);
  }

  append(bytes: Uint8Array, options: AppendOptions): Promise<number> {
    return this.line.append(this.node, this.inner, bytes, this.line.expectations(options), this.fate);
  }

  forgetBelow(sequence: number): Promise<void> {
    return this.line.asked(this.node, "forgetBelow", () => this.inner.forgetBelow(sequence));
  }

  async close(): Promise<void> {}

  async remove(): Promise<void> {}
}

class SimLease implements Lease {
  readonly ttlMs: number;
  private readonly line: SimLine;
  private readonly node: SimNode;
  private readonly inner: MemoryLease;
  private readonly fate: LineFate;

  constructor(line: SimLine, node: SimNode, fate: LineFate) {
    this.line = line;
    this.node = node;
    this.fate = fate;
    this.ttlMs = line.leaseMs;
    this.inner = new MemoryLease(line.lease, line.clockless(), this.ttlMs);
  }

  async acquire(holder: string): Promise<number | undefined> {
    if (this.fate.isBarred) return this.line.refuse(this.node);
    return this.hold("acquire", () => this.inner.acquire(holder));
  }

  renew(holder: string, revision: number): Promise<number | undefined> {
    return this.hold("renew", () => this.inner.renew(holder, revision));
  }

  async release(revision: number): Promise<void> {
    await this.line.leaseAsked(this.node, "release", () =>
      this.line.leaseWritten(this.node, "release", () => this.inner.release(revision)),
    );
  }

  async find(): Promise<LeaseHolder | undefined> {
    const found = await this.line.leaseAsked(this.node, "find", () =>
      this.line.leaseRead(this.node, () => this.inner.find()),
    );
    this.line.leaseWatch.finds(this.node, found);
    return found;
  }

  async close(): Promise<void> {}

  private async hold(what: "acquire" | "renew", write: () => Promise<number | undefined>): Promise<number | undefined> {
    const { line, node } = this;
    const revision = await line.leaseAsked(node, what, () => line.leaseWritten(node, what, write));
    line.leaseWatch.isTold(node, what, revision);
    return revision;
  }
}
