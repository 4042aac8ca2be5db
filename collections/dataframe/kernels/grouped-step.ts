import { type PolarsFrame, type PolarsLazy, polars } from "../engine/polars.ts";
import { column } from "../expression/expression.ts";
import { TableChunk } from "../frame/table-chunk.ts";
import type { Step } from "../plan/step.ts";
import type { Field } from "../schema.ts";
import { groupRows, passedOn } from "./group-rows.ts";
import { type CodedKey, isSlotted, type SlotGroups, slotGroups } from "./slot-groups.ts";
import { textCodes } from "./text-codes.ts";

type GroupStep = Extract<Step, { op: "group" }>;

/** How the step below one is planned, over the task's inputs. */
export type PlanBelow = (of: Step, inputs: readonly unknown[]) => Promise<PolarsLazy>;

/** Groups by the quickest way there is for them: loops over lists of numbers, else the engine. */
export async function groupedStep(step: GroupStep, inputs: readonly unknown[], plan: PlanBelow): Promise<SlotGroups> {
  const byEngine = (table: PolarsLazy): Promise<SlotGroups> =>
    groupRows(table, step).then((made) => ({ table: made, isSorted: false }));
  if (!isSlotted(step)) return byEngine(await plan(step.of, inputs));
  const stacked = step.of.op === "input" ? inputs[step.of.at] : undefined;
  if (Array.isArray(stacked) && stacked.length > 1) {
    const made = await slotGroups(
      (stacked as TableChunk[]).map((one) => one.native),
      step,
    );
    return made ?? byEngine(await plan(step.of, inputs));
  }
  const over = await codedInput(step, inputs);
  const names = [...new Set([...step.keys, ...step.aggregations.flatMap(({ columns }) => columns)])];
  const coded = new Set(over.coded.map(({ key }) => key));
  const read = [...names.filter((name) => !coded.has(name)), ...new Set(over.coded.map(({ column: name }) => name))];
  const table = (await (await plan(over.of, over.inputs)).select(...read).collect()) as PolarsFrame;
  const passed = over.coded.length === 0 ? await passedOn(table, step) : undefined;
  if (passed !== undefined) return { table: passed, isSorted: false };
  return (await slotGroups([table], step, over.coded)) ?? byEngine(await plan(step.of, inputs));
}

interface CodedInput {
  readonly of: Step;
  readonly inputs: readonly unknown[];
  readonly coded: readonly CodedKey[];
}

/**
 * The step below with the codes of its text keys in place of the texts, where those are columns of a table that the task is given: its
 * codes are worked out once, and handed up through what is selected and filtered.
 */
async function codedInput(step: GroupStep, inputs: readonly unknown[]): Promise<CodedInput> {
  const dtypeOf = (name: string): string | undefined => step.of.fields.find((field) => field.name === name)?.dtype;
  let over: CodedInput = { of: step.of, inputs, coded: [] };
  for (const key of step.keys) {
    // A key that is aggregated too is read as it is.
    if (dtypeOf(key) !== "string" || step.aggregations.some(({ columns }) => columns.includes(key))) continue;
    const from = origin(step.of, key);
    const chunk = from === undefined ? undefined : over.inputs[from.at];
    if (from === undefined || !(chunk instanceof TableChunk)) continue;
    const codes = await textCodes(inputs[from.at] as TableChunk, from.name);
    if (codes === undefined) continue;
    const coded = [...over.coded, { key, column: codes.column.columns[0] as string, codes }];
    // Two keys may be one column.
    if (over.coded.some((one) => one.codes === codes)) {
      over = { ...over, coded };
      continue;
    }
    const [name] = codes.column.columns as [string];
    const sides = [chunk.native, codes.column];
    const beside = polars().concat(sides as never, { how: "horizontal" } as never) as unknown as PolarsFrame;
    over = {
      of: withColumn(over.of, { name, dtype: "uint32" }),
      inputs: over.inputs.map((one, at) => (at === from.at ? new TableChunk(beside) : one)),
      coded,
    };
  }
  return over;
}

/** The input and its column that a column of a step is, unchanged. */
function origin(step: Step, name: string): { readonly at: number; readonly name: string } | undefined {
  switch (step.op) {
    case "input":
      return { at: step.at, name };
    case "filter":
      return origin(step.of, name);
    case "extend":
    case "select": {
      const made = step.columns.find((one) => one.name === name)?.expr;
      if (made === undefined) return step.op === "extend" ? origin(step.of, name) : undefined;
      return made.kind === "column" ? origin(step.of, made.name) : undefined;
    }
    default:
      return undefined;
  }
}

/** The same steps, with one more column handed up from their input. */
function withColumn(step: Step, field: Field): Step {
  const fields = [...step.fields, field];
  switch (step.op) {
    case "filter":
    case "extend":
      return { ...step, of: withColumn(step.of, field), fields };
    case "select":
      return {
        ...step,
        of: withColumn(step.of, field),
        columns: [...step.columns, { name: field.name, expr: column(field.name) }],
        fields,
      };
    default:
      return { ...step, fields };
  }
}
