/** Told when a hook of a plugin throws, the first time each does. */
export type PluginFailure = (plugin: string, hook: string, error: unknown) => void;

/** Plugins by name, in the order in which they came. What one throws is told, and harms neither its host nor the others. */
export class PluginSet<Plugin extends object> {
  private readonly plugins = new Map<string, Plugin>();
  private readonly failed = new Set<string>();
  private readonly onFailure: PluginFailure;

  constructor(onFailure: PluginFailure) {
    this.onFailure = onFailure;
  }

  get names(): readonly string[] {
    return [...this.plugins.keys()];
  }

  add(name: string, plugin: Plugin): void {
    this.plugins.set(name, plugin);
  }

  /** Takes one off. @returns undefined if there is none of that name */
  remove(name: string): Plugin | undefined {
    const plugin = this.plugins.get(name);
    this.plugins.delete(name);
    for (const failure of [...this.failed]) if (failure.startsWith(`${name}\n`)) this.failed.delete(failure);
    return plugin;
  }

  /** Whether one of them has a hook. */
  has(hook: keyof Plugin & string): boolean {
    return [...this.plugins.values()].some((plugin) => typeof plugin[hook] === "function");
  }

  /** Calls a hook of all that have it. */
  tell(hook: keyof Plugin & string, ...args: readonly unknown[]): void {
    for (const [name, plugin] of this.plugins) this.call(name, plugin, hook, args);
  }

  private call(name: string, plugin: Plugin, hook: keyof Plugin & string, args: readonly unknown[]): void {
    const run = plugin[hook] as ((...given: readonly unknown[]) => unknown) | undefined;
    if (typeof run !== "function") return;
    try {
      const outcome = run.apply(plugin, args as unknown[]);
      if (outcome instanceof Promise) outcome.catch((error: unknown) => this.fail(name, hook, error));
    } catch (error) {
      this.fail(name, hook, error);
    }
  }

  private fail(name: string, hook: string, error: unknown): void {
    const failure = `${name}\n${hook}`;
    if (this.failed.has(failure)) return;
    this.failed.add(failure);
    this.onFailure(name, hook, error);
  }
}
