import type { Values } from "../../runtime/graph/layer.ts";
import { type ComputeBatch, LOCAL } from "../../runtime/protocol/scheduler-worker.ts";
import { joinEncoded } from "../../runtime/protocol/value-column.ts";
import type { WireLayer } from "../../runtime/protocol/wire-layer.ts";

/** Tasks of one layer on their way to one worker, collected during a turn. */
export class ComputeBuilder {
  private readonly layerId: number;
  private readonly layer: WireLayer;
  private readonly rows: number[] = [];
  private readonly attempts: number[] = [];
  private readonly indices: number[] = [];
  private readonly priorities: number[] = [];
  private readonly wanted: number[] = [];
  private readonly callOf: number[] = [];
  private readonly inputOffsets: number[] = [0];
  private readonly inputs: number[] = [];
  private readonly inputAttempts: number[] = [];
  private readonly inputHolders: number[] = [];
  private readonly ownOffsets: number[] = [];
  private readonly own: ValueCollector | undefined;

  constructor(layerId: number, layer: WireLayer) {
    this.layerId = layerId;
    this.layer = layer;
    const column = layer.kind === "data" ? layer.values : layer.kind === "held" ? undefined : layer.own;
    if (column !== undefined) {
      this.own = new ValueCollector(column);
      this.ownOffsets.push(0);
    }
  }

  /** Of its tasks; attempts only grow. */
  get leastAttempt(): number {
    return this.attempts[0] ?? Number.POSITIVE_INFINITY;
  }

  /** Starts a task; its inputs follow by {@link addInput}. */
  addTask(row: number, attempt: number, index: number, priority: number, wanted: boolean): void {
    const { layer } = this;
    this.rows.push(row);
    this.attempts.push(attempt);
    this.indices.push(index);
    this.priorities.push(priority);
    this.wanted.push(wanted ? 1 : 0);
    if (layer.kind === "tasks" && layer.callOf !== undefined) this.callOf.push(layer.callOf[index] as number);
    this.inputOffsets.push(this.inputs.length);
    if (this.own === undefined) return;
    const offsets = layer.kind === "tasks" ? layer.ownOffsets : undefined;
    if (offsets === undefined) this.own.take(index, index + 1);
    else this.own.take(offsets[index] as number, offsets[index + 1] as number);
    this.ownOffsets.push(this.own.count);
  }

  /** @param holder position among the message's holders, or LOCAL */
  addInput(row: number, attempt: number, holder: number = LOCAL): void {
    this.inputs.push(row);
    this.inputAttempts.push(attempt);
    this.inputHolders.push(holder);
    this.inputOffsets[this.inputOffsets.length - 1] = this.inputs.length;
  }

  build(): ComputeBatch {
    return {
      layer: this.layerId,
      rows: new Uint32Array(this.rows),
      attempts: new Float64Array(this.attempts),
      indices: new Uint32Array(this.indices),
      priorities: new Float64Array(this.priorities),
      wanted: new Uint8Array(this.wanted),
      callOf: new Uint32Array(this.callOf),
      inputOffsets: new Uint32Array(this.inputOffsets),
      inputs: new Uint32Array(this.inputs),
      inputAttempts: new Float64Array(this.inputAttempts),
      inputHolders: new Uint16Array(this.inputHolders),
      ownOffsets: new Uint32Array(this.ownOffsets),
      own: this.own?.build() ?? NO_VALUES,
    };
  }
}

const NO_VALUES: Values = { kind: "numbers", data: new Float64Array(0) };

/** Cuts values out of a column, unread, and joins them to a new one of the same kind. */
class ValueCollector {
  count = 0;
  private readonly source: Values;
  private readonly picked: unknown[] = [];

  constructor(source: Values) {
    this.source = source;
  }

  take(from: number, to: number): void {
    const { source } = this;
    this.count += to - from;
    for (let i = from; i < to; i++) {
      if (source.kind === "numbers") this.picked.push(source.data[i]);
      else if (source.kind === "live") this.picked.push(source.items[i]);
      else this.picked.push(source.bytes.subarray(source.offsets[i], source.offsets[i + 1]));
    }
  }

  build(): Values {
    if (this.source.kind === "numbers") return { kind: "numbers", data: Float64Array.from(this.picked as number[]) };
    if (this.source.kind === "live") return { kind: "live", items: this.picked };
    return joinEncoded(this.picked as Uint8Array[]);
  }
}
