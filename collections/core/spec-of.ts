import { type AnyFunction, type LiveFunction, liveFunction } from "../../runtime/wire/function-spec.ts";

const specs = new WeakMap<AnyFunction, LiveFunction>();

/** One spec for one function, so that its calls are seen to be of one kind. */
export function specOf(fn: AnyFunction): LiveFunction {
  let spec = specs.get(fn);
  if (spec === undefined) specs.set(fn, (spec = liveFunction(fn)));
  return spec;
}
