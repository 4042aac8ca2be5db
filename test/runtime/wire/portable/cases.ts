import * as os from "node:os";
import path, { join } from "node:path";
import { performance } from "node:perf_hooks";
import { task } from "../../../../runtime/wire/function-task.ts";
import * as imported from "./imported.ts";
import { Counter, chosen, factor, helper, moved } from "./imported.ts";

/** A function, its arguments, and what comes of it: a value, or the problem for which it stays. */
export type PortableCase = readonly [
  label: string,
  fn: () => (...args: any[]) => unknown,
  args: unknown[],
  outcome: { value: unknown } | { problem: string },
];
const gives = (value: unknown): { value: unknown } => ({ value });
const stays = (problem: string): { problem: string } => ({ problem });

const moduleConst = 11;
let moduleLet = { a: [1, 2] };
moduleLet = { a: [1, 2, 3] };
const moduleFunction = (x: number): number => x + moduleConst;
class Base {
  v = 3;
  m(): number {
    return this.v;
  }
}
class Derived extends Base {
  static made = 0;
  override m(): number {
    return super.m() * 2;
  }
}
class Hidden {
  #x = 1;
  read = (): number => this.#x;
  static from(): number {
    return new Hidden().#x;
  }
}
class Unregistered {
  n = 1;
}
const instance = new Unregistered();
const shout = (text: string): string => text.toUpperCase();
const table = { add: (a: number, b: number): number => a + b, k: 5, inner: { twice: (x: number): number => 2 * x } };
const recursive = { fact: (n: number): number => (n < 2 ? 1 : n * recursive.fact(n - 1)) };
const big = new Float64Array(1000).fill(1);
const lookup = new Map([["a", new Set([1, 2])]]);
const list = [moduleFunction, (x: number): number => x * 2];
function even(n: number): boolean {
  return n === 0 || odd(n - 1);
}
function odd(n: number): boolean {
  return n !== 0 && even(n - 1);
}
function outer(this: unknown): () => unknown {
  return () => this;
}
function takes(..._args: unknown[]): () => unknown {
  // biome-ignore lint/complexity/noArguments: the case is about it
  return () => arguments.length;
}
declare const notDefinedAnywhere: unknown;
const key = "computed name";

