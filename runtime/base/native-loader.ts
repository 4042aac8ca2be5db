import { createRequire } from "node:module";

/** A library of native functions, by their C declarations. */
export interface NativeLibrary {
  func(signature: string): (...args: unknown[]) => unknown;
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
