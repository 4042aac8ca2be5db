import { ShoalError } from "../base/errors.ts";
import { hashOf } from "../base/hash.ts";
import { findBuiltInName, isGlobalName } from "./built-in-names.ts";
import { type FreeVariable, type FunctionUses, freeVariables } from "./free-variables.ts";
import { sourceHash } from "./function-hash.ts";
import type { AnyFunction, Captured, FunctionSpec, NamedFunction, SourceFunction } from "./function-spec.ts";
import { findOrigin } from "./function-task.ts";
import { type FunctionText, functionText, isNative } from "./function-text.ts";
import { type CapturedScopes, captureScopes } from "./inspector-capture.ts";
import { findCommonJsExport, findExportName, isInstalledModule, portableModuleName } from "./module-names.ts";
import { notPortable, type PortabilityProblem, shownName } from "./not-portable.ts";
import { noteDeparture } from "./stack-home.ts";
import { findToolName, IMPORT_NAME, isModuleObject, isRewrittenImportMeta } from "./tool-names.ts";
import { encodedBytes, encodeValue } from "./value.ts";

/** Captured data beyond this belongs into the cluster's memory, not into every copy of a function. */
const CAPTURE_BYTES_MAX = 64 * 1024 ** 2;
const SPECS_MAX = 500;

export interface PortableOptions {
  /** "named" refuses functions that would travel as source text; default "any". */
  readonly functions?: "any" | "named";
}

/** A source function under construction: those that capture it may come before it is complete. */
type Draft = { -readonly [N in keyof SourceFunction]: SourceFunction[N] } & { captures: Record<string, Captured> };

const finished = new WeakMap<object, FunctionSpec>();

/**
 * Makes a function ready to leave its process: by name where it is known to be importable there, else as source text with the
 * variables it uses. Captured variables are read once, when a function first travels; a later change of one is not seen.
 * @throws ShoalError NOT_PORTABLE, naming the function with its file and line, what holds it back, and what to do.
 * @example
 * const k = 3;
 * makePortable(liveFunction((x: number) => x * k)); // { kind: "source", source: "(x => x * k)", captures: { k: … } … }
 */
export function makePortable(spec: FunctionSpec, options: PortableOptions = {}): NamedFunction | SourceFunction {
  const made = spec.kind === "live" ? portableOf(spec.live, spec.name, options) : spec;
  if (made.kind === "source" && options.functions === "named")
    throw notPortable(
      "named-only",
      `${shownName(made.name)} would travel as source, and only named functions are allowed here; export it and register it with task(import.meta, "name", fn)`,
      { function: made.name },
    );
  return made;
}

/** What makes two functions the same work: module and export, or text and captured values. */
export function functionHash(spec: FunctionSpec): string {
  const made = makePortable(spec);
  return made.kind === "source" ? made.hash : hashOf(`${made.module}#${made.exportName}`);
}

function portableOf(fn: AnyFunction, name: string, options: PortableOptions): NamedFunction | SourceFunction {
  const known = finished.get(fn);
  if (known !== undefined) return known as NamedFunction | SourceFunction;
  const build = new PortableBuild(options.functions === "named");
  const spec = build.root(fn, name);
  build.finish();
  return spec;
}

class PortableBuild {
  private readonly drafts = new Map<object, Draft>();
  private readonly named = new Map<object, NamedFunction>();
  /** Arrays under construction: they are read when they are built, so a cycle through one cannot be closed. */
  private readonly openArrays = new Set<object>();
  private readonly namedOnly: boolean;

  constructor(namedOnly: boolean) {
    this.namedOnly = namedOnly;
  }

  root(fn: AnyFunction, name: string): NamedFunction | SourceFunction {
    return this.specOf(fn, name, []);
  }

  finish(): void {
    for (const draft of this.drafts.values()) draft.hash = sourceHash(draft);
    for (const [value, draft] of this.drafts) {
      finished.set(value, draft);
      noteDeparture(draft);
    }
    for (const [value, spec] of this.named) finished.set(value, spec);
  }

