import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { ShoalError } from "../base/errors.ts";
import { globalAt } from "./built-in-names.ts";
import type { AnyFunction, Captured, FunctionSpec, NamedFunction, SourceFunction } from "./function-spec.ts";
import { urlOfShoalModule } from "./module-names.ts";
import { notPortable, shownName } from "./not-portable.ts";
import { scriptTitle, sourcePrefix } from "./stack-home.ts";
import { IMPORT_NAME } from "./tool-names.ts";
import { fetchUploaded, uploadedPlace } from "./uploaded-modules.ts";

/** Functions kept by hash; the longest unused goes first. */
const REBUILT_MAX = 10_000;

const named = new Map<string, unknown>();
const importing = new Map<string, Promise<unknown>>();
const rebuilt = new Map<string, unknown>();

export interface LoadOptions {
  /** "named" refuses source text from others; default "any". */
  readonly functions?: "any" | "named";
}

/**
 * The function of a spec in this process: imported by name, or rebuilt from source, and kept. A promise only where a module has
 * still to be imported.
 * @throws ShoalError MISSING_MODULE if a module or export is not here; NOT_PORTABLE for source where only names are allowed.
 */
export function loadFunction(spec: FunctionSpec, options: LoadOptions = {}): AnyFunction | Promise<AnyFunction> {
  if (spec.live !== undefined) return spec.live;
  if (spec.kind === "named") return loadNamed(spec) as AnyFunction | Promise<AnyFunction>;
  if (spec.kind === "live") throw new TypeError(`${shownName(spec.name)} has no function in it`);
  if (options.functions === "named")
    throw notPortable(
      "named-only",
      `${shownName(spec.name)} came as source, and only named functions are allowed here`,
      {
        function: spec.name,
      },
    );
  const known = rebuilt.get(spec.hash);
  if (known !== undefined) {
    rebuilt.delete(spec.hash);
    rebuilt.set(spec.hash, known);
    return known as AnyFunction;
  }
  const waits = namedWithin(spec).flatMap((one) => {
    const loaded = loadNamed(one);
    return loaded instanceof Promise ? [loaded] : [];
  });
  return waits.length === 0 ? keep(spec) : Promise.all(waits).then(() => keep(spec));
}

/** Imports a module by the name it has in specs: "shoal:…", "node:…", or a file URL. */
export function importModule(module: string): Promise<unknown> {
  let pending = importing.get(module);
  if (pending === undefined) {
    pending = importFound(module).catch((error: unknown) => {
      importing.delete(module);
      const remedy = "install it on every worker, or hand it over with client.uploadModule()";
      throw new ShoalError(`Module ${module} cannot be imported here: ${remedy}`, {
        code: "MISSING_MODULE",
        cause: error,
        details: { module },
      });
    });
    importing.set(module, pending);
  }
  return pending;
}

/** Forgets a module and all functions that may come of it: it is imported anew, from where it lies now. */
export function forgetModule(module: string): void {
  importing.delete(module);
  for (const id of named.keys()) if (id.startsWith(`${module}#`)) named.delete(id);
  rebuilt.clear();
}

/** What was uploaded hides what lies on this machine. */
async function importFound(module: string): Promise<unknown> {
  const uploaded = uploadedPlace(module);
  if (uploaded !== undefined) return import(uploaded);
  const place = locate(module);
  const isAway = place.startsWith("file:") && !existsSync(new URL(place));
  return import((isAway ? await fetchUploaded(module) : undefined) ?? place);
}

function locate(module: string): string {
  if (module.startsWith("shoal:")) return urlOfShoalModule(module);
  const packages = module.lastIndexOf("/node_modules/");
  if (packages < 0 || !module.startsWith("file:") || existsSync(new URL(module))) return module;
  // The package may be installed elsewhere on this machine.
  return new URL(`.${module.slice(packages)}`, pathToFileURL(`${process.cwd()}/`)).href;
}

