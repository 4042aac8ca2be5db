import assert from "node:assert/strict";
import { test } from "node:test";
import { type Lead, takeLead } from "../../../actors/scheduler/lead.ts";
import { ShoalError } from "../../../runtime/base/errors.ts";
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

  take(holder: string, journal = new MemoryJournal(this.journals), signal = new AbortController().signal) {
    return takeLead({
      journal,
      // Each renews by its own clock: what stands still renews nothing, so the entry runs out by the clock of all.
      lease: new MemoryLease(this.leases, this.clock, LEASE_MS),
      clock: this.clock,
      wallMs: () => this.clock.now(),
      version: "1.0.0",
      holder,
      signal,
      onLost: (reason) => this.lost.push(`${holder}: ${reason}`),
    });
  }
}

test("who stood still while it took the lead writes nothing once another one leads, and waits for its turn", async () => {
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

test("a process that stood still for longer than its lease says nothing more once it is abandoned", async () => {
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
