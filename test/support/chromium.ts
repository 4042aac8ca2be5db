import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium } from "playwright-core";
import { findProgram } from "../../infra/nats/program.ts";

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
    executablePath: needChromium(),
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

/** Where a chromium is: `SHOAL_CHROMIUM`, or the path. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env["SHOAL_CHROMIUM"];
  if (named !== undefined && named !== "") return named;
  return NAMES.map((name) => findProgram(name, env)).find((path) => path !== undefined);
}

/** @throws Error that says what to do; `npm test` installs it where it may */
function needChromium(): string {
  const found = findChromium();
  if (found !== undefined) return found;
  throw new Error(
    "No chromium was found in SHOAL_CHROMIUM or on the PATH; install it (Debian, Ubuntu: `apt-get install chromium`) or set SHOAL_CHROMIUM to its path",
  );
}
