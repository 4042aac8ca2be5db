/** What `import` is called in a function's text: the process that rebuilds it gives its own. */
export const IMPORT_NAME = "__shoal_import__";

/**
 * Names that compilers and test tools put into a function's text, and what stands for them where it is rebuilt: the tool
 * itself stays behind. Told by name alone, so a name must be one that nobody writes by hand.
 */
export function findToolName(name: string): string | undefined {
  if (name === "__name") return setName;
  if (name === "__vite_ssr_dynamic_import__") return IMPORT_NAME;
  // Istanbul counts statements, functions and branches on what cov_…() returns.
  return /^cov_[0-9a-z]{6,}$/.test(name) ? ignoreCounts : undefined;
}

/** esbuild's and tsx's way to keep the names of inner functions. */
const setName = `(f, value) => Object.defineProperty(f, "name", { value, configurable: true })`;

/** Gives itself whatever is read or called, takes every write, and counts as zero. */
const ignoreCounts = `(() => { const sink = new Proxy(() => sink, { get: (_, k) => (k === Symbol.toPrimitive ? () => 0 : sink), set: () => true, apply: () => sink }); return sink; })()`;

/** What stands for import.meta after a test tool's rewriting. */
export const isRewrittenImportMeta = (name: string): boolean => name === "__vite_ssr_import_meta__";

/** A module as a tool's object of exports, or the language's own. Only the exports in use are taken along. */
export function isModuleObject(name: string, value: object): boolean {
  return (
    /^__(vite_ssr|vi)_import_\d+__$/.test(name) ||
    Object.prototype.toString.call(value) === "[object Module]" ||
    (value as { __esModule?: unknown }).__esModule === true
  );
}