function loadNamed(spec: NamedFunction): unknown | Promise<unknown> {
  if (spec.module === "global:") return present(globalAt(spec.exportName), spec);
  const id = `${spec.module}#${spec.exportName}`;
  const known = named.get(id);
  if (known !== undefined) return known;
  return importModule(spec.module).then((module) => {
    const exports = module as Record<string, unknown>;
    const plain = exports["default"] as Record<string, unknown> | undefined;
    // A CommonJS module's exports may be found under its default only.
    const value = present(exports[spec.exportName] ?? plain?.[spec.exportName], spec);
    named.set(id, value);
    return value;
  });
}

function present(value: unknown, spec: NamedFunction): unknown {
  if (value !== undefined) return value;
  throw new ShoalError(
    `Module ${spec.module} has no export ${spec.exportName}; is it the same version on every worker?`,
    {
      code: "MISSING_MODULE",
      details: { module: spec.module, exportName: spec.exportName },
    },
  );
}

function keep(spec: SourceFunction): AnyFunction {
  const fn = new Rebuild().build(spec);
  rebuilt.set(spec.hash, fn);
  if (rebuilt.size > REBUILT_MAX) rebuilt.delete(rebuilt.keys().next().value as string);
  return fn as AnyFunction;
}

/** Named functions that a spec needs before it can be rebuilt, each once. */
function namedWithin(root: SourceFunction): NamedFunction[] {
  const found = new Set<NamedFunction>();
  const met = new Set<FunctionSpec>();
  const visit = (spec: FunctionSpec): void => {
    if (met.has(spec)) return;
    met.add(spec);
    if (spec.kind === "named") found.add(spec);
    if (spec.kind === "source")
      for (const captured of Object.values(spec.captures)) if (captured.kind === "function") visit(captured.spec);
  };
  visit(root);
  return [...found];
}

/** Rebuilds a function and those it captures; where they capture each other, the later ones are bound when they stand. */
class Rebuild {
  private readonly done = new Map<FunctionSpec, unknown>();
  private readonly open = new Set<FunctionSpec>();
  private readonly late: (() => void)[] = [];

  build(spec: SourceFunction): unknown {
    const value = this.value(spec);
    for (const bind of this.late) bind();
    return value;
  }

  private value(spec: FunctionSpec): unknown {
    if (spec.live !== undefined) return spec.live;
    if (this.done.has(spec)) return this.done.get(spec);
    if (spec.kind !== "source") return loadNamed(spec as NamedFunction);
    this.open.add(spec);
    const names = Object.keys(spec.captures);
    const values: Record<string, unknown> = {};
    let waits = false;
    for (const name of names) {
      const captured = spec.captures[name] as Captured;
      if (captured.kind === "function" && this.open.has(captured.spec)) waits = true;
      else values[name] = captured.kind === "value" ? captured.value : this.value(captured.spec);
    }
    const { value, bind } = evaluate(spec, names, values);
    this.open.delete(spec);
    this.done.set(spec, value);
    if (waits)
      this.late.push(() => {
        for (const name of names) {
          const captured = spec.captures[name] as Captured;
          if (captured.kind === "function") values[name] = this.done.get(captured.spec) ?? values[name];
        }
        bind(values);
      });
    return value;
  }
}

/** Evaluates the text with its captures as variables around it, which `bind` sets anew. */
function evaluate(
  spec: SourceFunction,
  names: readonly string[],
  values: Readonly<Record<string, unknown>>,
): { value: unknown; bind: (values: Readonly<Record<string, unknown>>) => void } {
  const bind = names.length === 0 ? "() => {}" : `(next) => { ({ ${names.join(", ")} } = next); }`;
  try {
    const made = new Function(
      "__shoal_captures__",
      IMPORT_NAME,
      `${sourcePrefix(names)}${spec.source}, bind: ${bind} };\n//# sourceURL=shoal-function/${scriptTitle(spec)}`,
    )(values, (specifier: string) => import(specifier)) as {
      value: unknown;
      bind: (values: Readonly<Record<string, unknown>>) => void;
    };
    if (typeof made.value === "function" && made.value.name !== spec.name && !/^class\b/.test(String(made.value)))
      Object.defineProperty(made.value, "name", { value: spec.name, configurable: true });
    return made;
  } catch (error) {
    throw notPortable(
      "syntax",
      `${shownName(spec.name)} could not be rebuilt from its source: ${String(error)}`,
      {
        function: spec.name,
      },
      error,
    );
  }
}
