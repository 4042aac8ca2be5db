import { builtinFunction, functionOfLambda, type Tree } from "./lambda.ts";
import * as py from "./python-runtime.js";
import {
  camelCase,
  ELLIPSIS,
  type Keywords,
  Namespace,
  PythonSlice,
  pythonCallOf,
  tupleOf,
  unsupported,
  type Vocabulary,
} from "./vocabulary.ts";

type Variables = Map<string, unknown>;

/** Evaluates a case's tree over public exports: names and builtins are translated, values never. */
export class Evaluator {
  private readonly vocabularies: readonly Vocabulary[];
  private readonly variables: Variables;

  constructor(vocabularies: readonly Vocabulary[], variables: Variables) {
    this.vocabularies = vocabularies;
    this.variables = variables;
  }

  /** Throws Unsupported for names of modules that have no export, before anything runs. */
  check(tree: unknown): void {
    if (!Array.isArray(tree)) return;
    if (tree[0] === "attr" && Array.isArray(tree[1]) && tree[1][0] === "name") {
      const module = this.findName(tree[1][1]);
      if (module instanceof Namespace) module.get(tree[2]);
    }
    for (const child of tree) this.check(child);
  }

  async run(tree: Tree): Promise<unknown> {
    if (tree[0] !== "do") return this.value(tree);
    await this.block(tree[1]);
    return this.variables.get("result");
  }

  private async block(statements: readonly Tree[]): Promise<void> {
    for (const statement of statements) {
      if (statement[0] === "assign") await this.assign(statement[1], await this.value(statement[2]));
      else if (statement[0] === "for")
        for (const item of await this.iterate(await this.value(statement[2]))) {
          await this.assign(statement[1], item);
          await this.block(statement[3]);
        }
      else if (statement[0] === "when")
        await this.block((await this.truth(await this.value(statement[1]))) ? statement[2] : statement[3]);
      else await this.value(statement);
    }
  }

  private async assign(target: Tree, value: unknown): Promise<void> {
    if (target[0] === "name") this.variables.set(target[1], value);
    else if (target[0] === "sub") {
      const [of, key] = [await this.value(target[1]), await this.value(target[2])];
      for (const one of this.vocabularies) {
        const setItem = one.attribute?.(of, "__setitem__") as ((...args: unknown[]) => unknown) | undefined;
        if (setItem === undefined) continue;
        const replaced = await setItem(key, value);
        if (target[1][0] === "name") this.variables.set(target[1][1], replaced ?? of);
        return;
      }
      if (of instanceof Map) of.set(key, value);
      else (of as Record<string, unknown>)[key as string] = value;
    } else if (target[0] === "tuple" || target[0] === "list") {
      const items = await this.iterate(value);
      for (const [at, one] of (target[1] as Tree[]).entries()) await this.assign(one, items[at]);
    } else unsupported(`assignment to ${target[0]}`);
  }

  async value(tree: Tree): Promise<unknown> {
    switch (tree[0]) {
      case "name":
        return this.nameValue(tree[1]);
      case "const":
        return tree[1];
      case "float": {
        const text = String(tree[1]).replace(/^(-?)inf$/, "$1Infinity");
        const number = Number(text.replace(/^nan$/, "NaN"));
        // 2.0 is no integer in Python; an area whose values tell them apart says how.
        return Number.isInteger(number) ? (this.vocabularies[0]?.wholeFloat?.(number) ?? number) : number;
      }
      case "bigint":
        return BigInt(tree[1]);
      case "complex":
        return { real: tree[1], imag: tree[2] };
      case "ellipsis":
        return ELLIPSIS;
      case "attr":
        return this.attribute(await this.value(tree[1]), tree[2]);
      case "call":
        return this.call(tree);
      case "sub":
        return this.item(await this.value(tree[1]), await this.value(tree[2]));
      case "slice":
        return new PythonSlice(
          ...((await Promise.all(tree.slice(1).map((end) => (end === null ? null : this.value(end))))) as [
            unknown,
            unknown,
            unknown,
          ]),
        );
      case "tuple":
        return tupleOf(await this.values(tree[1]));
      case "list":
        return this.values(tree[1]);
      case "set":
        return new Set(await this.values(tree[1]));
      case "dict":
        return this.dict(tree[1]);
      case "bin":
        return this.binary(tree[1], await this.value(tree[2]), await this.value(tree[3]));
      case "un":
        return this.unary(tree[1], await this.value(tree[2]));
      case "bool":
        return this.logic(tree[1], tree[2]);
      case "cmp":
        return this.compare(tree);
      case "if":
        return this.value((await this.truth(await this.value(tree[1]))) ? tree[2] : tree[3]);
      case "lambda":
        return functionOfLambda(tree, this.lambdaScope());
      case "comp":
        return this.comprehension(tree);
      case "dictcomp":
        return this.dictComprehension(tree);
      default:
        return unsupported(`syntax ${tree[0]}`);
    }
  }