const working: readonly PortableCase[] = [
  ["pure arrow", () => (x: number) => x * 2, [4], gives(8)],
  ["closure over a local", () => closed(5), [4], gives(1020)],
  ["closure over a loop's let", () => [1, 2, 3].map((i) => () => i * 10)[2] as () => number, [], gives(30)],
  ["module const and let", () => (x: number) => x + moduleConst + moduleLet.a.length, [1], gives(15)],
  ["module function", () => (x: number) => moduleFunction(x), [1], gives(12)],
  ["module function itself", () => moduleFunction, [1], gives(12)],
  ["named import", () => (x: number) => helper(x) + factor, [2], gives(21)],
  ["renamed export", () => (x: number) => moved(x), [2], gives(102)],
  ["namespace import", () => (x: number) => imported.helper(x) + imported.factor, [2], gives(21)],
  ["another import", () => () => chosen(), [], gives("default")],
  ["imported function itself", () => helper, [2], gives(14)],
  ["imported class", () => () => new Counter().up().up().count, [], gives(2)],
  ["node import", () => (a: string) => join(a, "x"), ["r"], gives("r/x")],
  ["node default import", () => (a: string) => path.basename(a), ["r/x"], gives("x")],
  ["node namespace import", () => () => typeof os.EOL + typeof os.cpus().length, [], gives("stringnumber")],
  ["import that hides a global", () => () => typeof performance.now(), [], gives("number")],
  ["nested named functions", () => nested, [1], gives(2)],
  ["recursion by const name", () => factorial(), [5], gives(120)],
  ["recursion of a declaration", () => fibonacci, [10], gives(55)],
  ["mutual recursion", () => even, [10], gives(true)],
  ["recursion through an object", () => recursive.fact, [5], gives(120)],
  ["recursion through an object, from outside", () => (n: number) => recursive.fact(n), [5], gives(120)],
  [
    "class inside",
    () => () =>
      new (class A {
        v = 4;
        get(): number {
          return this.v;
        }
      })().get(),
    [],
    gives(4),
  ],
  ["class outside", () => () => new Base().m(), [], gives(3)],
  ["class with a parent and super", () => () => new Derived().m(), [], gives(6)],
  ["class with private names", () => () => new Hidden().read() + Hidden.from(), [], gives(2)],
  [
    "async",
    () => async (x: number) => {
      await null;
      return x;
    },
    [1],
    gives(1),
  ],
  [
    "generator",
    () =>
      function* (n: number) {
        for (let i = 0; i < n; i++) yield i;
      },
    [3],
    gives([0, 1, 2]),
  ],
  [
    "async generator",
    () =>
      async function* () {
        yield 1;
        yield 2;
      },
    [],
    gives([1, 2]),
  ],
  [
    "method shorthand",
    () =>
      ({
        m(x: number) {
          return x + moduleConst;
        },
      }).m,
    [1],
    gives(12),
  ],
  [
    "async method",
    () =>
      ({
        async m(x: number) {
          return x + moduleConst;
        },
      }).m,
    [1],
    gives(12),
  ],
  [
    "computed method",
    () =>
      ({
        [key](x: number) {
          return x;
        },
      })[key] as (x: number) => number,
    [1],
    gives(1),
  ],
  [
    "static method",
    () =>
      // biome-ignore lint/complexity/noStaticOnlyClass: the case is about it
      class {
        static s(x: number) {
          return x + 1;
        }
      }.s,
    [1],
    gives(2),
  ],
  ["destructuring and defaults", () => destructures, [{ z: 1 }], gives(4)],
  ["typeof of nothing", () => () => typeof notDefinedAnywhere, [], gives("undefined")],
  [
    "a name that may be missing, behind its guard",
    // @ts-expect-error: nobody declares it
    () => () => (typeof mayBeMissing === "undefined" ? "missing" : mayBeMissing),
    [],
    gives("missing"),
  ],
  [
    "using and await using",
    () => async () => {
      const log: string[] = [];
      {
        await using later = { [Symbol.asyncDispose]: async () => void log.push("closed later") };
        using now = { [Symbol.dispose]: () => void log.push("closed") };
        log.push(typeof later + typeof now);
      }
      return log;
    },
    [],
    gives(["objectobject", "closed", "closed later"]),
  ],
  ["globals", () => () => Buffer.from("x").length + Math.max(1, 2), [], gives(3)],
  ["dynamic import of node", () => async () => typeof (await import("node:os")).cpus, [], gives("function")],
  ["dynamic import of a package", () => async () => typeof (await import("acorn")).parse, [], gives("function")],
  ["template and regexp", () => (x: string) => `${x}${String.raw`\n`}`.replace(/n/g, "m"), ["a"], gives("a\\m")],
  ["enum-like object", () => () => Color.R, [], gives(2)],
  ["object of functions", () => (x: number) => table.add(x, table.k) + table.inner.twice(x), [1], gives(8)],
  ["array of functions", () => (x: number) => list.map((f) => f(x)), [1], gives([12, 2])],
  ["big captured data", () => () => big.reduce((a, b) => a + b), [], gives(1000)],
  ["captured Map and Set", () => () => [...(lookup.get("a") as Set<number>)], [], gives([1, 2])],
  ["captured bigint, NaN, -0, undefined", () => oddities(), [], gives(["10", true, true, "undefined"])],
  ["native function itself", () => Math.max, [1, 3, 2], gives(3)],
  ["native functions captured", () => natives(), ["5"], gives(25)],
  ["labels, switch, loops, catch", () => controlFlow, [5], gives("1:3:caught 4")],
  ["var that is hoisted", () => hoisted, [], gives(6)],
  [
    "shadowed names",
    () => (moduleConst: number) => {
      {
        const factor = 2;
        return moduleConst * factor;
      }
    },
    [4],
    gives(8),
  ],
  ["own this in an inner function", () => ownThis, [], gives(5)],
  [
    "own arguments",
    () =>
      function () {
        // biome-ignore lint/complexity/noArguments: the case is about it
        return arguments.length;
      },
    [1, 2],
    gives(2),
  ],
  [
    "explicit captures",
    () => task({ k: 3, f: shout }, (env, x: string) => env.f(x).repeat(env.k)),
    ["a"],
    gives("AAA"),
  ],
  ["currying", () => (a: number) => (b: number) => (c: number) => a + b + c + moduleConst, [], gives("function")],
];