  /** @param users names of the functions that capture it, the root first */
  private specOf(fn: AnyFunction, name: string, users: readonly string[]): NamedFunction | SourceFunction {
    const known = finished.get(fn) ?? this.drafts.get(fn);
    if (known !== undefined) return known as NamedFunction | SourceFunction;
    const origin = findOrigin(fn);
    if (origin?.kind === "module") return this.name(fn, name, portableModuleName(origin.module), origin.exportName);
    if (origin?.kind === "captures") return this.withCaptures(fn, name, origin.captures, origin.fn, users);
    const builtIn = findBuiltInName(fn);
    if (builtIn !== undefined) return this.name(fn, name, builtIn.module, builtIn.exportName);
    if (isNative(fn)) functionText(fn);
    const text = functionText(fn);
    const uses = freeVariables(text.root);
    const isClass = text.root.type === "ClassExpression";
    const scopes = uses.free.size > 0 || isClass ? this.scopesOf(fn, uses) : undefined;
    const installed = scopes === undefined ? undefined : installedName(fn, scopes);
    if (installed !== undefined) return this.name(fn, name, installed.module, installed.exportName);
    this.checkForm(fn, text, uses, users);
    return this.fromSource(fn, name, text, uses, scopes, users);
  }

  /** Without variables of its own around it, a function of global names does with what every process has. */
  private scopesOf(fn: AnyFunction, uses: FunctionUses): CapturedScopes | undefined {
    try {
      return captureScopes(fn, uses.free.keys());
    } catch (error) {
      const needed = [...uses.free.keys()].some((name) => !isGlobalName(name) && findToolName(name) === undefined);
      if (needed || !(error instanceof ShoalError)) throw error;
      return undefined;
    }
  }

  private name(fn: AnyFunction, name: string, module: string, exportName: string): NamedFunction {
    const spec: NamedFunction = { kind: "named", name, module, exportName, live: fn };
    this.named.set(fn, spec);
    return spec;
  }

  private checkForm(fn: AnyFunction, text: FunctionText, uses: FunctionUses, users: readonly string[]): void {
    const arrow = text.root.type === "ArrowFunctionExpression";
    if (uses.usesThis && (arrow || users.length === 0))
      refuse(
        "this",
        fn,
        users,
        `uses this${arrow ? " of its surroundings" : ""}, which does not travel; take what it needs into a variable or an argument`,
      );
    if (uses.usesSuper)
      refuse("syntax", fn, users, "uses super of its class; pass an arrow function that calls it on data");
    if (uses.usesArguments) refuse("arguments", fn, users, "uses arguments of its surroundings; use named parameters");
    if (uses.usesEval)
      refuse("eval", fn, users, "calls eval, which may use any variable around it; pass what it needs");
    if (uses.usesImportMeta || [...uses.free.keys()].some(isRewrittenImportMeta))
      refuse(
        "import-meta",
        fn,
        users,
        "uses import.meta, which belongs to its file; read what it needs into a variable outside",
      );
    for (const variable of uses.free.values())
      if (variable.written && findToolName(variable.name) === undefined)
        refuse(
          "write",
          fn,
          users,
          `assigns to ${variable.name}, which it does not declare; a task cannot change variables of the process that submits it, so return the value instead`,
          variable.name,
        );
  }

  private fromSource(
    fn: AnyFunction,
    name: string,
    text: FunctionText,
    uses: FunctionUses,
    scopes: CapturedScopes | undefined,
    users: readonly string[],
  ): SourceFunction {
    const tools: string[] = [];
    const draft = this.draft(fn, name, "");
    for (const variable of uses.free.values()) {
      const tool = findToolName(variable.name);
      if (tool !== undefined) tools.push(variable.name);
      else if (scopes?.values.has(variable.name) === true)
        draft.captures[variable.name] = this.captured(fn, variable, scopes.values.get(variable.name), users);
      else if (scopes?.uninitialised.includes(variable.name) === true)
        refuse(
          "uninitialised",
          fn,
          users,
          `uses ${variable.name}, which has no value yet; submit it after the variable is set`,
          variable.name,
        );
      else if (
        !isGlobalName(variable.name) &&
        (variable.typeofUses === "none" || (scopes === undefined && variable.typeofUses === "some"))
      )
        refuse(
          variable.name in globalThis ? "global" : "not-captured",
          fn,
          users,
          variable.name in globalThis
            ? `uses the global ${variable.name}, which this program made and a worker does not have; copy it into a variable`
            : `uses ${variable.name}, which no scope around it holds; declare it, or hand it over: task({ ${variable.name} }, (env, …) => …)`,
          variable.name,
        );
    }
    draft.source = tools.reduce(
      (expression, tool) => `((${tool}) => ${expression})(${findToolName(tool)})`,
      withAbsoluteImports(fn, text, uses, users),
    );
    return draft;
  }

