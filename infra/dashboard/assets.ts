import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { ShoalError } from "../../runtime/base/errors.ts";

/** Where the page's own files lie, in sources and in the built package. */
export const assetsFolder = fileURLToPath(new URL("./assets/", import.meta.url));

/** Libraries that the page loads from its own server: the build copies them beside the page's files. */
export const vendorFiles: Readonly<Record<string, readonly [packageName: string, file: string]>> = {
  "echarts.min.js": ["echarts", "dist/echarts.min.js"],
  "dagre.js": ["@dagrejs/dagre", "dist/dagre.esm.js"],
  "inter.woff2": ["@fontsource-variable/inter", "files/inter-latin-wght-normal.woff2"],
  "echarts-license.txt": ["echarts", "LICENSE"],
  "echarts-notice.txt": ["echarts", "NOTICE"],
  "dagre-license.txt": ["@dagrejs/dagre", "LICENSE"],
  "inter-license.txt": ["@fontsource-variable/inter", "LICENSE"],
};

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};

/** A file of the page; undefined if there is none of that name. */
export async function findAsset(path: string): Promise<{ readonly type: string; readonly bytes: Buffer } | undefined> {
  const type = CONTENT_TYPES[extname(path)];
  const inside = normalize(path);
  if (type === undefined || inside.startsWith("..") || inside.startsWith("/")) return undefined;
  const place = inside.startsWith("vendor/") ? vendorPath(inside.slice("vendor/".length)) : join(assetsFolder, inside);
  if (place === undefined || !existsSync(place)) return undefined;
  return { type, bytes: await readFile(place) };
}

/** Where a library's file lies: beside the page where it was built, else where it is installed. */
export function vendorPath(name: string): string | undefined {
  const built = join(assetsFolder, "vendor", name);
  if (existsSync(built)) return built;
  const known = Object.hasOwn(vendorFiles, name) ? vendorFiles[name] : undefined;
  return known === undefined ? undefined : join(packageFolder(known[0]), known[1]);
}

/** @throws ShoalError MISSING_LIBRARY */
export function packageFolder(name: string): string {
  const require = createRequire(import.meta.url);
  for (const folder of require.resolve.paths(name) ?? [])
    if (existsSync(join(folder, name, "package.json"))) return join(folder, name);
  throw new ShoalError(`The page needs ${name}, which is not installed: npm install`, { code: "MISSING_LIBRARY" });
}

/** Text of a file of the page, for reports that stand alone. */
export async function assetText(path: string): Promise<string> {
  const found = await findAsset(path);
  if (found === undefined)
    throw new ShoalError(`The page's file ${path} is missing from ${dirname(assetsFolder)}`, { code: "FILE" });
  return found.bytes.toString("utf8");
}
