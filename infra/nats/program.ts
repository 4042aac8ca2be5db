import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Folders that a user's PATH often lacks. */
const SBIN_FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin"];

/** Where a program lies: the folders of PATH, then others. */
export function findProgram(
  name: string,
  env: NodeJS.ProcessEnv,
  others: readonly string[] = SBIN_FOLDERS,
): string | undefined {
  const folders = [...(env["PATH"] ?? "").split(delimiter), ...others];
  return folders
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** Runs a program to its end. Its stdout is given back; its stderr too, in the error, when it fails. */
export function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(stdout + stderr);
      else reject(new Error(`${program} ${args.join(" ")} ended with ${code}: ${stderr.trim() || stdout.trim()}`));
    });
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