  private captured(fn: AnyFunction, variable: FreeVariable, value: unknown, users: readonly string[]): Captured {
    const chain = [...users, fn.name];
    if (typeof value === "object" && value !== null && isModuleObject(variable.name, value)) {
      const { members } = variable;
      if (members === undefined)
        refuse(
          "not-captured",
          fn,
          users,
          `uses the module ${variable.name} as a whole; use its exports by name`,
          variable.name,
        );
      return { kind: "function", spec: this.objectSpec(value, variable.name, [...members], chain) };
    }
    return this.capturedValue(value, variable.name, chain);
  }

  private capturedValue(value: unknown, name: string, users: readonly string[]): Captured {
    if (typeof value === "function")
      return { kind: "function", spec: this.specOf(value as AnyFunction, (value as AnyFunction).name || name, users) };
    const builtIn = typeof value === "object" && value !== null ? findBuiltInName(value) : undefined;
    if (builtIn !== undefined) return { kind: "function", spec: { kind: "named", name, ...builtIn } };
    try {
      const bytes = encodedBytes(encodeValue(value, { shareMemory: true }));
      if (bytes > CAPTURE_BYTES_MAX)
        throw notPortable(
          "oversize",
          `${shownName(users.at(-1) ?? "")} captures ${name} of ${bytes} bytes, at most ${CAPTURE_BYTES_MAX}; pass it as an argument, or scatter it first`,
          { function: users.at(-1), variable: name },
        );
      return { kind: "value", value };
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      if (holdsParts(value)) return { kind: "function", spec: this.objectSpec(value, name, Object.keys(value), users) };
      throw notPortable(
        "class-instance",
        `${shownName(users.at(-1) ?? "")} captures ${name}, which cannot travel: ${error.message}`,
        { function: users.at(-1), variable: name },
        error,
      );
    }
  }

  /** An object or array that holds functions among its data, part by part. */
  private objectSpec(
    value: object,
    name: string,
    members: readonly string[],
    users: readonly string[],
  ): NamedFunction | SourceFunction {
    const known = this.drafts.get(value);
    if (known !== undefined && !isModuleObject(name, value)) {
      if (this.openArrays.has(value))
        throw notPortable("not-captured", `The array ${name} leads back to itself through a function; use an object`, {
          variable: name,
        });
      return known;
    }
    const builtIn = findBuiltInName(value);
    if (builtIn !== undefined) return { kind: "named", name, ...builtIn };
    // Two functions may use different exports of one module, so each gets an object of its own.
    const draft = this.draft(isModuleObject(name, value) ? { value } : value, name, "");
    if (Array.isArray(value)) this.openArrays.add(value);
    members.forEach((member, at) => {
      draft.captures[`part${at}`] = this.capturedValue(
        (value as Record<string, unknown>)[member],
        `${name}.${member}`,
        users,
      );
    });
    this.openArrays.delete(value);
    // Getters, so that a part that refers back to the object may be bound after it.
    draft.source = Array.isArray(value)
      ? `([${members.map((_, at) => `part${at}`).join(", ")}])`
      : `({${members.map((member, at) => `get [${JSON.stringify(member)}]() { return part${at}; }`).join(", ")}})`;
    return draft;
  }

