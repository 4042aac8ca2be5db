import { refuseUnknownOptions } from "../../runtime/base/known-options.ts";

/**
 * The options of an operation, all of them known by name: one that is misspelt would do nothing, and nobody would be told.
 * @throws TypeError naming the option, and those that it may stand for
 */
export function known<O extends object>(options: O, of: string, ...names: readonly (keyof O & string)[]): O {
  refuseUnknownOptions(options, names, of);
  return options;
}