  private findName(name: string): unknown {
    if (this.variables.has(name)) return this.variables.get(name);
    for (const one of this.vocabularies)
      if (one.names !== undefined && Object.hasOwn(one.names, name)) return one.names[name];
    return undefined;
  }

  private nameValue(name: string): unknown {
    const found = this.findName(name);
    if (found !== undefined || this.variables.has(name)) return found;
    if (name === "type")
      return (value: unknown) => ({ __name__: (value as object).constructor.name.replace(/Value$/, "") });
    return builtinFunction(name) ?? unsupported(`the name ${name}`);
  }

  private lambdaScope(): Parameters<typeof functionOfLambda>[1] {
    const first = <R>(ask: (one: Vocabulary) => R | undefined): R | undefined => {
      for (const one of this.vocabularies) {
        const answer = ask(one);
        if (answer !== undefined) return answer;
      }
      return undefined;
    };
    return {
      names: (path) => first((one) => one.lambdaName?.(path)),
      attribute: (name) => first((one) => one.attributeName?.(name)) ?? camelCase(name),
      outer: (name) => this.variables.get(name) ?? unsupported(`the name ${name} in a lambda`),
    };
  }

  private async values(trees: readonly Tree[]): Promise<unknown[]> {
    const found: unknown[] = [];
    for (const tree of trees) {
      if (tree[0] === "star") found.push(...(await this.iterate(await this.value(tree[1]))));
      else found.push(await this.value(tree));
    }
    return found;
  }

  private async dict(pairs: readonly [Tree | null, Tree][]): Promise<unknown> {
    const entries: [unknown, unknown][] = [];
    for (const [key, value] of pairs)
      if (key === null) entries.push(...(py.pyItems(await this.value(value)) as [unknown, unknown][]));
      else entries.push([await this.value(key), await this.value(value)]);
    return dictOf(entries);
  }

  private async call(tree: Tree): Promise<unknown> {
    const fn = await this.value(tree[1]);
    const args = await this.values(tree[2]);
    const keywords: Record<string, unknown> = {};
    for (const [name, value] of tree[3] as [string | null, Tree][])
      if (name === null) Object.assign(keywords, await this.value(value));
      else keywords[name] = await this.value(value);
    return this.invoke(fn, args, keywords);
  }

  private async invoke(fn: unknown, args: unknown[], keywords: Keywords): Promise<unknown> {
    const call = pythonCallOf(fn);
    if (call !== undefined) return call(args, keywords);
    const builtin = Object.hasOwn(fn as object, "pythonName") ? (fn as { pythonName?: string }).pythonName : undefined;
    if (builtin !== undefined)
      for (const one of this.vocabularies) {
        const answer = await one.builtin?.(builtin, args[0], args.slice(1));
        if (answer !== undefined) return answer;
      }
    if (typeof fn !== "function") throw new TypeError(`${String(fn)} is not callable`);
    if (Object.keys(keywords).length === 0) return fn(...args);
    return fn(...args, { pythonKeywords: true, ...keywords });
  }

