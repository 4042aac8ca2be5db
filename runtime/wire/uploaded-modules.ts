import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { processFolderName, sweepProcessFolders } from "../base/process-folders.ts";

/** A module that was uploaded with what it imports by relative paths: text by path below a folder they share. */
export interface ModuleBundle {
  /** Of all texts: another upload of the same module has another. */
  readonly hash: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Which file of which bundle a module is. */
export interface UploadedModule {
  readonly bundle: ModuleBundle;
  readonly path: string;
}

type FindUploaded = (module: string) => Promise<UploadedModule | undefined>;

const places = new Map<string, string>();
let find: FindUploaded | undefined;
let folder: string | undefined;

/** Says where modules that are not on this machine are asked for. */
export function findUploadedBy(finder: FindUploaded): void {
  find = finder;
}

/** Where the uploaded text of a module lies in this process, if there is any. */
export const uploadedPlace = (module: string): string | undefined => places.get(module);

/** Asks for a module that is not on this machine. @returns where it lies now; undefined if nobody uploaded it */
export async function fetchUploaded(module: string): Promise<string | undefined> {
  const found = await find?.(module);
  return found === undefined ? undefined : placeUploaded(module, found);
}

/** Writes an uploaded module down, for this process alone. @returns the URL it is imported from */
export function placeUploaded(module: string, { bundle, path }: UploadedModule): string {
  const root = join(ownFolder(), bundle.hash);
  for (const [name, text] of Object.entries(bundle.files)) {
    const file = join(root, name);
    if (existsSync(file)) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const place = pathToFileURL(join(root, path)).href;
  places.set(module, place);
  return place;
}

/** Takes away what was written down. */
export function dropUploaded(): void {
  places.clear();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  folder = undefined;
}

/**
 * A worker that is ended leaves it behind: the next process that makes one takes it away. Packages are found from there as from the folder
 * that the process runs in.
 */
function ownFolder(): string {
  if (folder !== undefined) return folder;
  sweepProcessFolders("modules", tmpdir());
  folder = mkdtempSync(join(tmpdir(), processFolderName("modules", "")));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  const packages = nearestPackages(process.cwd());
  if (packages !== undefined) symlinkSync(packages, join(folder, "node_modules"), "junction");
  return folder;
}

function nearestPackages(from: string): string | undefined {
  const here = join(from, "node_modules");
  if (existsSync(here)) return here;
  const above = dirname(from);
  return above === from ? undefined : nearestPackages(above);
}
