import { type BoundChart, bindChart } from "../../runtime/actor/bound-chart.ts";
import { unreachable } from "../../runtime/base/errors.ts";
import { ShardSet } from "../../runtime/graph/shards.ts";
import {
  type ComputeBatch,
  type InventoryMessage,
  LOCAL,
  type ToWorker,
} from "../../runtime/protocol/scheduler-worker.ts";
import type { LayerDefinition } from "../../runtime/protocol/wire-layer.ts";
import { MemoryChunkStore } from "../chunk/memory-chunk-store.ts";
import { adopt } from "./adoption.ts";
import { chunksFetched, fetchFailed } from "./arrivals.ts";
import { acquire, dropOlderFetch, dropOlderInputs, giveBackUnbegun, isNewerHere } from "./copies.ts";
import { eachRow } from "./each-row.ts";
import { FetchQueue } from "./fetch-queue.ts";
import { leaveFormerLife, orphanFormerBody } from "./former-life.ts";
import { LocalChunks } from "./local-chunks.ts";
import { type MemoryJudge, NO_PRESSURE } from "./memory-gauge.ts";
import { ParkedData } from "./parked-data.ts";
import { RunQueue } from "./run-queue.ts";
import { Runnables } from "./runnables.ts";
import { Stealing } from "./stealing.ts";
import { Waiters } from "./waiters.ts";
import type { WorkerBrainOptions } from "./worker-brain-options.ts";
import type { WorkerEvent } from "./worker-event.ts";
import { type PackResults, WorkerOutbox } from "./worker-outbox.ts";
import { WorkerRows } from "./worker-rows.ts";
import { E, HAS_BODY, IS_COMING, WS, workerTaskChart } from "./worker-states.ts";

/**
 * A worker without its shell: which task runs next, what to fetch from whom, what lies here. Synchronous and
 * deterministic; functions are run, and bytes moved, by the shell.
 */
export class WorkerBrain {
  readonly id: string;
  readonly rows = new WorkerRows();
  readonly layers = new Map<number, LayerDefinition>();
  readonly out: WorkerOutbox;
  readonly fetches: FetchQueue;
  readonly chunks: LocalChunks;
  readonly gauge: MemoryJudge;
  epoch = 0;
  managedBytes = 0;
  executing = 0;
  private readonly chart: BoundChart;
  readonly queue = new RunQueue();
  private readonly runnables: Runnables;
  readonly stealing: Stealing;
  /** Tasks here that wait for a row. */
  readonly waiters = new Waiters();
  readonly parked = new ParkedData();
  /** Running functions that were told to stop and are wanted after all, with the holders of their inputs. */
  private readonly resumed = new Map<number, readonly string[]>();

  constructor(id: string, packResults: PackResults, options: WorkerBrainOptions = {}) {
    const { hits, bind = bindChart, store = new MemoryChunkStore(), gauge = NO_PRESSURE } = options;
    this.id = id;
    this.out = new WorkerOutbox(packResults);
    this.fetches = new FetchQueue(options.connections?.outgoing);
    this.chunks = new LocalChunks(this.rows, store, options.storedBytesMin);
    this.gauge = gauge;
    this.runnables = new Runnables(this.rows, this.chunks, this.queue);
    this.chart = bind(workerTaskChart, { hits: hits?.task });
    this.stealing = new Stealing(this, bind, hits?.thief);
  }

  step(event: WorkerEvent): void {
    switch (event.kind) {
      case "message":
        return this.receive(event.message);
      case "fetched":
        return chunksFetched(this, event.transfer, event.peer, event.chunks);
      case "fetchFailed":
        return fetchFailed(this, event.transfer, event.peer);
      case "steal":
        return this.stealing.take(event.event);
      case "parked":
        return this.parked.put(event.ticket, event.value, event.bytes);
      case "returned":
        return this.runnables.returned(event.row);
      case "lost":
        return this.lost(event.row);
    }
    return unreachable(event);
  }

