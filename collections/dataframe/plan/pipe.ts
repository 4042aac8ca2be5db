import { type Arg, type Call, input, inputsFrom, literal, own } from "../../../runtime/graph/call.ts";
import type { AxisPick, BlockInput, BlockwiseLayer, Layer, TaskLayer } from "../../../runtime/graph/layer.ts";
import { tokenize } from "../../../runtime/graph/tokenize.ts";
import { kernel } from "../../../runtime/wire/function-spec.ts";
import { runPlan } from "../kernels/run-plan.ts";
import type { Field } from "../schema.ts";
import { moveInputs, type Step } from "./step.ts";

/**
 * Work on partitions that has not become a layer yet: one tree of steps for each of `count` partitions. Steps are added
 * for as long as each output partition needs one input partition, so a chain of them is one task a partition.
 */
export interface Pipe {
  readonly count: number;
  readonly step: Step;
  readonly inputs: readonly PipeInput[];
  /** What each partition reads; at most one source in a pipe has such values. */
  readonly own: readonly unknown[] | null;
}

export interface PipeInput {
  readonly layer: Layer;
  readonly pick: Pick;
}

export type Pick =
  | { readonly kind: "same" }
  | { readonly kind: "all" }
  | { readonly kind: "at"; readonly index: number }
  | { readonly kind: "group"; readonly size: number }
  /** For each output partition the positions it reads, as a list or as one. */
  | { readonly kind: "lists"; readonly lists: readonly (readonly number[])[] }
  | { readonly kind: "ones"; readonly ones: readonly number[] };

export const inputStep = (fields: readonly Field[], at = 0): Step => ({ op: "input", at, fields });

export const pipeOf = (
  layer: Layer,
  fields: readonly Field[],
  pick: Pick = { kind: "same" },
  count = countOf(layer),
): Pipe => ({
  count,
  step: inputStep(fields),
  inputs: [{ layer, pick }],
  own: null,
});

export const countOf = (layer: Layer): number => layer.grid[0] ?? 1;

export const withStep = (pipe: Pipe, build: (below: Step) => Step): Pipe => ({ ...pipe, step: build(pipe.step) });

/** Two pipes of equally many partitions as one. */
export function zipPipes(a: Pipe, b: Pipe, build: (a: Step, b: Step) => Step): Pipe {
  const [left, right] = a.own !== null && b.own !== null ? [a, held(b)] : [a, b];
  return {
    count: Math.max(left.count, right.count),
    step: build(left.step, moveInputs(right.step, left.inputs.length)),
    inputs: [...left.inputs, ...right.inputs],
    own: left.own ?? right.own,
  };
}

const held = (pipe: Pipe): Pipe => pipeOf(settle(pipe, "read"), pipe.step.fields);

/** Every partition of the outcome sees the whole of the pipe's one partition. */
export function broadcastPipe(pipe: Pipe, count: number): Pipe {
  return { ...pipeOf(settle(pipe, "broadcast"), pipe.step.fields, { kind: "at", index: 0 }), count };
}

/** Some of a pipe's partitions, in the order asked for. */
export function pickPipe(pipe: Pipe, partitions: readonly number[]): Pipe {
  return {
    count: partitions.length,
    step: pipe.step,
    inputs: pipe.inputs.map(({ layer, pick }) => ({ layer, pick: pickOf(pick, partitions) })),
    own: pipe.own === null ? null : partitions.map((at) => pipe.own?.[at]),
  };
}

function pickOf(pick: Pick, partitions: readonly number[]): Pick {
  switch (pick.kind) {
    case "same":
      return { kind: "ones", ones: partitions };
    case "ones":
      return { kind: "ones", ones: partitions.map((at) => pick.ones[at] as number) };
    case "lists":
      return { kind: "lists", lists: partitions.map((at) => pick.lists[at] as readonly number[]) };
    case "group":
      return {
        kind: "lists",
        lists: partitions.map((at) => Array.from({ length: pick.size }, (_, i) => at * pick.size + i)),
      };
    default:
      return pick;
  }
}

/** The layer whose tasks run the pipe: symbolic where its edges are regular, in columns where not. */
export function settle(pipe: Pipe, name: string): Layer {
  const [only] = pipe.inputs;
  if (
    pipe.step.op === "input" &&
    pipe.inputs.length === 1 &&
    only?.pick.kind === "same" &&
    countOf(only.layer) === pipe.count
  )
    return only.layer;
  const prefix = `${name}-${tokenize(
    pipe.step,
    pipe.count,
    pipe.own,
    pipe.inputs.map(({ layer, pick }) => [layer.name, pick]),
  )}`;
  const irregular = pipe.inputs.some(({ pick }) => pick.kind === "lists" || pick.kind === "ones");
  return irregular ? taskLayer(pipe, prefix) : blockwiseLayer(pipe, prefix);
}

