import { unreachable } from "../../runtime/base/errors.ts";
import type { ToClient } from "../../runtime/protocol/client-scheduler.ts";
import type { ToWorker } from "../../runtime/protocol/scheduler-worker.ts";
import { columnOf } from "../../runtime/protocol/value-column.ts";
import type { LayerDefinition, WireLayer } from "../../runtime/protocol/wire-layer.ts";
import { encodeValue, flattenValue } from "../../runtime/wire/value.ts";
import { ComputeBuilder } from "./compute-builder.ts";

/** What a turn wants to say, by addressee; flushed once at its end, so a peer gets one frame a turn. */
export class Outbox {
  /** (row, new state) of rows that are watched, in pairs. */
  readonly watched: number[] = [];
  /** What running tasks said of themselves. */
  readonly noted: {
    readonly key: string;
    readonly worker: string;
    readonly progress: number;
    readonly line: string;
  }[] = [];
  private readonly workers = new Map<number, WorkerOut>();
  private readonly clients = new Map<number, ClientOut>();

  toWorker(worker: number): WorkerOut {
    let out = this.workers.get(worker);
    if (out === undefined) this.workers.set(worker, (out = new WorkerOut()));
    return out;
  }

  toClient(client: number): ClientOut {
    let out = this.clients.get(client);
    if (out === undefined) this.clients.set(client, (out = new ClientOut()));
    return out;
  }

  /** Addressees that something is to be said to. */
  get size(): number {
    return this.workers.size + this.clients.size;
  }

  /** What a worker or client that is gone was to hear. */
  dropWorker(worker: number): void {
    this.workers.delete(worker);
  }

  dropClient(client: number): void {
    this.clients.delete(client);
  }

  /** Hands every addressee's messages over and forgets them. */
  flush(
    worker: (number: number, messages: readonly ToWorker[]) => void,
    client: (number: number, messages: readonly ToClient[]) => void,
  ): void {
    for (const [number, out] of this.workers) worker(number, out.take());
    this.workers.clear();
    for (const [number, out] of this.clients) client(number, out.take());
    this.clients.clear();
  }
}

/** Messages for one worker. */
export class WorkerOut {
  private readonly first: ToWorker[] = [];
  private layers: LayerDefinition[] = [];
  /** In the order in which they came to be: a number that is given back may be given again in the same turn. */
  private readonly changes: RowChange[] = [];
  private readonly builders = new Map<number, ComputeBuilder>();
  private holders: string[] = [];
  private readonly holderAt = new Map<string, number>();

  say(message: ToWorker): void {
    this.first.push(message);
  }

  define(layer: LayerDefinition): void {
    this.layers.push(layer);
  }

  free(row: number, attempt: number): void {
    // What is given and taken back in one turn must not be taken back first.
    for (const { leastAttempt } of this.builders.values()) if (attempt >= leastAttempt) this.seal();
    const last = this.changes.at(-1);
    if (last?.kind === "free") last.rows.push(row, attempt);
    else this.changes.push({ kind: "free", rows: [row, attempt] });
  }

  verify(row: number, attempt: number): void {
    const last = this.changes.at(-1);
    if (last?.kind === "verify") last.rows.push(row, attempt);
    else this.changes.push({ kind: "verify", rows: [row, attempt] });
  }

  /** @param since of the row's slab */
  adopt(row: number, attempt: number, since: number, ticket: string): void {
    const last = this.changes.at(-1);
    if (last?.kind === "adopt") last.items.push({ row, attempt, since, ticket });
    else this.changes.push({ kind: "adopt", items: [{ row, attempt, since, ticket }] });
  }

  /** A copy of a result is to be fetched from a holder. */
  acquire(row: number, attempt: number, holder: string): void {
    const last = this.changes.at(-1);
    if (last?.kind === "acquire") last.items.push({ row, attempt, holder });
    else this.changes.push({ kind: "acquire", items: [{ row, attempt, holder }] });
  }

  void(row: number, attempt: number): void {
    const last = this.changes.at(-1);
    if (last?.kind === "void") last.rows.push(row, attempt);
    else this.changes.push({ kind: "void", rows: [row, attempt] });
  }

  forgetLayer(id: number): void {
    const last = this.changes.at(-1);
    if (last?.kind === "forgetLayers") last.ids.push(id);
    else this.changes.push({ kind: "forgetLayers", ids: [id] });
  }

  /** The position of a holder's name in the compute message. */
  holder(name: string): number {
    let at = this.holderAt.get(name);
    if (at === undefined) this.holderAt.set(name, (at = this.holders.push(name) - 1));
    return at;
  }

  builder(layerId: number, layer: WireLayer): ComputeBuilder {
    let builder = this.builders.get(layerId);
    if (builder === undefined) this.builders.set(layerId, (builder = new ComputeBuilder(layerId, layer)));
    return builder;
  }

  take(): ToWorker[] {
    return [...this.first, ...this.changes.flatMap(changeMessages), ...this.tasks()];
  }

  /** Tasks given so far stand before what is changed from now on. */
  private seal(): void {
    this.changes.push({ kind: "given", messages: this.tasks() });
    this.layers = [];
    this.builders.clear();
    this.holders = [];
    this.holderAt.clear();
  }

