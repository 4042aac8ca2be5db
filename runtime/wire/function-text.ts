import { type Node, parse } from "acorn";
import { notPortable, shownName } from "./not-portable.ts";

/** A function or class as text that stands alone. */
export interface FunctionText {
  /** An expression that evaluates to it. */
  readonly expression: string;
  /** Its node in the tree of `expression`, with positions in it. */
  readonly root: Node;
  /** Taken out of an object or a class, so that its `this` was the object. */
  readonly method: boolean;
}

const options = { ecmaVersion: "latest", sourceType: "module", allowSuperOutsideMethod: false } as const;
const nativeBody = /\{\s*\[native code\]\s*\}\s*$/;

export const isNative = (fn: object): boolean => nativeBody.test(Function.prototype.toString.call(fn));

/**
 * Reads a function's source.
 * @throws ShoalError NOT_PORTABLE if it has none, or if the text means nothing outside of its class.
 */
export function functionText(fn: { readonly name: string }): FunctionText {
  const text = Function.prototype.toString.call(fn);
  if (nativeBody.test(text)) throw noSource(fn.name);
  return parsedExpression(`(${text})`) ?? parsedMethod(text) ?? refuseText(fn.name, text);
}

function parsedExpression(expression: string): FunctionText | undefined {
  const root = parsed(expression);
  return root === undefined ? undefined : { expression, root, method: false };
}

/** `name(a) {}`, `async *[key]() {}`: methods stand alone inside an object. */
function parsedMethod(text: string): FunctionText | undefined {
  const expression = `Object.values({${text.replace(/^static\s+(?!\()/, "")}})[0]`;
  const root = parsed(expression) as unknown as
    | { object: { arguments: { properties: { kind: string; value: Node; method: boolean; computed: boolean }[] }[] } }
    | undefined;
  const property = root?.object.arguments[0]?.properties[0];
  if (property === undefined || property.kind !== "init" || !property.method) return undefined;
  if (!property.computed) return { expression, root: property.value, method: true };
  // A computed name may use anything; the function keeps what its body needs under a plain name.
  const value = expression.slice(property.value.start, property.value.end);
  const prefix = /^(?:async\b\s*)?\*?/.exec(text.trimStart())?.[0] ?? "";
  return parsedMethod(`${prefix} method${value}`);
}

function parsed(expression: string): Node | undefined {
  try {
    const [statement] = parse(expression, options).body;
    return statement?.type === "ExpressionStatement" ? statement.expression : undefined;
  } catch {
    return undefined;
  }
}

function noSource(name: string): Error {
  if (name.startsWith("bound ")) {
    const own = name.slice(6);
    return notPortable(
      "bound",
      `Function ${own} is bound, and what it is bound to is hidden; wrap it: (x) => ${own}(x)`,
      {
        function: own,
      },
    );
  }
  return notPortable(
    "native",
    `${shownName(name)} is native code without a source; wrap it: (x) => ${name || "f"}(x)`,
    {
      function: name,
    },
  );
}

function refuseText(name: string, text: string): never {
  const cause = /#[\w$]+/.test(text)
    ? "uses a #private name of its class"
    : /\bsuper\b/.test(text)
      ? "uses super of its class"
      : /^(?:static\s+)?(?:get|set)\s/.test(text)
        ? "is a getter or setter"
        : "cannot be read as an expression";
  throw notPortable(
    "syntax",
    `${shownName(name)} ${cause} and means nothing without it; pass an arrow function that calls it on data, or register it with task(import.meta, "name", fn)`,
    { function: name },
  );
}
