import type { AnyFunction, FunctionSpec } from "../wire/function-spec.ts";
import { type Arg, type AxisPlace, type BlockLocation, type Call, chunkAt, placeAt } from "./call.ts";
import { blockIndex } from "./key.ts";
import { type BlockInput, type BlockwiseLayer, type Layer, type TaskLayer, valueAt } from "./layer.ts";
import { pickCount } from "./task-table.ts";

/** Gives the function of a spec; all functions of a layer are resolved before its first task runs. */
export type ResolveFunction = (spec: FunctionSpec) => AnyFunction;

/** Runs what goes on after an asynchronous part. */
export type Resume = <T>(run: () => T) => T;

/** What one task's call may draw on. */
export interface CallScope {
  /** Inputs as `input(at)` counts them: chunks, or lists of chunks. */
  readonly inputs: readonly unknown[];
  readonly own: readonly unknown[];
  /** Block index, for `location`. */
  readonly index: readonly number[];
  readonly resolve: ResolveFunction;
  /** Asked before an asynchronous part: gives what the rest is run by, such as within the scope of its task. */
  readonly capture?: () => Resume;
}

/** Runs a task's call: its result, or a promise of it where a function on the way is asynchronous. */
export function runCall(call: Call, scope: CallScope): unknown {
  return finished(call, scope, unfinished(call, scope));
}

function unfinished(call: Call, scope: CallScope): unknown {
  const fn = scope.resolve(call.fn);
  if (call.lets === undefined) return applyCall(fn, call, scope, []);
  const lets: unknown[] = [];
  let waits = false;
  for (const one of call.lets) {
    const value: unknown = waits
      ? later(Promise.all(lets), scope, (known) => runLet(one, scope, known))
      : runLet(one, scope, lets);
    waits ||= value instanceof Promise;
    lets.push(value);
  }
  return waits
    ? later(Promise.all(lets), scope, (known) => applyCall(fn, call, scope, known))
    : applyCall(fn, call, scope, lets);
}

const runLet = (call: Call, scope: CallScope, lets: readonly unknown[]): unknown =>
  finished(call, scope, applyCall(scope.resolve(call.fn), call, scope, lets), "let");

function finished(call: Call, scope: CallScope, value: unknown, as: "chunk" | "let" = "chunk"): unknown {
  if (call.finish === undefined) return value;
  const finish = scope.resolve(call.finish);
  return value instanceof Promise ? later(value, scope, (known: unknown) => finish(known, as)) : finish(value, as);
}

function applyCall(fn: AnyFunction, call: Call, scope: CallScope, lets: readonly unknown[]): unknown {
  const n = call.args.length;
  const args = new Array<unknown>(n);
  let waits = false;
  for (let i = 0; i < n; i++) {
    const arg = call.args[i] as Arg;
    args[i] = argValue(arg, scope, lets);
    // Only a nested call can be asynchronous; a promise among a user's own values stays a value.
    if (arg.kind !== "input" && args[i] instanceof Promise) waits = true;
  }
  return waits ? later(Promise.all(args), scope, (known) => fn(...known)) : fn(...args);
}

function later<T>(waiting: Promise<T>, { capture }: CallScope, go: (known: T) => unknown): Promise<unknown> {
  const resume = capture?.();
  return waiting.then(resume === undefined ? go : (known) => resume(() => go(known)));
}

function argValue(arg: Arg, scope: CallScope, lets: readonly unknown[]): unknown {
  switch (arg.kind) {
    case "input":
      return scope.inputs[arg.at];
    case "inputs":
      return scope.inputs.slice(arg.from, arg.count < 0 ? undefined : arg.from + arg.count);
    case "own":
      return scope.own[arg.at];
    case "literal":
      return arg.value;
    case "function":
      return scope.resolve(arg.spec);
    case "location":
      return locationOf(arg.chunks, arg.places === undefined ? scope.index : placed(arg.places, scope.index));
    case "list":
      return gathered(
        arg.items.map((item) => argValue(item, scope, lets)),
        (items) => items,
      );
    case "record":
      return gathered(
        arg.items.map((item) => argValue(item, scope, lets)),
        (items) => Object.fromEntries(arg.names.map((name, i) => [name, items[i]])),
      );
    case "call":
      return arg.call.lets === undefined
        ? applyCall(scope.resolve(arg.call.fn), arg.call, scope, lets)
        : unfinished(arg.call, scope);
    case "let":
      return lets[arg.at];
  }
}