  /** Transfers that may begin; reports are taken from `out`. */
  endTurn(): void {
    const { pressure, transferBytesMax } = this.gauge;
    this.out.fetches.push(...this.fetches.begin(transferBytesMax, pressure === "high" ? 1 : undefined));
  }

  /** The next row to run, which counts as running from now on; -1 if none may. */
  takeRunnable(): number {
    const row = this.runnables.take(this.executing, this.gauge.pressure, (one, input) =>
      this.giveBack(one, input, 0, this.id),
    );
    if (row < 0) return row;
    this.move(row, E.start);
    this.executing += 1;
    return row;
  }

  /** A running function gave a result. */
  finished(
    row: number,
    value: unknown,
    bytes: number,
    durationUs: number,
    result: { value: unknown } | undefined,
  ): void {
    this.executing -= 1;
    this.resumed.delete(row);
    const from = this.rows.state(row);
    this.move(row, E.finished);
    if (from === WS.cancelling) return;
    const attempt = this.rows.attempt(row);
    if (from === WS.salvaging) this.out.hold(row, this.takeWish(row));
    else this.out.finish(row, attempt, bytes, durationUs, result, value instanceof ShardSet);
    this.keep(row, value, bytes, this.rows.batch(row)?.priorities[this.rows.batchAt(row)]);
  }

  /** A running function threw. `error` is in the form the bus carries. */
  failed(row: number, error: unknown): void {
    this.executing -= 1;
    const from = this.rows.state(row);
    const attempt = this.rows.attempt(row);
    const holders = this.resumed.get(row);
    this.resumed.delete(row);
    if (from === WS.executing && holders !== undefined) {
      // It may have failed because it was told to stop, so this says nothing: it runs again.
      this.move(row, E.again);
      this.gatherInputs(row, this.rows.batch(row) as ComputeBatch, this.rows.batchAt(row), holders);
      return;
    }
    this.move(row, E.failed);
    if (from === WS.executing) {
      this.out.fail(row, attempt, error);
      this.returnWaiters(row, attempt, this.id);
    } else if (from === WS.salvaging) {
      this.rows.setAttempt(row, this.fetches.attemptOf(row));
      this.fetches.enqueue(row);
    }
  }

  /** A running function found that an input is gone though its handle is here: the task goes back, and who held it is named. */
  inputGone(row: number, input: ShardSet, error: unknown): void {
    const isWanted = this.rows.state(row) === WS.executing && !this.resumed.has(row);
    if (!isWanted) return this.failed(row, error);
    this.executing -= 1;
    // The scheduler may know already, and have freed the handle: then only the task goes back.
    const at = this.rows.findInput(row, (one) => this.rows.value(one) === input);
    this.giveBack(row, at < 0 ? row : at, at < 0 ? 0 : this.rows.attempt(at), input.home);
  }

  /** All that is here, for a session that begins anew; reports not yet sent are part of it. */
  inventory(): InventoryMessage {
    this.stealing.reset();
    this.out.clear();
    this.fetches.askAgain();
    return {
      type: "inventory",
      epoch: this.epoch,
      ...this.rows.listed(this.id, this.layers),
    };
  }

  /** A function that ran on unheard has ended. */
  orphanEnded(): void {
    this.executing -= 1;
  }

  /** Whether a peer that asks for a row by attempt may have it. */
  holds(row: number, attempt: number): boolean {
    return this.rows.state(row) === WS.memory && this.rows.attempt(row) === attempt;
  }

  get queued(): number {
    return this.queue.size;
  }

