import type { FunctionSpec } from "../../runtime/wire/function-spec.ts";

/** Where plugins are put in force: those of a worker, or of a scheduler. */
export interface PluginBoard {
  /** @throws what its first hook throws; it is not in force then */
  plug(name: string, plugin: object): Promise<void>;
  /** Nothing if there is none of that name. */
  unplug(name: string): Promise<void>;
  /** Whoever has them ends. */
  close(): void;
}

/** A plugin as it travels: an object's functions by name and what else it has, or a class with the arguments of its constructor. */
export type PackedPlugin =
  | {
      readonly kind: "object";
      readonly functions: Readonly<Record<string, FunctionSpec>>;
      readonly fields: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: "class"; readonly made: FunctionSpec; readonly args: readonly unknown[] };
