import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** Where Shoal's own modules lie: two floors up from here, as sources or compiled. */
const packageRoot = new URL("../../", import.meta.url).href;
const ownFolders = /^(runtime|collections|actors|infra)\//;
const moduleEnding = import.meta.url.endsWith(".ts") ? ".ts" : ".js";

/** The URL of "shoal:collections/array/kernels/reduce" in this process. */
export const urlOfShoalModule = (module: string): string =>
  `${packageRoot}${module.slice("shoal:".length)}${moduleEnding}`;

/** A URL as "shoal:…" where it is one of Shoal's own modules, so that it means the same on every machine. */
export function portableModuleName(url: string): string {
  const path = url.startsWith(packageRoot) ? url.slice(packageRoot.length).replace(/\?.*$/, "") : "";
  return ownFolders.test(path) ? `shoal:${path.replace(/\.[cm]?[jt]s$/, "")}` : url;
}

/** Whether every worker has the module: Shoal's own, or one of an installed package. The user's own files may not be there. */
export const isInstalledModule = (url: string): boolean =>
  url.startsWith("file:") && (url.includes("/node_modules/") || portableModuleName(url) !== url);

const exportsByUrl = new Map<string, ReadonlyMap<string, string>>();

/**
 * The export under which a module gives a function of its top level, by the name it has inside.
 * @param name the function's own name
 */
export function findExportName(url: string, name: string): string | undefined {
  let known = exportsByUrl.get(url);
  if (known === undefined) {
    known = readExports(url);
    exportsByUrl.set(url, known);
  }
  return known.get(name);
}

/** The export under which a CommonJS module that is loaded gives exactly this function. */
export function findCommonJsExport(url: string, fn: unknown): string | undefined {
  const loaded = createRequire(import.meta.url).cache[fileURLToPath(url)];
  const exports: unknown = loaded?.exports;
  if (exports === fn) return "default";
  if ((typeof exports !== "object" && typeof exports !== "function") || exports === null) return undefined;
  return Object.keys(exports).find((name) => (exports as Record<string, unknown>)[name] === fn);
}

/** Local name → exported name, read off the source text: the module itself cannot be asked without waiting. */
function readExports(url: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let text: string;
  try {
    text = readFileSync(fileURLToPath(url.replace(/\?.*$/, "")), "utf8");
  } catch {
    return found;
  }
  for (const [, name] of text.matchAll(
    /\bexport\s+(?:async\s+)?(?:abstract\s+)?(?:function\s*\*?|class|const|let|var)\s+([\w$]+)/g,
  ))
    found.set(name as string, name as string);
  for (const [, list] of text.matchAll(/\bexport\s*\{([^}]*)\}(?!\s*from)/g))
    for (const item of (list as string).split(",")) {
      const match = /^\s*([\w$]+)(?:\s+as\s+([\w$]+))?\s*$/.exec(item);
      if (match !== null && !found.has(match[1] as string))
        found.set(match[1] as string, match[2] ?? (match[1] as string));
    }
  for (const [, name] of text.matchAll(/\bexport\s+default\s+(?:async\s+)?(?:function\s*\*?\s*|class\s+)?([\w$]+)/g))
    if (!found.has(name as string)) found.set(name as string, "default");
  return found;
}
