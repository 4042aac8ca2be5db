import { readFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type AnyNode, parse } from "acorn";
import { ShoalError } from "../../runtime/base/errors.ts";
import { hashOf } from "../../runtime/base/hash.ts";
import { forgetModule } from "../../runtime/wire/function-loader.ts";
import {
  findUploadedBy,
  type ModuleBundle,
  placeUploaded,
  type UploadedModule,
} from "../../runtime/wire/uploaded-modules.ts";
import { runOnWorkers } from "./actor-handle.ts";
import { type ClientReach, currentReach } from "./client-reach.ts";
import { askCoordination } from "./coordination-link.ts";
import { readShelf } from "./shared-state.ts";
import { packShared } from "./shared-value.ts";

/** Files of a module at most: what is larger is a package, and installed. */
const FILES_MAX = 500;

/** A file of a bundle, as it stands under its URL. */
interface Shelved {
  /** URL of the module that it was uploaded with. */
  readonly entry: string;
  readonly path: string;
}

/**
 * Gives workers a module of the user's, with all it imports by relative paths. Those that are in the cluster take it at once, in place of
 * what they had; those that come later find it where the file is not on their machine.
 * @returns URLs of the files that were uploaded, the module's own first
 */
export async function uploadModule(reach: ClientReach, module: string | URL): Promise<string[]> {
  const entry = module instanceof URL || module.startsWith("file:") ? fileURLToPath(module) : resolve(module);
  const texts = await filesOf(entry);
  const root = commonFolder([...texts.keys()]);
  const files = Object.fromEntries([...texts].map(([file, text]) => [relative(root, file), text]));
  const bundle: ModuleBundle = { hash: hashOf(JSON.stringify(files)), files };
  const places = [...texts.keys()].map((file) => ({ url: pathToFileURL(file).href, path: relative(root, file) }));
  const urls = places.map(({ url }) => url);
  const [first = ""] = urls;
  await shelve(reach, `bundle/${first}`, bundle);
  for (const { url, path } of places) await shelve(reach, `module/${url}`, { entry: first, path } satisfies Shelved);
  await runOnWorkers(reach, takeModules, [urls]);
  return urls;
}

/** Runs on a worker: has modules imported anew, from what was uploaded. */
export async function takeModules(urls: readonly string[]): Promise<void> {
  if (!isServed)
    throw new ShoalError("This worker runs named functions of its own modules alone, and takes none of others", {
      code: "NOT_SUPPORTED",
    });
  for (const url of urls) {
    const found = await findUploaded(url);
    if (found === undefined) continue;
    placeUploaded(url, found);
    forgetModule(url);
  }
}

/** Lets modules that are not on this machine be found among those that clients uploaded. */
export function serveModules(): void {
  isServed = true;
  findUploadedBy(findUploaded);
}

let isServed = false;

async function findUploaded(url: string): Promise<UploadedModule | undefined> {
  const reach = currentReach();
  const shelved = (await readShelf(reach, `module/${url}`, false))?.value as Shelved | undefined;
  if (shelved === undefined) return undefined;
  const bundle = (await readShelf(reach, `bundle/${shelved.entry}`, false))?.value as ModuleBundle | undefined;
  return bundle === undefined ? undefined : { bundle, path: shelved.path };
}

async function shelve(reach: ClientReach, name: string, value: unknown): Promise<void> {
  const item = await packShared(value);
  await askCoordination(reach, { op: "set", name, item, isNew: false });
}

/** Texts of a module and of all it imports by relative paths, the module first. @throws ShoalError MISSING_MODULE; SyntaxError */
async function filesOf(entry: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const open = [entry];
  for (let file = open.shift(); file !== undefined; file = open.shift()) {
    if (texts.has(file)) continue;
    const text = await textOf(file);
    texts.set(file, text);
    if (texts.size > FILES_MAX)
      throw new RangeError(
        `${entry} imports more than ${FILES_MAX} files: make it a package, and install that on the workers`,
      );
    for (const specifier of importsOf(file, text)) open.push(resolve(dirname(file), specifier));
  }
  return texts;
}

async function textOf(file: string): Promise<string> {
  if (!/\.m?js(on)?$/.test(file))
    throw new TypeError(`uploadModule() takes JavaScript modules (.js, .mjs), not ${file}: build it first`);
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new ShoalError(`Module ${file} cannot be read`, { code: "MISSING_MODULE", cause, details: { module: file } });
  }
}

/** Relative specifiers of a module's imports, those inside functions included. */
function importsOf(file: string, text: string): string[] {
  if (file.endsWith(".json")) return [];
  const found: string[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const one of node) visit(one);
    else if (typeof node === "object" && node !== null && "type" in node) {
      const { source } = node as { source?: { value?: unknown } | null };
      const isImport = /^(Import|Export)/.test((node as AnyNode).type);
      if (isImport && typeof source?.value === "string" && source.value.startsWith(".")) found.push(source.value);
      for (const child of Object.values(node)) visit(child);
    }
  };
  try {
    visit(parse(text, { ecmaVersion: "latest", sourceType: "module" }));
  } catch (cause) {
    throw new SyntaxError(`${file} is no JavaScript module: ${(cause as Error).message}`, { cause });
  }
  return found;
}

function commonFolder(files: readonly string[]): string {
  const [first = "", ...others] = files.map((file) => dirname(file).split(/[\\/]/));
  const parts = [...first];
  for (const other of others) while (!parts.every((part, at) => other[at] === part)) parts.pop();
  return parts.join("/") === "" ? "/" : parts.join("/");
}
