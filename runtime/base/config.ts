import { AsyncLocalStorage } from "node:async_hooks";
import type { ConfigName, ConfigValues } from "./config-options.ts";
import { type ConfigLayer, configFromValues, configSources } from "./config-sources.ts";
import { registerValue } from "./value-type.ts";

/** Options by dotted names, or as objects in objects: `{ "local.workers": 2 }`, `{ local: { workers: 2 } }`. */
export type ConfigGiven =
  | Partial<ConfigValues>
  | { readonly [section: string]: Readonly<Record<string, unknown>> | string | number | boolean };

interface Scope {
  readonly layer: ConfigLayer;
  /** Nothing around it holds within. */
  readonly isAlone: boolean;
}

/**
 * What holds where a call does not say otherwise. Over each other, the last wins: files (`/etc/shoal/*.json`, `~/.config/shoal/*.json`,
 * `SHOAL_CONFIG`), the environment (`SHOAL_LOCAL__WORKERS=4`), {@link Config.set}, {@link Config.with}.
 * @see https://docs.dask.org/en/stable/configuration.html
 * @example
 * const mode = await config.with({ "compute.priority": 5 }, async () => config.get("compute.priority")); // 5
 */
export class Config {
  private readonly env: NodeJS.ProcessEnv;
  private readonly scopes = new AsyncLocalStorage<Scope>();
  private read: ConfigLayer | undefined;
  private readonly given: ConfigLayer[] = [];

  constructor(env: NodeJS.ProcessEnv = process.env) {
    this.env = env;
  }

  /** An option, or undefined where nobody says anything. @throws ShoalError CONFIG for files and variables that are wrong */
  get<K extends ConfigName>(name: K): ConfigValues[K] | undefined {
    return this.all()[name];
  }

  /** All options that are said. */
  all(): ConfigLayer {
    const scope = this.scopes.getStore();
    if (scope?.isAlone === true) return scope.layer;
    this.read ??= Object.assign({}, ...configSources(this.env).map(({ layer }) => layer)) as ConfigLayer;
    return Object.assign({}, this.read, ...this.given, scope?.layer) as ConfigLayer;
  }

  /** Sets options for this process; call the result to take them back. @throws ShoalError CONFIG for unknown options and wrong values */
  set(values: ConfigGiven): () => void {
    const layer = configFromValues(values, "config.set()");
    this.given.push(layer);
    return () => {
      const at = this.given.indexOf(layer);
      if (at >= 0) this.given.splice(at, 1);
    };
  }

  /** Runs work under options, and all that it awaits; others do not see them. */
  with<T>(values: ConfigGiven, work: () => T): T {
    const scope = this.scopes.getStore();
    const layer = { ...scope?.layer, ...configFromValues(values, "config.with()") };
    return this.scopes.run({ layer, isAlone: scope?.isAlone ?? false }, work);
  }

  /** Runs work under these options and no others: not those of files, the environment, {@link Config.set} or around it. */
  withOnly<T>(values: ConfigGiven, work: () => T): T {
    return this.scopes.run({ layer: configFromValues(values, "config.withOnly()"), isAlone: true }, work);
  }

  /** What files and variables say of an option, each over the one before. @throws as {@link get} */
  sources(name: ConfigName): { readonly where: string; readonly value: unknown }[] {
    return configSources(this.env).flatMap(({ where, layer }) =>
      layer[name] === undefined ? [] : [{ where, value: layer[name] }],
    );
  }

  /** Reads files and environment anew when next asked. */
  refresh(): void {
    this.read = undefined;
  }
}

/** The configuration of this process. */
export const config: Config = new Config();

// Functions that travel speak of the configuration of the process they run in.
registerValue<Config>({
  name: "shoal.config",
  class: Config,
  module: "shoal:runtime/base/config",
  encode: (one) => {
    if (one !== config) throw new TypeError("Of configurations only that of the process travels: import { config }");
    return null;
  },
  decode: () => config,
});