function gathered(items: unknown[], build: (items: unknown[]) => unknown): unknown {
  return items.some((item) => item instanceof Promise) ? Promise.all(items).then(build) : build(items);
}

const placed = (places: readonly AxisPlace[], index: readonly number[]): number[] =>
  places.map((one) => placeAt(one, index));

function locationOf(
  chunks: readonly (readonly (readonly [number, number])[])[],
  index: readonly number[],
): BlockLocation {
  const parts = chunks.map((runs, axis) => chunkAt(runs, index[axis] as number));
  return { index, shape: parts.map((part) => part.size), start: parts.map((part) => part.start) };
}

/**
 * Runs the at-th task of a layer.
 * @param flatInputs the chunks it reads, in the order of the task table
 * @param decode reads one encoded own value
 */
export function runTask(
  layer: BlockwiseLayer | TaskLayer,
  at: number,
  flatInputs: readonly unknown[],
  resolve: ResolveFunction,
  decode?: (bytes: Uint8Array) => unknown,
): unknown {
  const index = blockIndex(layer.grid, at);
  if (layer.kind === "tasks")
    return runCall(callOfTask(layer, at), { inputs: flatInputs, own: ownValues(layer, at, decode), index, resolve });
  const own = layer.own === undefined ? [] : [valueAt(layer.own, at, decode)];
  return runCall(layer.call, { inputs: groupInputs(layer.inputs, index, flatInputs), own, index, resolve });
}

/** The call that the at-th task of a layer makes. */
export const callOfTask = (layer: TaskLayer, at: number): Call =>
  layer.calls[layer.callOf === undefined ? 0 : (layer.callOf[at] as number)] as Call;

/** The at-th task's own values. */
export function ownValues(layer: TaskLayer, at: number, decode?: (bytes: Uint8Array) => unknown): unknown[] {
  if (layer.own === undefined) return [];
  const [from, to] = layer.ownOffsets === undefined ? [at, at + 1] : [layer.ownOffsets[at], layer.ownOffsets[at + 1]];
  const values: unknown[] = [];
  for (let i = from as number; i < (to as number); i++) values.push(valueAt(layer.own, i, decode));
  return values;
}

/** Folds flat chunks into the inputs a blockwise call counts: one chunk each, or a list where a pick takes several. */
export function groupInputs(
  picks: readonly BlockInput[],
  index: readonly number[],
  flat: readonly unknown[],
): unknown[] {
  const groups: unknown[] = [];
  let at = 0;
  for (const pick of picks) {
    const count = pickCount(pick, index);
    if (count === null) groups.push(flat[at++]);
    else {
      groups.push(flat.slice(at, at + count));
      at += count;
    }
  }
  return groups;
}

/** Every function a layer's tasks call or are handed, nested calls included. */
export function functionsOf(layer: Layer): FunctionSpec[] {
  const found: FunctionSpec[] = [];
  const visitArg = (arg: Arg): void => {
    if (arg.kind === "call") visit(arg.call);
    else if (arg.kind === "function") found.push(arg.spec);
    else if (arg.kind === "list" || arg.kind === "record") arg.items.forEach(visitArg);
  };
  const visit = (call: Call): void => {
    found.push(call.fn);
    if (call.finish !== undefined) found.push(call.finish);
    call.args.forEach(visitArg);
    call.lets?.forEach(visit);
  };
  if (layer.kind === "blockwise") visit(layer.call);
  if (layer.kind === "tasks") layer.calls.forEach(visit);
  return found;
}