export const RUN_PLAN = kernel("shoal:collections/dataframe/kernels/run-plan", "runPlan", runPlan);

function callOf(pipe: Pipe, args: readonly Arg[]): Call {
  return { fn: RUN_PLAN, args: [literal(pipe.step), pipe.own === null ? literal(null) : own(0), ...args] };
}

/** The call that stacks a list of tables. */
export const stackedCall = (fields: readonly Field[], tables: Arg = input(0)): Call => ({
  fn: RUN_PLAN,
  args: [literal(inputStep(fields)), literal(null), tables],
});

/** All partitions of several layers as one layer. */
export function gatherLayers(layers: readonly Layer[], name: string, fields: readonly Field[]): TaskLayer {
  const sources = layers.flatMap((layer, source) => new Array<number>(countOf(layer)).fill(source));
  const rows = layers.flatMap((layer) => Array.from({ length: countOf(layer) }, (_, at) => at));
  return {
    kind: "tasks",
    name,
    grid: [rows.length],
    calls: [stackedCall(fields)],
    sources: layers,
    inputOffsets: Uint32Array.from({ length: rows.length + 1 }, (_, at) => at),
    inputSource: Uint16Array.from(sources),
    inputIndex: Uint32Array.from(rows),
  };
}

function blockwiseLayer(pipe: Pipe, name: string): BlockwiseLayer {
  const inputs = pipe.inputs.map(
    ({ layer, pick }): BlockInput => ({ source: layer, axes: layer.grid.length === 0 ? [] : [axisPick(pick)] }),
  );
  return {
    kind: "blockwise",
    name,
    grid: [pipe.count],
    inputs,
    call: callOf(
      pipe,
      inputs.map((_, at) => input(at)),
    ),
    ...(pipe.own === null ? {} : { own: { kind: "live" as const, items: pipe.own } }),
  };
}

function axisPick(pick: Pick): AxisPick {
  switch (pick.kind) {
    case "all":
      return { kind: "all" };
    case "at":
      return { kind: "at", index: pick.index };
    case "group":
      return { kind: "group", axis: 0, size: pick.size };
    default:
      return { kind: "axis", axis: 0 };
  }
}

/** The positions an output reads of an input, and whether it gets them as a list. */
function positions({ layer, pick }: PipeInput, at: number): { list: boolean; rows: readonly number[] } {
  const count = countOf(layer);
  switch (pick.kind) {
    case "same":
      return { list: false, rows: [at] };
    case "at":
      return { list: false, rows: [pick.index] };
    case "ones":
      return { list: false, rows: [pick.ones[at] as number] };
    case "all":
      return { list: true, rows: Array.from({ length: count }, (_, i) => i) };
    case "group":
      return {
        list: true,
        rows: Array.from({ length: Math.min(pick.size, count - at * pick.size) }, (_, i) => at * pick.size + i),
      };
    case "lists":
      return { list: true, rows: pick.lists[at] as readonly number[] };
  }
}

function taskLayer(pipe: Pipe, name: string): TaskLayer {
  const calls: Call[] = [];
  const callAt = new Map<string, number>();
  const callOfTask = new Uint32Array(pipe.count);
  const offsets = new Uint32Array(pipe.count + 1);
  const sources: number[] = [];
  const rows: number[] = [];
  for (let i = 0; i < pipe.count; i++) {
    const args: Arg[] = [];
    let from = 0;
    pipe.inputs.forEach((one, source) => {
      const reads = positions(one, i);
      args.push(reads.list ? inputsFrom(from, reads.rows.length) : input(from));
      from += reads.rows.length;
      for (const row of reads.rows) {
        sources.push(source);
        rows.push(row);
      }
    });
    offsets[i + 1] = rows.length;
    const shape = JSON.stringify(args);
    if (!callAt.has(shape)) callAt.set(shape, calls.push(callOf(pipe, args)) - 1);
    callOfTask[i] = callAt.get(shape) as number;
  }
  return {
    kind: "tasks",
    name,
    grid: [pipe.count],
    calls,
    callOf: callOfTask,
    sources: pipe.inputs.map(({ layer }) => layer),
    inputOffsets: offsets,
    inputSource: Uint16Array.from(sources),
    inputIndex: Uint32Array.from(rows),
    ...(pipe.own === null ? {} : { own: { kind: "live" as const, items: pipe.own } }),
  };
}
