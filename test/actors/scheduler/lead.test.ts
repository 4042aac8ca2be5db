import assert from "node:assert/strict";
import { test } from "node:test";
import { type Lead, takeLead } from "../../../actors/scheduler/lead.ts";
import { ShoalError } from "../../../runtime/base/errors.ts";
import { Leadership } from "../../../runtime/journal/leadership.ts";
import { JournalStore, MemoryJournal } from "../../../runtime/journal/memory-journal.ts";
import { LeaseStore, MemoryLease } from "../../../runtime/journal/memory-lease.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";

const LEASE_MS = 1000;

/** A journal on a server that answers only when the test lets it, as for a process that stands still. */
class GatedJournal extends MemoryJournal {
  open: () => void = () => {};
  private gate: Promise<void> = Promise.resolve();

  shut(): void {
    this.gate = new Promise((resolve) => {
      this.open = resolve;
    });
  }

  override async range(): Promise<{ oldest: number; newest: number }> {
    await this.gate;
    return super.range();
  }
}

class Line {
  readonly clock = new ManualClock();
  readonly journals = new JournalStore();
  readonly leases = new LeaseStore();
  readonly lost: string[] = [];

  take(
    holder: string,
    journal = new MemoryJournal(this.journals),
    signal = new AbortController().signal,
    // Each renews by its own clock: what stands still renews nothing, so the entry runs out by the clock of all.
    lease = new MemoryLease(this.leases, this.clock, LEASE_MS),
    version = "1.0.0",
  ) {
    return takeLead({
      journal,
      lease,
      clock: this.clock,
      wallMs: () => this.clock.now(),
      version,
      holder,
      signal,
      onLost: ({ kind, reason }) => this.lost.push(`${holder} is ${kind}: ${reason}`),
    });
  }
}

test("32: who stood still while it took the lead writes nothing once another one leads, and waits for its turn", async () => {
  const line = new Line();
  const slow = new GatedJournal(line.journals);
  slow.shut();
  const late: (Lead | undefined)[] = [];
  const isLate = line.take("late", slow).then((lead) => late.push(lead));
  await settle();
  assert.equal(line.leases.entry?.holder, "late");
  // Its lease runs out, and another one takes it.
  line.leases.entry = undefined;
  const other = (await line.take("other")) as Lead;
  await line.clock.advance(LEASE_MS);
  slow.open();
  await line.clock.advance(LEASE_MS * 3);
  assert.equal(line.journals.newest, 1, "the journal has the other one's word, and no more");
  assert.equal(late.length, 0);
  await other.resign();
  await line.clock.advance(LEASE_MS);
  await isLate;
  assert.equal(late[0]?.former, other.epoch);
  assert.deepEqual(line.lost, [], "nobody who leads lost anything");
  late[0]?.abandon();
});

test("a stop ends the waiting also after the lease was taken, and gives the lease back", async () => {
  const line = new Line();
  const journal = new MemoryJournal(line.journals);
  journal.append = () => Promise.reject(new ShoalError("The server is away", { code: "TIMEOUT", retryable: true }));
  const stop = new AbortController();
  const taken = line.take("first", journal, stop.signal);
  await settle();
  stop.abort();
  await line.clock.advance(LEASE_MS / 10);
  assert.equal(await taken, undefined);
  assert.equal(line.leases.entry, undefined);
  assert.equal(line.journals.newest, 0);
});

test("a journal that refuses the first word for good is told", async () => {
  const line = new Line();
  const journal = new MemoryJournal(line.journals);
  journal.append = () => Promise.reject(new ShoalError("A record is too large", { code: "OVERSIZE" }));
  await assert.rejects(line.take("first", journal), /A record is too large/);
});

test("a lead that ends as the journal takes no more of it says so", async () => {
  const line = new Line();
  const journal = new MemoryJournal(line.journals);
  const lead = (await line.take("first", journal)) as Lead;
  journal.append = () => Promise.reject(new ShoalError("A record is too large", { code: "OVERSIZE" }));
  lead.commits.add([{ kind: "mended", rows: new Uint32Array(0) }], true);
  await settle();
  assert.match(line.lost.join(), /^first is refused: the journal cannot be written: .*A record is too large$/);
  lead.abandon();
});

test("a scheduler of another version that cannot read the journal says so, and gives the lease back", async () => {
  const line = new Line();
  const first = (await line.take("first")) as Lead;
  await first.resign();
  const other = line.take("other", undefined, undefined, undefined, "2.0.0");
  await assert.rejects(other, /written by Shoal 1\.0\.0, this is 2\.0\.0/);
  assert.equal(line.leases.entry, undefined);
  const second = (await line.take("second")) as Lead;
  assert.equal(second.former, first.epoch);
  second.abandon();
});

test("a journal that does not answer is read again", async () => {
  const line = new Line();
  const journal = new MemoryJournal(line.journals);
  const range = journal.range.bind(journal);
  let questions = 0;
  journal.range = async () => {
    questions += 1;
    if (questions < 3) throw new ShoalError("No answer", { code: "TIMEOUT", retryable: true });
    return range();
  };
  const taken = line.take("first", journal);
  for (let i = 0; i < 4; i++) await line.clock.advance(LEASE_MS / 6);
  const lead = (await taken) as Lead;
  assert.equal(questions, 3);
  assert.equal(line.leases.entry?.holder, "first");
  lead.abandon();
});

