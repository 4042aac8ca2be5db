import { ClientRecord } from "./client-record.ts";
import { findRow } from "./find-row.ts";
import { tellOne } from "./intake.ts";
import { need } from "./needs.ts";
import type { SchedulerBrain } from "./scheduler-brain.ts";
import { S, type SchedulerState, type TaskFailure } from "./scheduler-state.ts";
import { releaseHandles } from "./sessions.ts";
import type { HoldsCall } from "./stimuli.ts";

/** Its name among the clients in a journal. */
const HOLDER = "coordination";

/**
 * Results that are kept on behalf of no client: those in queues, variables and datasets. They are wanted by a record of their
 * own, which is never given up. What is done here takes effect at the end of the scheduler's next turn.
 */
export class KeyHolds {
  private readonly brain: SchedulerBrain;
  private readonly state: SchedulerState;
  private readonly record: ClientRecord;
  private readonly handles = new Map<string, number[]>();
  private readonly untilDone = new Set<string>();
  private nextHandle = 1;

  constructor(brain: SchedulerBrain) {
    this.brain = brain;
    this.state = brain.state;
    const inherited = this.state.clients.get(HOLDER);
    // It is no client, and hears nothing: it only has a number to want by.
    this.record = inherited ?? new ClientRecord(HOLDER, this.state.clientByNumber.length, Number.POSITIVE_INFINITY);
    this.state.clients.delete(HOLDER);
    if (inherited === undefined) this.state.clientByNumber.push(this.record);
    else this.inherit(inherited);
  }

  /** Whether a former scheduler's workers have yet to say what they have: until then nothing is asked of this. */
  get isRecovering(): boolean {
    return this.state.phase === "recovering";
  }

  private inherit(record: ClientRecord): void {
    for (const handle of record.handles()) {
      const row = record.rowOf(handle);
      this.note(this.state.slabOf(row).keyOf(row), handle);
      this.nextHandle = Math.max(this.nextHandle, handle + 1);
    }
  }

  get workers(): readonly string[] {
    return [...this.state.workerByName.keys()];
  }

  /** Grows with every start of a worker; undefined for those that are not there. */
  lifeOf(worker: string): number | undefined {
    return this.state.workerByName.get(worker)?.incarnation;
  }

  hasClient(id: string): boolean {
    return this.state.clients.has(id);
  }

  /** Keeps the result of a key, once more with every call; false if there is no such task. */
  hold(key: string): boolean {
    return this.noted({ op: "hold", key });
  }

  /** Keeps a task wanted until it is done, one way or the other; false if there is no such task. */
  keepUntilDone(key: string): boolean {
    return this.noted({ op: "keepUntilDone", key });
  }

  /** Lets go of what was kept until it was done, and is. True if there was any. */
  reviewKept(): boolean {
    return this.untilDone.size > 0 && this.noted({ op: "reviewKept" });
  }

  letGo(key: string): void {
    this.noted({ op: "letGo", key });
  }

  /** Gives a client handles for keys that are held; it hears how they stand. */
  give(client: string, keys: readonly string[], firstHandle: number): void {
    this.noted({ op: "give", client, keys, firstHandle });
  }

  private noted(call: HoldsCall): boolean {
    this.brain.recorder?.write({ kind: "holds", now: this.state.nowMs, call });
    return this.apply(call);
  }

  /** A call, live or lived through again. */
  apply(call: HoldsCall): boolean {
    switch (call.op) {
      case "hold":
        return this.holdKey(call.key);
      case "keepUntilDone":
        return this.keepKey(call.key);
      case "letGo":
        this.letGoKey(call.key);
        return true;
      case "give":
        this.giveKeys(call.client, call.keys, call.firstHandle);
        return true;
      case "reviewKept":
        return this.review();
    }
  }

  private holdKey(key: string): boolean {
    const row = findRow(this.state, key);
    if (row < 0) return false;
    const handle = this.nextHandle++;
    this.want(this.record, handle, row);
    this.note(key, handle);
    this.state.ledger.given(HOLDER, handle, row);
    return true;
  }

  private note(key: string, handle: number): void {
    const known = this.handles.get(key);
    if (known === undefined) this.handles.set(key, [handle]);
    else known.push(handle);
  }

  private keepKey(key: string): boolean {
    if (this.untilDone.has(key)) return true;
    if (!this.holdKey(key)) return false;
    this.untilDone.add(key);
    return true;
  }

  private review(): boolean {
    let any = false;
    for (const key of this.untilDone) {
      const row = findRow(this.state, key);
      const now = row < 0 ? S.erred : this.state.tasks.state[row];
      if (now !== S.memory && now !== S.erred) continue;
      this.untilDone.delete(key);
      this.letGoKey(key);
      any = true;
    }
    return any;
  }

  private letGoKey(key: string): void {
    const known = this.handles.get(key);
    const handle = known?.pop();
    if (handle === undefined) return;
    if (known?.length === 0) this.handles.delete(key);
    releaseHandles(this.state, this.record, Uint32Array.of(handle, 1));
  }

  private giveKeys(clientId: string, keys: readonly string[], firstHandle: number): void {
    const client = this.state.clients.get(clientId);
    if (client === undefined || client.knowsAny(firstHandle, keys.length)) return;
    keys.forEach((key, i) => {
      const row = findRow(this.state, key);
      if (row < 0) return;
      this.state.ledger.given(clientId, firstHandle + i, row);
      this.want(client, firstHandle + i, row);
      this.tellStanding(client, firstHandle + i, row);
    });
  }

  private tellStanding(client: ClientRecord, handle: number, row: number): void {
    const { state } = this;
    const now = state.tasks.state[row];
    if (now === S.memory) tellOne(state, client, handle, row);
    else if (now === S.erred)
      state.out.toClient(client.number).erred(handle, (state.failures.get(row) as TaskFailure).error);
  }

  private want(client: ClientRecord, handle: number, row: number): void {
    const { tasks, wants } = this.state;
    client.give(handle, 1, row);
    tasks.wants[row] = wants.add(tasks.wants[row] as number, client.number, handle);
    if (tasks.state[row] === S.released) need(this.state, row);
  }
}