  private attribute(of: unknown, name: string): unknown {
    if (of instanceof Namespace) return of.get(name);
    for (const one of this.vocabularies) {
      const found = one.attribute?.(of, name);
      if (found !== undefined) return found;
    }
    if (name === "__name__" && typeof of === "object" && of !== null && "__name__" in of) return of.__name__;
    return py.pyMethod(of, name) ?? unsupported(`.${name} of ${shortly(of)}`);
  }

  private item(of: unknown, index: unknown): unknown {
    for (const one of this.vocabularies) {
      const found = one.item?.(of, index);
      if (found !== undefined) return found;
    }
    return index instanceof PythonSlice ? py.pySlice(of, index.from, index.to, index.step) : py.pyItem(of, index);
  }

  private binary(op: string, a: unknown, b: unknown): unknown {
    for (const one of this.vocabularies) {
      const found = one.binary?.(op, a, b);
      if (found !== undefined) return found;
    }
    return ["in", "not in", "is", "is not"].includes(op) ? py.pyCompare(op, a, b) : py.pyBinary(op, a, b);
  }

  private unary(op: string, a: unknown): unknown {
    for (const one of this.vocabularies) {
      const found = one.unary?.(op, a);
      if (found !== undefined) return found;
    }
    return py.pyUnary(op, a);
  }

  /** Python's truth; a lazy value's is what its own operations say of it. */
  private async truth(value: unknown): Promise<boolean> {
    for (const one of this.vocabularies) {
      const found = await one.builtin?.("bool", value, []);
      if (found !== undefined) return Boolean(found);
    }
    return py.pyTruth(value);
  }

  private async logic(op: string, operands: readonly Tree[]): Promise<unknown> {
    let last: unknown;
    for (const operand of operands) {
      last = await this.value(operand);
      if (operand !== operands.at(-1) && (await this.truth(last)) === (op === "or")) return last;
    }
    return last;
  }

  private async compare(tree: Tree): Promise<unknown> {
    let left = await this.value(tree[1]);
    let result: unknown = true;
    for (const [op, right] of tree[2] as [string, Tree][]) {
      const other = await this.value(right);
      result = this.binary(op, left, other);
      if (result === false) return false;
      left = other;
    }
    return result;
  }

  private async comprehension(tree: Tree): Promise<unknown> {
    const made: unknown[] = [];
    await this.clauses(tree[3], async () => {
      made.push(await this.value(tree[2]));
    });
    return tree[1] === "set" ? new Set(made) : made;
  }

  private async dictComprehension(tree: Tree): Promise<unknown> {
    const entries: [unknown, unknown][] = [];
    await this.clauses(tree[3], async () => {
      entries.push([await this.value(tree[1]), await this.value(tree[2])]);
    });
    return dictOf(entries);
  }

  private async clauses(clauses: readonly any[], each: () => Promise<void>): Promise<void> {
    const [first, ...others] = clauses;
    if (first === undefined) return each();
    const [target, iterable, tests] = first as [Tree, Tree, Tree[]];
    const around = new Map(this.variables);
    for (const item of await this.iterate(await this.value(iterable))) {
      await this.assign(target, item);
      let passes = true;
      for (const one of tests) passes &&= await this.truth(await this.value(one));
      if (passes) await this.clauses(others, each);
    }
    this.variables.clear();
    for (const [name, value] of around) this.variables.set(name, value);
  }

  private async iterate(value: unknown): Promise<unknown[]> {
    for (const one of this.vocabularies) {
      const found = await one.builtin?.("list", value, []);
      if (found !== undefined) return found as unknown[];
    }
    return py.pyIter(value) as unknown[];
  }
}

function dictOf(entries: readonly [unknown, unknown][]): unknown {
  return entries.every(([key]) => typeof key === "string")
    ? Object.fromEntries(entries as [string, unknown][])
    : new Map(entries);
}

const shortly = (value: unknown): string =>
  value === null || value === undefined
    ? String(value)
    : `a ${typeof value === "object" ? value.constructor?.name : typeof value}`;
