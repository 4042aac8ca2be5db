import type { ComputeOptions } from "../../runtime/graph/executor.ts";
import type { TableChunk } from "./frame/table-chunk.ts";
import { type ValueOptions, valuesOf } from "./frame/values.ts";
import { type Operand, operate } from "./operand.ts";
import type { View } from "./plan/view.ts";
import { blocksOf, stackChunks, Table } from "./table.ts";

/**
 * One lazy value: what reducing a Series gives. It can be computed, and used in expressions as it is.
 * @example
 * const mean = flights.get("delay").mean();
 * const above = flights.get("delay").sub(mean);   // computed together
 * await mean.compute();
 */
export class Scalar<T = unknown> extends Table<T> {
  protected over(view: View): this {
    return new Scalar<T>(view) as this;
  }

  /**
   * Computes it.
   * @param options how it is run; `int64: "bigint"` gives a bigint for an integer of 64 bits
   * @throws RangeError for an integer beyond 2^53 unless bigints are asked for
   */
  override async compute(options: ComputeOptions & ValueOptions = {}): Promise<T> {
    const { int64, ...run } = options;
    return this.finish(await blocksOf(this, run), int64 === undefined ? {} : { int64 });
  }

  finish(blocks: readonly unknown[], options?: ValueOptions): T {
    const chunk: TableChunk = stackChunks(blocks, this.node);
    const [field] = this.meta.columns;
    const name = field?.name as string;
    return valuesOf(chunk.native.getColumn(name), field?.dtype ?? "object", options, "compute")[0] as T;
  }

  add(other: Operand): Scalar<number> {
    return this.operate("add", other);
  }

  sub(other: Operand): Scalar<number> {
    return this.operate("sub", other);
  }

  mul(other: Operand): Scalar<number> {
    return this.operate("mul", other);
  }

  div(other: Operand): Scalar<number> {
    return this.operate("div", other);
  }

  private operate<R>(op: string, other: Operand): Scalar<R> {
    return new Scalar<R>(operate(this.view, op, other, false));
  }
}