test("32: a process that stood still for longer than its lease says nothing more once it is abandoned", async () => {
  const line = new Line();
  const first = (await line.take("first")) as Lead;
  line.leases.entry = undefined;
  const second = (await line.take("second")) as Lead;
  const { newest } = line.journals;
  first.commits.add([{ kind: "mended", rows: new Uint32Array(0) }], false);
  first.abandon();
  await line.clock.advance(LEASE_MS * 2);
  assert.equal(line.journals.newest, newest);
  second.abandon();
});

test("32: a former leader writes nothing more where its last words were lost and others stand under their numbers", async () => {
  const line = new Line();
  const word = [{ kind: "mended", rows: new Uint32Array(0) }];
  const first = (await line.take("first")) as Lead;
  await first.commits.whenCommitted(first.commits.add(word, true));
  const { journals } = line;
  assert.equal(journals.newest, 2);
  // The machine fails, and the lease with it.
  journals.records.pop();
  journals.newest = 1;
  journals.newestId = journals.records[0]?.id;
  line.leases.entry = undefined;
  const second = (await line.take("second")) as Lead;
  assert.equal(journals.newest, 2);
  first.commits.add(word, true);
  await settle();
  assert.equal(journals.newest, 2, "its number is as expected, the record is not");
  assert.match(line.lost.join(), /^first is deposed: .*another scheduler leads this cluster now$/);
  await second.commits.whenCommitted(second.commits.add(word, true));
  assert.equal(journals.newest, 3);
  first.abandon();
  second.abandon();
});

/** Its newest records are lost between the questions where it ends and what it holds. */
class ForgetfulJournal extends MemoryJournal {
  losses = 0;

  override async range(): Promise<{ oldest: number; newest: number }> {
    const { oldest, newest } = await super.range();
    return { oldest, newest: this.losses-- > 0 ? newest + 1 : newest };
  }
}

test("who takes the lead reads again where the newest record was lost meanwhile, and tells of one that is never there", async () => {
  const line = new Line();
  const former = (await line.take("former")) as Lead;
  await former.resign();
  const journal = new ForgetfulJournal(line.journals);
  journal.losses = 2;
  const lead = (await line.take("lead", journal)) as Lead;
  assert.equal(lead.former, former.epoch);
  await lead.resign();
  journal.losses = 100;
  await assert.rejects(line.take("last", journal), /The journal's newest record, 3, is not there/);
});

test("who stops in order while the server does not answer has stopped: its lease runs out", async () => {
  const line = new Line();
  const lease = new MemoryLease(line.leases, line.clock, LEASE_MS);
  lease.release = () => Promise.reject(new ShoalError("No answer", { code: "TIMEOUT", retryable: true }));
  const lead = (await line.take("first", undefined, undefined, lease)) as Lead;
  await lead.resign();
  await line.clock.advance(LEASE_MS);
  const next = (await line.take("next")) as Lead;
  assert.equal(next.former, lead.epoch);
  next.abandon();
});

test("who stood still finds the lease free: it goes on where nobody had it meanwhile, and stands down where somebody did", async () => {
  const line = new Line();
  const lead = (await line.take("first")) as Lead;
  line.leases.entry = undefined;
  await line.clock.advance(LEASE_MS / 2);
  assert.deepEqual(line.lost, []);
  assert.equal(line.journals.newest, 2, "a word that tells whether somebody wrote");
  // Another one led, spoke to members, and ended; the journal's machine lost what it wrote.
  line.leases.revision += 1;
  line.leases.entry = undefined;
  await line.clock.advance(LEASE_MS / 2);
  assert.deepEqual(line.lost, ["first is deposed: another scheduler took the lease"]);
  assert.equal(line.leases.entry, undefined, "and the lease is free");
  assert.equal(line.journals.newest, 2);
  lead.abandon();
});

test("a leader whose own renewal took effect unanswered, and ran out, goes on: nobody else had the lease", async () => {
  const line = new Line();
  const lease = new MemoryLease(line.leases, line.clock, LEASE_MS);
  const lost: string[] = [];
  const leadership = (await Leadership.tryTake({
    lease,
    clock: line.clock,
    holder: "first",
    onLost: () => lost.push("lost"),
  })) as Leadership;
  const renew = lease.renew.bind(lease);
  lease.renew = async (holder, revision) => {
    await renew(holder, revision);
    lease.renew = renew;
    throw new ShoalError("The answer was lost", { code: "TIMEOUT", retryable: true });
  };
  await line.clock.advance(LEASE_MS * 0.4);
  line.leases.entry = undefined;
  await line.clock.advance(LEASE_MS * 0.2);
  assert.deepEqual(lost, []);
  assert.equal(line.leases.revision, 3);
  assert.ok(leadership.isSure);
  leadership.end();
});