  private receive(message: ToWorker): void {
    switch (message.type) {
      case "welcome":
        if (this.epoch !== 0 && this.epoch !== message.epoch) this.forgetAll();
        this.epoch = message.epoch;
        return;
      case "layers":
        for (const layer of message.layers) this.layers.set(layer.id, layer);
        return;
      case "forgetLayers":
        for (const id of message.ids) this.forgetLayer(id);
        return;
      case "compute":
        for (const batch of message.batches)
          for (let at = 0; at < batch.rows.length; at++) this.compute(batch, at, message.holders);
        return;
      case "free":
        return eachRow(message, (row, attempt) => this.free(row, attempt));
      case "adopt":
        return eachRow(message, (row, attempt, i) =>
          adopt(this, { row, attempt, since: message.since[i] as number, ticket: message.tickets[i] as string }),
        );
      case "acquire":
        return eachRow(message, (row, attempt, i) => acquire(this, row, attempt, message.holders[i] as string));
      case "giveBack":
        this.parked.close();
        return giveBackUnbegun(this);
      case "stay":
        return this.parked.open();
      case "hint":
      case "void":
        return this.stealing.hear(message);
      case "verify":
        return eachRow(message, (row, attempt) => {
          if (!this.holds(row, attempt)) this.out.miss(row, 0, row, attempt, this.id);
        });
      case "renewed":
        for (const peer of message.workers) this.fetches.askAgain(peer);
        return;
      case "refused":
      case "gone":
      case "resync":
      case "beat":
      case "shutdown":
        return; // Between the shell and the scheduler.
      default:
        return unreachable(message);
    }
  }

  private compute(batch: ComputeBatch, at: number, holders: readonly string[]): void {
    const row = batch.rows[at] as number;
    const attempt = batch.attempts[at] as number;
    const { since } = this.layers.get(batch.layer) as LayerDefinition;
    leaveFormerLife(this, row, since);
    const from = this.rows.state(row);
    if (from !== WS.absent && this.rows.attempt(row) > attempt) return;
    this.move(row, E.compute);
    if (from === WS.promised) this.stealing.claimed(row);
    if (from === WS.fetching || from === WS.salvaging) this.fetches.drop(row);
    this.rows.setAttempt(row, attempt);
    this.rows.setSince(row, since);
    if (from === WS.cancelling || from === WS.salvaging) {
      this.rows.setTask(row, batch, at);
      this.resumed.set(row, holders);
    } else if (from === WS.memory) {
      // What is asked for is here: the answer carries the new attempt, or nobody would ever give it.
      this.out.finish(row, attempt, this.rows.bytes(row), 0, undefined, this.rows.value(row) instanceof ShardSet);
    } else if (from === WS.absent || from === WS.fetching || from === WS.promised) {
      this.rows.setTask(row, batch, at);
      this.gatherInputs(row, batch, at, holders);
    }
  }

  private gatherInputs(row: number, batch: ComputeBatch, at: number, holders: readonly string[]): void {
    dropOlderInputs(this, batch, at);
    let missing = 0;
    for (let e = batch.inputOffsets[at] as number; e < (batch.inputOffsets[at + 1] as number); e++) {
      const input = batch.inputs[e] as number;
      const attempt = batch.inputAttempts[e] as number;
      const holderAt = batch.inputHolders[e] as number;
      if (this.holds(input, attempt)) continue;
      const holder = holderAt === LOCAL ? undefined : (holders[holderAt] as string);
      // A task that begins again was told of its inputs long ago: one may be made here anew meanwhile.
      if (holder === undefined ? IS_COMING[this.rows.state(input)] !== 1 : isNewerHere(this, input, attempt))
        return this.giveBack(row, input, attempt, holder ?? this.id);
      if (holder !== undefined) this.fetch(input, attempt, holder);
      missing += 1;
      this.waiters.add(input, row);
    }
    this.rows.setWaitCount(row, missing);
    if (missing === 0) this.becomeReady(row);
  }

  /** What was made here unwanted stands in for the copy that was to be fetched, under that one's attempt. */
  private takeWish(row: number): number {
    const attempt = this.fetches.attemptOf(row);
    this.fetches.drop(row);
    this.rows.setAttempt(row, attempt);
    return attempt;
  }