  private tasks(): ToWorker[] {
    const messages: ToWorker[] = [];
    if (this.layers.length > 0) messages.push({ type: "layers", layers: this.layers });
    if (this.builders.size > 0)
      messages.push({
        type: "compute",
        holders: this.holders,
        batches: [...this.builders.values()].map((builder) => builder.build()),
      });
    return messages;
  }
}

type RowChange =
  /** Rows and attempts by turns. */
  | { readonly kind: "free" | "verify" | "void"; readonly rows: number[] }
  | { readonly kind: "adopt"; readonly items: { row: number; attempt: number; since: number; ticket: string }[] }
  | { readonly kind: "acquire"; readonly items: { row: number; attempt: number; holder: string }[] }
  | { readonly kind: "forgetLayers"; readonly ids: number[] }
  | { readonly kind: "given"; readonly messages: readonly ToWorker[] };

const changeMessages = (change: RowChange): readonly ToWorker[] =>
  change.kind === "given" ? change.messages : [changeMessage(change)];

function changeMessage(change: Exclude<RowChange, { readonly kind: "given" }>): ToWorker {
  switch (change.kind) {
    case "free":
    case "verify":
    case "void":
      return {
        type: change.kind,
        rows: Uint32Array.from({ length: change.rows.length / 2 }, (_, i) => change.rows[2 * i] as number),
        attempts: Float64Array.from({ length: change.rows.length / 2 }, (_, i) => change.rows[2 * i + 1] as number),
      };
    case "adopt":
      return {
        type: "adopt",
        rows: Uint32Array.from(change.items, (one) => one.row),
        attempts: Float64Array.from(change.items, (one) => one.attempt),
        since: Float64Array.from(change.items, (one) => one.since),
        tickets: change.items.map((one) => one.ticket),
      };
    case "acquire":
      return {
        type: "acquire",
        rows: Uint32Array.from(change.items, (one) => one.row),
        attempts: Float64Array.from(change.items, (one) => one.attempt),
        holders: change.items.map((one) => one.holder),
      };
    case "forgetLayers":
      return { type: "forgetLayers", ids: Uint32Array.from(change.ids) };
    default:
      return unreachable(change);
  }
}

/** Messages for one client. */
export class ClientOut {
  private readonly first: ToClient[] = [];
  private readonly handles: number[] = [];
  private readonly rows: number[] = [];
  private readonly attempts: number[] = [];
  private readonly bytes: number[] = [];
  private readonly holders: string[] = [];
  private readonly holderAt = new Map<string, number>();
  private readonly holderOf: number[] = [];
  private readonly resultOf: number[] = [];
  private readonly results: unknown[] = [];
  private readonly erredHandles: number[] = [];
  private readonly errors: unknown[] = [];
  private readonly errorAt = new Map<unknown, number>();
  private readonly errorOf: number[] = [];
  private readonly lostHandles: number[] = [];

  say(message: ToClient): void {
    this.first.push(message);
  }

  inMemory(
    handle: number,
    row: number,
    attempt: number,
    bytes: number,
    holder: string,
    result: SentResult | undefined,
  ): void {
    let at = this.holderAt.get(holder);
    if (at === undefined) this.holderAt.set(holder, (at = this.holders.push(holder) - 1));
    if (result !== undefined) {
      this.resultOf.push(this.handles.length);
      this.results.push(result.value);
    }
    this.handles.push(handle);
    this.rows.push(row);
    this.attempts.push(attempt);
    this.bytes.push(bytes);
    this.holderOf.push(at);
  }

  erred(handle: number, error: unknown): void {
    let at = this.errorAt.get(error);
    if (at === undefined) this.errorAt.set(error, (at = this.errors.push(error) - 1));
    this.erredHandles.push(handle);
    this.errorOf.push(at);
  }

  lost(handle: number): void {
    this.lostHandles.push(handle);
  }

  /** In the order in which things come to be: lost before in memory again, within a turn. */
  take(): ToClient[] {
    const messages = [...this.first];
    if (this.lostHandles.length > 0) messages.push({ type: "lost", handles: Uint32Array.from(this.lostHandles) });
    if (this.handles.length > 0)
      messages.push({
        type: "inMemory",
        handles: Uint32Array.from(this.handles),
        rows: Uint32Array.from(this.rows),
        attempts: Float64Array.from(this.attempts),
        bytes: Float64Array.from(this.bytes),
        holders: this.holders,
        holderOf: Uint16Array.from(this.holderOf),
        resultOf: Uint32Array.from(this.resultOf),
        results: columnOf(this.results, encodeSmall),
      });
    if (this.erredHandles.length > 0)
      messages.push({
        type: "erred",
        handles: Uint32Array.from(this.erredHandles),
        errors: this.errors,
        errorOf: Uint32Array.from(this.errorOf),
      });
    return messages;
  }
}

/** A result that came along with a completion: a live value within a process, else an EncodedItem. */
export interface SentResult {
  readonly value: unknown;
}

const encodeSmall = (value: unknown): Uint8Array => flattenValue(encodeValue(value, { shareMemory: false }));