  private withCaptures(
    fn: AnyFunction,
    name: string,
    captures: Readonly<Record<string, unknown>>,
    inner: AnyFunction,
    users: readonly string[],
  ): SourceFunction {
    const draft = this.draft(fn, name, "((...args) => fn(env, ...args))");
    const text = functionText(inner);
    const uses = freeVariables(text.root);
    this.checkForm(inner, text, uses, users);
    const missing = [...uses.free.values()].filter(
      ({ name: one, typeofUses }) => !isGlobalName(one) && typeofUses !== "all" && findToolName(one) === undefined,
    );
    if (missing.length > 0) {
      const names = missing.map((one) => one.name).join(", ");
      refuse(
        "not-captured",
        inner,
        users,
        `uses ${names} beside its captures; add to them: task({ ${names} }, (env, …) => env.${missing[0]?.name} …)`,
        names,
      );
    }
    const body = this.fromSource(inner, name, text, uses, undefined, users);
    draft.captures["fn"] = { kind: "function", spec: body };
    draft.captures["env"] = this.capturedValue(captures, "env", [...users, name]);
    return draft;
  }

  private draft(of: object, name: string, source: string): Draft {
    if (this.namedOnly)
      throw notPortable(
        "named-only",
        `${shownName(name)} would travel as source, and only named functions are allowed here; export it and register it with task(import.meta, "name", fn)`,
        { function: name },
      );
    if (this.drafts.size >= SPECS_MAX)
      throw notPortable(
        "oversize",
        `${shownName(name)} is one of more than ${SPECS_MAX} functions that one function draws along; put them into a module and register its entry with task(import.meta, "name", fn)`,
        { function: name },
      );
    const draft: Draft = { kind: "source", name, hash: "", source, captures: {} };
    if (typeof of === "function") draft.live = of as AnyFunction;
    this.drafts.set(of, draft);
    return draft;
  }
}

/** A function of Shoal's or of an installed package travels by name: its module is there on every worker. */
function installedName(
  fn: AnyFunction,
  { url, topLevel }: CapturedScopes,
): { module: string; exportName: string } | undefined {
  if (url === undefined || !isInstalledModule(url)) return undefined;
  const exportName = topLevel ? findExportName(url, fn.name) : findCommonJsExport(url, fn);
  return exportName === undefined ? undefined : { module: portableModuleName(url), exportName };
}

/**
 * Every `import()` is left to the process that rebuilds the function. A literal `import("./x")` is relative to the function's file,
 * which the rebuilt function has not.
 */
function withAbsoluteImports(
  fn: AnyFunction,
  { expression }: FunctionText,
  { imports }: FunctionUses,
  users: readonly string[],
): string {
  let text = expression;
  for (const { start, literal } of [...imports].reverse()) {
    if (literal !== undefined && /^\.{0,2}\//.test(literal.specifier)) {
      const { url } = captureScopes(fn, []);
      if (url === undefined || !URL.canParse(url))
        refuse(
          "import-meta",
          fn,
          users,
          `imports ${literal.specifier}, relative to a file that is not known; import it outside`,
        );
      const absolute = JSON.stringify(new URL(literal.specifier, url).href);
      text = text.slice(0, literal.start) + absolute + text.slice(literal.end);
    }
    text = text.slice(0, start) + IMPORT_NAME + text.slice(start + "import".length);
  }
  return text;
}

const holdsParts = (value: unknown): value is object => {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
};

function refuse(
  problem: PortabilityProblem,
  fn: AnyFunction,
  users: readonly string[],
  why: string,
  variable?: string,
): never {
  let place: string | undefined;
  try {
    place = captureScopes(fn, []).place;
  } catch {
    // Without the inspector the message goes without a place.
  }
  const user = users.length === 0 ? "" : `, which ${users.at(-1) || "an anonymous function"} uses,`;
  throw notPortable(problem, `${shownName(fn.name)}${place === undefined ? "" : ` (${place})`}${user} ${why}`, {
    function: fn.name,
    ...(variable === undefined ? {} : { variable }),
    ...(place === undefined ? {} : { place }),
  });
}
