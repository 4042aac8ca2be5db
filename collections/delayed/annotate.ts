import { underAnnotations } from "../../runtime/graph/annotation-scope.ts";
import { checkAnnotations } from "../../runtime/graph/check-annotations.ts";
import type { Annotations } from "../../runtime/graph/layer.ts";
import { type Collection, isCollection } from "../core/collection.ts";
import type { CloneOptions } from "../core/graph-manipulation.ts";
import { annotate as hinted } from "../core/graph-manipulation.ts";
import { childrenOf, mapChildren } from "../core/unpack.ts";
import { isDelayed } from "./delayed.ts";

/**
 * Gives work hints. Of a collection: all that it does, but what `omit` names. Of a function: the lazy calls and futures that
 * are made while it runs, and all that other collections do which it gives back; scopes within scopes add up.
 * @throws TypeError | RangeError for hints that are unknown or mean nothing
 * @see https://docs.dask.org/en/stable/api.html#dask.annotate
 * @example
 * const urgent = annotate(total, { priority: 10, retries: 2 });
 * const scores = annotate({ priority: 10 }, () => data.map((user) => client.submit(Math.sqrt, user)));
 */
export function annotate<C extends Collection<unknown>>(
  collection: C,
  annotations: Annotations,
  options?: Pick<CloneOptions, "omit">,
): C;
export function annotate<T>(annotations: Annotations, build: () => T): T;
export function annotate(first: unknown, second: unknown, options?: Pick<CloneOptions, "omit">): unknown {
  if (isCollection(first)) {
    checkAnnotations(second, "annotate()");
    return hinted(first, second, options);
  }
  if (typeof second !== "function")
    throw new TypeError("annotate() takes a collection and its hints, or hints and a function that makes work");
  checkAnnotations(first, "annotate()");
  return annotated(
    underAnnotations(first, () => (second as () => unknown)()),
    first,
  );
}

/** Lazy values have their hints from when they were made; others get them now, in containers too. */
function annotated(value: unknown, annotations: Annotations): unknown {
  if (value instanceof Promise) return value.then((one: unknown) => annotated(one, annotations));
  if (isCollection(value))
    return isDelayed(value) || value.wants().layer.kind === "held" ? value : hinted(value, annotations);
  return childrenOf(value) === null ? value : mapChildren(value, (child) => annotated(child, annotations));
}