  /** Has an input brought here; an older copy gives way to it. */
  fetch(row: number, attempt: number, holder: string): void {
    dropOlderFetch(this, row, attempt);
    orphanFormerBody(this, row);
    if (this.rows.state(row) === WS.promised) this.stealing.drop(row);
    if (this.rows.state(row) === WS.memory) this.free(row, this.rows.attempt(row));
    const from = this.rows.state(row);
    this.fetches.remember(row, attempt, holder);
    this.move(row, E.fetch);
    if (from === WS.absent) {
      this.rows.setAttempt(row, attempt);
      this.fetches.enqueue(row);
    }
  }

  private forgetLayer(id: number): void {
    if (this.layers.delete(id)) this.out.forgottenLayers.push(id);
  }

  private becomeReady(row: number): void {
    this.move(row, E.inputsReady);
    this.runnables.push(row);
  }

  /** A result lies here: those that wait for it go on. */
  keep(row: number, value: unknown, bytes: number, rank = 0): void {
    this.chunks.keep(row, value, bytes, rank);
    this.managedBytes += bytes;
    for (const one of this.waiters.take(row))
      if (this.rows.state(one) === WS.waiting && this.rows.countDown(one) === 0) this.becomeReady(one);
  }

  free(row: number, attempt: number): void {
    const from = this.rows.state(row);
    if (from !== WS.absent && this.rows.attempt(row) > attempt) return;
    if (from === WS.promised) return this.stealing.drop(row);
    if (from === WS.waiting) this.stopWaiting(row);
    this.resumed.delete(row);
    if (from === WS.memory) this.leaveMemory(row);
    if (from === WS.fetching || from === WS.salvaging) this.fetches.drop(row);
    this.move(row, E.free);
    if (from === WS.executing) this.out.aborts.push(row);
    // Tasks that were sent ahead of it, or wait for the copy, will not get it.
    this.returnWaiters(row, attempt, this.id);
  }

  /** Tasks that waited until it was back from disk are looked at again, and found to lack it. */
  private leaveMemory(row: number): void {
    this.managedBytes -= this.rows.bytes(row);
    for (const one of this.chunks.drop(row)) this.runnables.push(one);
  }

  /** A chunk could not be read again: nobody has it from here any more. */
  private lost(row: number): void {
    const attempt = this.rows.attempt(row);
    this.free(row, attempt);
    this.out.miss(row, 0, row, attempt, this.id);
  }

  /** A waiting task leaves: inputs that only it waited for need not come. */
  stopWaiting(row: number): void {
    const batch = this.rows.batch(row) as ComputeBatch;
    const at = this.rows.batchAt(row);
    for (let e = batch.inputOffsets[at] as number; e < (batch.inputOffsets[at + 1] as number); e++) {
      const input = batch.inputs[e] as number;
      if (!this.waiters.leave(input, row)) continue;
      const state = this.rows.state(input);
      if (state !== WS.fetching && state !== WS.salvaging) continue;
      this.fetches.drop(input);
      this.move(input, E.unneed);
    }
  }

  /** A task goes back to the scheduler: an input cannot be had. */
  giveBack(row: number, input: number, inputAttempt: number, holder: string): void {
    const attempt = this.rows.attempt(row);
    this.stopWaiting(row);
    this.move(row, E.inputsLost);
    this.out.miss(row, attempt, input, inputAttempt, holder);
    this.returnWaiters(row, attempt, this.id);
  }

  /** Tasks that waited for a row that will not come go back with it. */
  returnWaiters(row: number, attempt: number, holder: string): void {
    for (const one of this.waiters.take(row))
      if (this.rows.state(one) === WS.waiting) this.giveBack(one, row, attempt, holder);
  }

  /** Another scheduler leads: numbers of the former one mean nothing. */
  private forgetAll(): void {
    for (const row of [...this.rows.rows()]) this.free(row, Number.POSITIVE_INFINITY);
    for (const id of [...this.layers.keys()]) this.forgetLayer(id);
    for (const row of [...this.rows.rows()]) orphanFormerBody(this, row);
    this.out.clear();
  }

  move(row: number, event: number): void {
    const state = this.chart.step(row, this.rows.state(row), event);
    this.rows.setState(row, state);
    if (HAS_BODY[state] === 0) this.chunks.letGo(row);
  }
}
