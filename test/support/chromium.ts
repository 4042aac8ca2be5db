import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium } from "playwright-core";
import { findProgram, run } from "../../infra/nats/program.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A chromium with a profile of its own, ended with the test (or suite, given `{ after }`). */
export async function openBrowser(
  scope: { after(fn: () => Promise<void>): void },
  options: { readonly colorScheme?: "light" | "dark"; readonly width?: number } = {},
): Promise<BrowserContext> {
  const folder = await mkdtemp(join(tmpdir(), "shoal-chromium-"));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: await ensureChromium(),
    headless: true,
    viewport: { width: options.width ?? 1440, height: 900 },
    colorScheme: options.colorScheme ?? "light",
    args: FLAGS,
  });
  scope.after(async () => {
    await context.close();
    await rm(folder, { recursive: true, force: true });
  });
  return context;
}

/** Finds a chromium: `SHOAL_CHROMIUM`, the path; as root on Debian its package is installed. @throws Error that says what to do */
async function ensureChromium(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const named = env["SHOAL_CHROMIUM"];
  if (named !== undefined && named !== "") return named;
  const found = NAMES.map((name) => findProgram(name, env)).find((path) => path !== undefined);
  if (found !== undefined) return found;
  const apt = findProgram("apt-get", env);
  if (apt !== undefined && process.getuid?.() === 0 && existsSync("/etc/debian_version")) {
    process.stderr.write("chromium is missing; installing Debian's package (apt-get install chromium)\n");
    const quiet: NodeJS.ProcessEnv = { ...env, DEBIAN_FRONTEND: "noninteractive" };
    await run(apt, ["update"], quiet);
    await run(apt, ["-o", "DPkg::Lock::Timeout=120", "install", "-y", "--no-install-recommends", "chromium"], quiet);
    const installed = findProgram("chromium", env);
    if (installed !== undefined) return installed;
  }
  throw new Error(
    "No chromium was found in SHOAL_CHROMIUM or on the PATH; install it (Debian, Ubuntu: `apt-get install chromium`) or set SHOAL_CHROMIUM to its path",
  );
}
