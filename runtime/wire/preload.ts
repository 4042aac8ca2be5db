import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ShoalError } from "../base/errors.ts";
import { importModule } from "./function-loader.ts";

/** What a module that is loaded ahead is told of the worker it is loaded for. */
export interface PreloadContext {
  readonly worker: string;
  readonly cluster: string;
}

/**
 * The addresses of modules to load ahead, from paths (relative to the folder the program was started in), file URLs and
 * names of installed packages.
 * @throws ShoalError MISSING_MODULE naming the one that is not there
 */
export function preloadUrls(modules: readonly string[], folder = process.cwd()): string[] {
  return modules.map((module) => {
    const url = urlOf(module, folder);
    if (url !== undefined) return url;
    throw new ShoalError(`Module ${module}, which is to be loaded ahead, is not there as seen from ${folder}`, {
      code: "MISSING_MODULE",
      details: { module, folder },
    });
  });
}

function urlOf(module: string, folder: string): string | undefined {
  if (module.startsWith("node:")) return module;
  if (module.startsWith("file:")) return existsSync(new URL(module)) ? module : undefined;
  const path = resolve(folder, module);
  if (existsSync(path)) return pathToFileURL(path).href;
  if (/^[./]/.test(module)) return undefined;
  try {
    return pathToFileURL(createRequire(join(folder, "from-here.js")).resolve(module)).href;
  } catch {
    // Not installed there: the caller says so, by its name.
    return undefined;
  }
}

/**
 * Imports modules one after the other, and calls what each exports as `setup`, before a worker takes any work.
 * @throws ShoalError MISSING_MODULE for one that cannot be imported; ACTOR_FAILED with what its `setup` threw as `cause`
 * @see https://docs.dask.org/en/stable/customize-initialization.html
 */
export async function preload(urls: readonly string[], context: PreloadContext): Promise<void> {
  for (const url of urls) {
    const { setup } = (await importModule(url)) as { setup?: unknown };
    if (typeof setup !== "function") continue;
    try {
      await setup(context);
    } catch (error) {
      throw new ShoalError(`setup() of ${url}, which is loaded ahead, failed: ${(error as Error)?.message ?? error}`, {
        code: "ACTOR_FAILED",
        cause: error,
        details: { module: url },
      });
    }
  }
}
