import { isInteger } from "../dtype.ts";
import { plainColumn } from "../engine/plain-column.ts";
import type { PolarsFrame } from "../engine/polars.ts";
import type { Aggregation, Step } from "../plan/step.ts";
import type { Field } from "../schema.ts";
import { type NumberColumn, numberColumn } from "./number-column.ts";
import { type PlacedRows, SLOT_STATES, type SlotState } from "./slot-states.ts";
import { SlotSums } from "./slot-sums.ts";

type GroupStep = Extract<Step, { op: "group" }>;

const ADDED: ReadonlySet<string> = new Set(["size", "sum"]);

/** Whether an aggregation can be kept here. */
export const isBooked = (primitive: string): boolean => ADDED.has(primitive) || SLOT_STATES[primitive] !== undefined;

/** What is aggregated of each slot, while the parts of a table go by. */
export class GroupBooks {
  private readonly step: GroupStep;
  private readonly sums: SlotSums;
  private readonly isAlone: boolean;
  /** Columns that are summed, in the order of their sums. */
  private readonly summed: readonly string[];
  private readonly states: readonly (SlotState | undefined)[];

  /** @param isAlone whether there is one part */
  constructor(step: GroupStep, slots: number, isAlone: boolean) {
    const { aggregations } = step;
    this.step = step;
    this.isAlone = isAlone;
    this.summed = [
      ...new Set(aggregations.flatMap(({ primitive, columns }) => (primitive === "sum" ? columns.slice(0, 1) : []))),
    ];
    this.sums = new SlotSums(
      slots,
      this.summed.map((name) => this.isWhole(name)),
    );
    this.states = aggregations.map((one) =>
      SLOT_STATES[one.primitive]?.(slots, this.isWhole(one.columns[0] as string)),
    );
  }

  /** False where something would not be exact. */
  async add(part: PolarsFrame, slots: Uint32Array): Promise<boolean> {
    const read = await this.read(part);
    if (read === undefined) return false;
    const columns = this.summed.map((name) => read.get(name) as NumberColumn);
    if (!this.sums.add(slots, columns)) return false;
    const rows: PlacedRows = { slots, summed: (column) => this.sumsOf(columns.indexOf(column), column) };
    return this.states.every((state, at) => {
      if (state === undefined) return true;
      const { columns: names } = this.step.aggregations[at] as Aggregation;
      return state.add(
        rows,
        names.map((name) => read.get(name)).filter((one) => one !== undefined),
      );
    });
  }

  /** Rows of each slot. */
  counts(): Float64Array {
    return this.sums.counts();
  }

  /** For each aggregation a number a slot; NaN where it has no outcome. */
  outcomes(): Float64Array[] {
    return this.step.aggregations.map(({ primitive, columns }, at) => {
      const { values } = this.states[at] ?? {};
      if (primitive === "sum") return this.sums.sums(this.summed.indexOf(columns[0] as string));
      if (primitive === "size") return this.sums.counts();
      return primitive === "count" ? known(this.sums.counts(), values as Float64Array) : (values as Float64Array);
    });
  }

  private isWhole(name: string): boolean {
    const dtype = this.fieldOf(name)?.dtype;
    return dtype !== undefined && (isInteger(dtype) || dtype === "bool");
  }

  private fieldOf(name: string): Field | undefined {
    return this.step.of.fields.find((field) => field.name === name);
  }

  /** The columns that are looked at; of those that are only counted, those with gaps. */
  private async read(part: PolarsFrame): Promise<Map<string, NumberColumn> | undefined> {
    const read = new Map<string, NumberColumn>();
    for (const { primitive, columns } of this.step.aggregations)
      for (const name of columns) {
        if (read.has(name) || (primitive === "count" && plainColumn(part, name).nullCount() === 0)) continue;
        const column = await numberColumn(part, name, (this.fieldOf(name) as Field).dtype);
        if (column === undefined) return undefined;
        read.set(name, column);
      }
    return read;
  }

  private sumsOf(
    at: number,
    { hasGaps }: NumberColumn,
  ): { readonly counts: Float64Array; readonly sums: Float64Array } | undefined {
    if (!this.isAlone || hasGaps || at < 0) return undefined;
    return { counts: this.sums.counts(), sums: this.sums.sums(at) };
  }
}

function known(rows: Float64Array, missing: Float64Array): Float64Array {
  for (let slot = 0; slot < rows.length; slot++) (rows[slot] as number) -= missing[slot] as number;
  return rows;
}
