import { createRequire } from "node:module";

/** A native function; `async` calls it in another thread, its last argument is told `(error, result)`. */
export interface NativeFunction {
  (...args: unknown[]): unknown;
  async(...args: unknown[]): void;
}

/** A library of native functions, by their C declarations. */
export interface NativeLibrary {
  func(signature: string): NativeFunction;
}

/** What loads libraries by name; null stands for what the process itself has. */
export interface NativeLoader {
  load(name: string | null): NativeLibrary;
}

let loader: NativeLoader | null | undefined;

/** The way to native functions, loaded when first needed; null where koffi is not installed. */
export function nativeLoader(): NativeLoader | null {
  if (loader === undefined)
    try {
      loader = createRequire(import.meta.url)("koffi") as NativeLoader;
    } catch {
      loader = null;
    }
  return loader;
}
