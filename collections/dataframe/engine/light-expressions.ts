import { dirname } from "node:path";

/**
 * The engine's wrapper makes an object of some two hundred closures for every expression, plan and frame, which takes a hundred times as
 * long as the thing itself; a task has dozens. Here they are objects with a prototype: the wrapper's methods are made once, over a stand-in
 * for what is at work. Only a copy of the wrapper that is this module's own is changed.
 */
type Inner = Record<string, unknown>;
type Method = (...args: unknown[]) => unknown;
type MakeExpr = (inner: Inner) => object;

interface ExprModule {
  _Expr: MakeExpr;
}

/** A copy of the wrapper of its own, with light expressions, plans and frames. `need` resolves and loads as the caller's require does. */
export function loadLight<Module>(need: NodeJS.Require, name: string): Module {
  const folder = dirname(need.resolve(name));
  // The native part exists once in a process, whoever loads it.
  const shared = (path: string): boolean => /native-polars|polars_internal/.test(path) || path.endsWith(".node");
  const own = (): string[] => Object.keys(need.cache).filter((path) => path.startsWith(folder) && !shared(path));
  const others = own().map((path) => [path, need.cache[path]] as const);
  for (const [path] of others) delete need.cache[path];
  const loaded = need(name) as Module;
  const copies = own();
  const expressions = copies.find((path) => /lazy[\\/]expr[\\/]index\.js$/.test(path));
  if (expressions !== undefined) lighten(need.cache[expressions]?.exports as ExprModule);
  const frames = copies.find((path) => /bin[\\/]dataframe\.js$/.test(path));
  if (frames !== undefined) lightenMade(need.cache[frames]?.exports as Makers, "_DataFrame", "_df");
  const plans = copies.find((path) => /lazy[\\/]dataframe\.js$/.test(path));
  if (plans !== undefined) lightenMade(need.cache[plans]?.exports as Makers, "_LazyDataFrame", "_ldf");
  for (const path of copies) delete need.cache[path];
  for (const [path, module] of others) need.cache[path] = module;
  return loaded;
}

/** Makes the wrapper give light expressions; it calls its maker through its exports, so all of it does. */
function lighten(module: ExprModule): void {
  const heavy = module._Expr;
  let current: Inner = {};
  const standIn = new Proxy({} as Inner, {
    get: (_, name) => {
      const value = current[name as string];
      return typeof value === "function" ? (value as Method).bind(current) : value;
    },
  });
  /** A method of the wrapper's that finds this expression where it looks for its own. */
  const over = (method: Method): Method =>
    function (this: { readonly _expr: Inner }, ...args: unknown[]): unknown {
      const before = current;
      current = this._expr;
      try {
        return method(...args);
      } finally {
        current = before;
      }
    };
  const prototypeOf = (template: object): object => {
    const prototype: object = {};
    for (const key of Reflect.ownKeys(template)) {
      const { value, get } = Object.getOwnPropertyDescriptor(template, key) as PropertyDescriptor;
      if (key === "_expr" || key === "inner") continue;
      if (get === undefined) {
        Object.defineProperty(prototype, key, { value: typeof value === "function" ? over(value as Method) : value });
        continue;
      }
      // str, date, lst, struct: methods of their own over the same expression.
      const methods = prototypeOf(get.call(template) as object);
      Object.defineProperty(prototype, key, {
        get(this: { readonly _expr: Inner }) {
          return Object.assign(Object.create(methods) as object, { _expr: this._expr });
        },
      });
    }
    return prototype;
  };
  const prototype = prototypeOf(heavy(standIn));
  Object.defineProperty(prototype, "inner", {
    value(this: { readonly _expr: Inner }) {
      return this._expr;
    },
  });
  module._Expr = Object.assign((inner: Inner): object => {
    const made = Object.create(prototype) as { _expr: Inner };
    made._expr = inner;
    return made;
  }, heavy);
}

type Made = Record<string, object>;
type Makers = Record<string, (inner: Inner) => object>;

/**
 * Makes a maker of the wrapper's give light objects, whose native part is at `key`. Frames of the wrapper's answer every property by a column
 * of that name first, so that a column called "height" hides how many rows there are, and each access asks the engine for all names: here
 * they are plain.
 */
function lightenMade(module: Makers, name: string, key: string): void {
  const heavy = module[name] as (inner: Inner) => object;
  let current: Inner = {};
  const standIn = new Proxy({} as Inner, {
    get: (_, wanted) => {
      const value = current[wanted as string];
      return typeof value === "function" ? (value as Method).bind(current) : value;
    },
    set: (_, wanted, value) => Reflect.set(current, wanted, value),
  });
  const over = (method: Method): Method =>
    function (this: Made, ...args: unknown[]): unknown {
      const before = current;
      current = this[key] as Inner;
      try {
        const outcome = method.apply(this, args);
        return outcome === standIn ? this[key] : outcome;
      } finally {
        current = before;
      }
    };
  const made = heavy(standIn);
  const template = key === "_df" ? behind(made) : made;
  const prototype: object = {};
  for (const own of Reflect.ownKeys(template)) {
    if (own === key) continue;
    const { value, get, set } = Object.getOwnPropertyDescriptor(template, own) as PropertyDescriptor;
    if (get !== undefined || set !== undefined)
      Object.defineProperty(prototype, own, {
        ...(get === undefined ? {} : { get: over(get as Method) as () => unknown }),
        ...(set === undefined ? {} : { set: over(set as Method) as (value: unknown) => void }),
      });
    else Object.defineProperty(prototype, own, { value: typeof value === "function" ? over(value as Method) : value });
  }
  module[name] = Object.assign((inner: Inner): object => {
    const light = Object.create(prototype) as Made;
    light[key] = inner === standIn ? current : inner;
    return light;
  }, heavy);
}

/** What the proxy stands before: it passes definitions on to it, and its setters run with it as `this`. */
function behind(proxy: object): object {
  let found = proxy;
  const key = Symbol("self");
  Object.defineProperty(proxy, key, {
    configurable: true,
    set(this: object) {
      found = this;
    },
  });
  (proxy as { [key]: unknown })[key] = true;
  delete (found as { [key]?: unknown })[key];
  return found;
}