const refused: readonly PortableCase[] = [
  [
    "this of a function",
    () =>
      function (this: any) {
        return this?.z;
      },
    [],
    stays("this"),
  ],
  ["this of the surroundings", () => outer.call({}), [], stays("this")],
  ["arguments of the surroundings", () => takes(1), [], stays("arguments")],
  ["method of a class that uses this", () => Base.prototype.m, [], stays("this")],
  ["method that uses super", () => Derived.prototype.m, [], stays("syntax")],
  ["arrow that uses a private name", () => new Hidden().read, [], stays("syntax")],
  [
    "getter",
    () =>
      Object.getOwnPropertyDescriptor(
        {
          get q() {
            return 1;
          },
        },
        "q",
      )?.get as () => number,
    [],
    stays("syntax"),
  ],
  ["bound", () => moduleFunction.bind(null, 1), [], stays("bound")],
  ["writes a captured variable", () => counter(), [], stays("write")],
  ["writes by destructuring", () => destructuringWrite(), [], stays("write")],
  ["inner function writes a captured variable", () => innerWrite(), [], stays("write")],
  ["import.meta", () => () => import.meta.url, [], stays("import-meta")],
  ["instance of an unregistered class", () => () => instance.n, [], stays("class-instance")],
  [
    "captured function that cannot travel",
    () => {
      const bad = moduleFunction.bind(null, 1);
      return () => bad();
    },
    [],
    stays("bound"),
  ],
  ["captures beside explicit ones", () => task({ k: 3 }, (env) => env.k + moduleConst), [], stays("not-captured")],
];

export const cases: readonly PortableCase[] = [...working, ...refused];

const Color = { R: 2 } as const;
function closed(k: number): (x: number) => number {
  const big = new Float64Array(1000);
  return (x) => x * k + big.length;
}
function nested(x: number): number {
  function inner(y: number): number {
    return y + 1;
  }
  const arrow = (z: number): number => inner(z);
  return arrow(x);
}
function factorial(): (n: number) => number {
  const fact = (n: number): number => (n < 2 ? 1 : n * fact(n - 1));
  return fact;
}
function fibonacci(n: number): number {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}
const destructures = ({ a = 1, ...rest }: any, [b] = [2]): number => {
  try {
    throw b;
  } catch (e) {
    return a + (e as number) + Object.keys(rest).length;
  }
};
function oddities(): () => unknown[] {
  const [b, n, z, u] = [10n, Number.NaN, -0, undefined];
  return () => [String(b), Number.isNaN(n), Object.is(z, -0), typeof u];
}
function natives(): (text: string) => number {
  const { pow } = Math;
  const parse = Number.parseInt;
  return (text) => pow(parse(text), 2);
}
function controlFlow(n: number): string {
  let found = "";
  rows: for (const i of [0, 1, 2]) {
    for (let j = 0; j < n; j++) {
      switch (i * j) {
        case 3: {
          found = `${i}:${j}`;
          break rows;
        }
        default:
      }
    }
  }
  try {
    throw n - 1;
  } catch (n) {
    return `${found}:caught ${n}`;
  }
}
function hoisted(): number {
  // biome-ignore lint/correctness/noInnerDeclarations: the case is about it
  for (var i = 0, sum = 0; i < 4; i++) sum += i;
  return sum;
}
const ownThis = (): number => {
  const o = {
    v: 5,
    get(): number {
      return this.v;
    },
  };
  return o.get();
};
function counter(): () => number {
  let c = 0;
  return () => ++c;
}
function destructuringWrite(): () => number {
  let c = 0;
  return () => {
    [c] = [1];
    return c;
  };
}
function innerWrite(): () => number {
  let c = 0;
  return () => {
    const add = (): void => {
      c += 1;
    };
    add();
    return c;
  };
}
