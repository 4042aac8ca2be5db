import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isProcessAlive } from "./process-alive.ts";

/** The name of a folder that a process has to itself, among others of its kind: "shoal-spill-4711-…". */
export const processFolderName = (kind: string, token: string): string => `shoal-${kind}-${process.pid}-${token}`;

/** Removes folders of a kind whose processes ended without taking them away. */
export function sweepProcessFolders(
  kind: string,
  parent: string,
  isAlive: (pid: number) => boolean = isProcessAlive,
): void {
  for (const name of readdirSync(parent)) {
    const [, pid] = new RegExp(`^shoal-${kind}-(\\d+)-`).exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(parent, name), { recursive: true, force: true });
  }
}
