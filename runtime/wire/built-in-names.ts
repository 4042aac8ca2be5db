import { builtinModules, createRequire } from "node:module";

/** Where a built-in is found in every process: a path from globalThis, or an export of one of Node's modules. */
export interface BuiltInName {
  /** "global:" or "node:path" and the like. */
  readonly module: string;
  /** "Math.max" for globals, "default" for a whole module. */
  readonly exportName: string;
}

/** Names that are global in a process before the user's program adds its own. */
const globalNames: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(globalThis));

export const isGlobalName = (name: string): boolean => globalNames.has(name);

const globals = new Map<unknown, BuiltInName>();
const modules = new Map<unknown, BuiltInName>();
let modulesSeen = 0;

/** The name of a built-in function, class or object; undefined for what the user's program made. */
export function findBuiltInName(value: unknown): BuiltInName | undefined {
  if (globals.size === 0) listGlobals();
  const known = globals.get(value) ?? modules.get(value);
  return known ?? (listModules() ? modules.get(value) : undefined);
}

/** What a name of `global:` stands for. */
export function globalAt(path: string): unknown {
  let value: unknown = globalThis;
  for (const name of path.split(".")) value = (value as Record<string, unknown> | undefined)?.[name];
  return value;
}

function listGlobals(): void {
  const add = (value: unknown, path: string): void => {
    if (isNamable(value) && !globals.has(value)) globals.set(value, { module: "global:", exportName: path });
  };
  const top = [...globalNames].flatMap((name) => {
    const value: unknown = Object.getOwnPropertyDescriptor(globalThis, name)?.value;
    return isNamable(value) && value !== globalThis ? [[name, value] as const] : [];
  });
  for (const [name, value] of top) add(value, name);
  for (const [name, value] of top) {
    for (const [part, inner] of dataProperties(value)) if (typeof inner === "function") add(inner, `${name}.${part}`);
    const prototype: unknown = Object.getOwnPropertyDescriptor(value, "prototype")?.value;
    if (isNamable(prototype))
      for (const [part, inner] of dataProperties(prototype))
        if (part !== "constructor" && typeof inner === "function") add(inner, `${name}.prototype.${part}`);
  }
}

/** Looks through the modules of Node's that are loaded by now; whether there are more than last time. */
function listModules(): boolean {
  const { moduleLoadList } = process as unknown as { moduleLoadList: readonly string[] };
  if (moduleLoadList.length === modulesSeen) return false;
  modulesSeen = moduleLoadList.length;
  const loaded = new Set(moduleLoadList);
  const require = createRequire(import.meta.url);
  for (const name of builtinModules) {
    if (!loaded.has(`NativeModule ${name}`) || name.startsWith("_")) continue;
    const exports: unknown = require(`node:${name}`);
    if (!isNamable(exports)) continue;
    const module = `node:${name}`;
    if (!modules.has(exports)) modules.set(exports, { module, exportName: "default" });
    for (const [part, value] of dataProperties(exports))
      if (isNamable(value) && !modules.has(value)) modules.set(value, { module, exportName: part });
  }
  return true;
}

const isNamable = (value: unknown): value is object =>
  typeof value === "function" || (typeof value === "object" && value !== null);

/** Getters are left alone: reading some of them loads or warns. */
function dataProperties(of: object): [string, unknown][] {
  return Object.entries(Object.getOwnPropertyDescriptors(of)).flatMap(([name, descriptor]) =>
    "value" in descriptor && !name.includes(".") ? [[name, descriptor.value] as [string, unknown]] : [],
  );
}
