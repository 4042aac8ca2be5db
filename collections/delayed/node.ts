import { uniqueToken } from "../../runtime/base/random.ts";
import { scopedAnnotations } from "../../runtime/graph/annotation-scope.ts";
import type { Arg } from "../../runtime/graph/call.ts";
import type { Annotations, Layer } from "../../runtime/graph/layer.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import { type FunctionSpec, liveFunction } from "../../runtime/wire/function-spec.ts";
import type { Collection } from "../core/collection.ts";

/** One lazy call, before it has a place in a layer. */
export interface DelayedNode {
  /** Counts up, so inputs always come before what reads them. */
  readonly id: number;
  readonly fn: FunctionSpec;
  /** Arguments over `inputs` and `own`; nodes of one function and one shape make the same call. */
  readonly args: readonly Arg[];
  readonly shape: string;
  /** What is read, in the order of the arguments; a collection stands for all its blocks. */
  readonly inputs: readonly NodeInput[];
  readonly own: readonly unknown[];
  /** The key, if the user or `pure` chose it or somebody asked. */
  key: string | undefined;
  readonly annotations: Annotations | undefined;
  /** Which task it is, from the first time it is wanted on. */
  place: Place | undefined;
}

export type NodeInput = DelayedNode | Collection<unknown>;

/** Hints of a call's own over those of where it is made. */
export function hintsOf(own: Annotations | undefined): Annotations | undefined {
  const scoped = scopedAnnotations();
  return scoped === undefined ? own : { ...scoped, ...own };
}

export interface Place {
  readonly layer: Layer;
  readonly index: number;
}

let count = 0;
const session = tokenize(uniqueToken()).slice(0, 14);

export const nextNodeId = (): number => ++count;

/** A name that no other task has: for calls that may give another result each time. */
export const uniqueKey = (prefix: string): string => `${prefix}-${session}${(++count).toString(36).padStart(7, "0")}`;

/** A task that exists already: a block of another collection, or a result that is held. */
export function placedNode(place: Place): DelayedNode {
  return {
    id: nextNodeId(),
    fn: PLACED,
    args: [],
    shape: "",
    inputs: [],
    own: [],
    key: undefined,
    annotations: undefined,
    place,
  };
}

const PLACED: FunctionSpec = liveFunction(() => undefined, "placed");
