import { dirname } from "node:path";

/**
 * The engine's wrapper makes an object of some two hundred closures for every expression, which takes a hundred times as long as the
 * expression itself; a plan has dozens. Here an expression is an object with a prototype: the wrapper's methods are made once, over a
 * stand-in for the expression that is at work. Only a copy of the wrapper that is this module's own is changed.
 */
type Inner = Record<string, unknown>;
type Method = (...args: unknown[]) => unknown;
type MakeExpr = (inner: Inner) => object;

interface ExprModule {
  _Expr: MakeExpr;
}

interface FrameModule {
  _DataFrame: (inner: unknown) => object;
}

/** A copy of the wrapper of its own, with light expressions and plain frames. `need` resolves and loads as the caller's require does. */
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
  if (frames !== undefined) unveil(need.cache[frames]?.exports as FrameModule);
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

/**
 * The wrapper's frames answer every property by a column of that name first, so that a column called "height" hides how many rows
 * there are, and each access asks the engine for all names. Here a frame is the plain object behind that proxy.
 */
function unveil(module: FrameModule): void {
  const veiled = module._DataFrame;
  module._DataFrame = (inner) => behind(veiled(inner));
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
