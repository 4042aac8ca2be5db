// biome-ignore lint/suspicious/noExplicitAny: any function may become a task; its types are checked where it is handed over.
export type AnyFunction = (...args: any[]) => any;

/**
 * A function as work knows it. Built-in kernels and user modules travel by name, closures as source with their
 * captured values; a live function has not left its process yet and is made portable when it must.
 */
export type FunctionSpec = NamedFunction | SourceFunction | LiveFunction;

/** Module and export: a few bytes on the wire. `module` is "shoal:<path in the package>" or a file URL. */
export interface NamedFunction {
  readonly kind: "named";
  /** For people: the prefix of task keys. */
  readonly name: string;
  readonly module: string;
  readonly exportName: string;
  /** The function itself where it is already loaded; never sent. */
  readonly live?: AnyFunction;
}

/** Source text and captured values, known by the hash of both; the body is sent once per worker. */
export interface SourceFunction {
  readonly kind: "source";
  readonly name: string;
  readonly hash: string;
  /** An expression that evaluates to the function when its captures are in scope. */
  readonly source: string;
  /** Captured values; functions among them are specs of their own. */
  readonly captures: Readonly<Record<string, Captured>>;
  readonly live?: AnyFunction;
}

export type Captured =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "function"; readonly spec: FunctionSpec };

/** A function of this process that has not been asked to travel. */
export interface LiveFunction {
  readonly kind: "live";
  readonly name: string;
  readonly live: AnyFunction;
}

/**
 * Names a built-in kernel: `kernel("shoal:collections/array/kernels/reduce", "sum", sum)`.
 * @param module "shoal:" and the module's path in the package, without ending
 */
export function kernel(module: string, exportName: string, live: AnyFunction): NamedFunction {
  return { kind: "named", name: exportName, module, exportName, live };
}

/** A function of the user's, as it is. */
export function liveFunction(live: AnyFunction, name?: string): LiveFunction {
  return { kind: "live", name: name ?? (live.name === "" ? "lambda" : live.name), live };
}
