import { shown } from "../../runtime/base/known-options.ts";
import { scopedAnnotations, underAnnotations } from "../../runtime/graph/annotation-scope.ts";

/**
 * Tags work: all that is computed, submitted or made lazily while a function runs, and in what it awaits, counts under that name in
 * `client.getSpans()` and in the scheduler's figures. Spans within spans are told apart, and count for the outer ones too. Names are
 * texts without "/".
 * @returns what the function gives
 * @throws TypeError for a name that is none
 * @see https://distributed.dask.org/en/stable/spans.html
 * @example
 * const total = await span("etl", async () => {
 *   const clean = await span("clean", () => delayed((n: number) => Math.abs(n))(-3).compute());
 *   return clean + 1;
 * });
 */
export function span<T>(name: string, work: () => T): T {
  if (typeof name !== "string" || name === "" || name.includes("/"))
    throw new TypeError(`The name of a span is a text that is not empty and has no "/", not ${shown(name)}`);
  if (typeof work !== "function") throw new TypeError(`span() takes a name and a function, not ${shown(work)}`);
  const outer = scopedAnnotations()?.span;
  return underAnnotations({ span: outer === undefined ? name : `${outer}/${name}` }, work);
}
