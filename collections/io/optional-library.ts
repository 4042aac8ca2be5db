import { ShoalError } from "../../runtime/base/errors.ts";

/**
 * A package that is installed by those who need it, loaded when it is needed.
 * @param what does not work without it
 * @param load imports it, by a name that bundlers can read
 * @throws ShoalError MISSING_LIBRARY, with the command that installs it
 */
export async function optionalLibrary<T>(what: string, name: string, load: () => Promise<unknown>): Promise<T> {
  try {
    // A CommonJS package's exports are its default.
    const loaded = (await load()) as { readonly default?: T } & T;
    return loaded.default ?? loaded;
  } catch (cause) {
    throw new ShoalError(`${what} needs the package ${name}: npm install ${name}`, {
      code: "MISSING_LIBRARY",
      cause,
      details: { library: name },
    });
  }
}
