import type { Annotations } from "../../runtime/graph/layer.ts";
import type { FunctionSpec } from "../../runtime/wire/function-spec.ts";
import { lowerArgs } from "./lower-args.ts";
import { type DelayedNode, hintsOf, nextNodeId } from "./node.ts";
import { pureKey, sharedNode } from "./pure-calls.ts";

/** How lazy calls are made. */
export interface DelayedOptions {
  /** The function gives the same for the same arguments: equal calls are one task; default false (values: true). */
  readonly pure?: boolean;
  /** The result is a list of this many items, so that it can be taken apart: `const [a, b] = lazy`. */
  readonly nout?: number;
  /** False looks for lazy values among the arguments only, not inside containers; default true. */
  readonly traverse?: boolean;
  /** Key of the task, or of a function's only call; whoever names tasks keeps the names apart. */
  readonly name?: string;
  /** Hints for the tasks: priority, retries, workers, resources. */
  readonly annotations?: Annotations;
}

/** A node for a call. */
export function callOf(fn: FunctionSpec, args: readonly unknown[], options: DelayedOptions): DelayedNode {
  if (options.pure !== true || options.name !== undefined) return newNode(fn, args, options, options.name);
  const key = pureKey(fn, args, options.nout);
  return sharedNode(key, () => newNode(fn, args, options, key));
}

function newNode(
  fn: FunctionSpec,
  values: readonly unknown[],
  options: DelayedOptions,
  key: string | undefined,
): DelayedNode {
  const { args, shape, inputs, own } = lowerArgs(values, options.traverse !== false);
  const annotations = hintsOf(options.annotations);
  return { id: nextNodeId(), fn, args, shape, inputs, own, key, annotations, place: undefined };
}
