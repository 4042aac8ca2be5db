import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ShoalError } from "../../runtime/base/errors.ts";

const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";

/** A sibling module's address, in sources and in the built package. */
export const siblingEntry = (name: string): string => new URL(`./${name}${extension}`, import.meta.url).href;

/**
 * The first module of threads and processes of workers.
 * @param beside address of the module that it stands beside
 * @throws ShoalError MISSING_MODULE where it does not: in a bundle
 */
export function bootEntry(beside: string = import.meta.url): URL {
  const boot = new URL("./boot.mjs", beside);
  if (existsSync(boot)) return boot;
  throw new ShoalError(
    `Workers begin with ${fileURLToPath(boot)}, and that file is not there: leave Shoal out of the bundle (esbuild: --external:shoal) and install it beside`,
    { code: "MISSING_MODULE", details: { file: fileURLToPath(boot) } },
  );
}
