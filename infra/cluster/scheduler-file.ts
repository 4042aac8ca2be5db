import { readFile, rename, writeFile } from "node:fs/promises";
import { holdProcess, systemClock } from "../../runtime/base/clock.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { VERSION } from "../../runtime/base/version.ts";

/** Where a cluster is found, as its scheduler writes it into a file that others read. */
export interface SchedulerPlace {
  readonly cluster: string;
  /** Address of its NATS server, or several with commas; logins are not told. */
  readonly nats: string;
}

const LOOK_MS = 50;

/**
 * Tells others, by a file of a shared disk, where a cluster is found. The file is there whole or not at all.
 * @see https://docs.dask.org/en/stable/deploying-hpc.html#using-a-shared-network-file-system-and-a-job-scheduler
 */
export async function writeSchedulerFile(path: string, { cluster, nats }: SchedulerPlace): Promise<void> {
  const place = { cluster, nats: nats.split(",").map(withoutLogin).join(","), version: VERSION, process: process.pid };
  const soon = `${path}.${process.pid}.new`;
  await writeFile(soon, `${JSON.stringify(place, null, 2)}\n`);
  await rename(soon, path);
}

/**
 * Reads where a cluster is found; waits for the file, as schedulers may start later.
 * @throws ShoalError NO_SCHEDULER where there is no file in time; SyntaxError for one that no scheduler wrote
 */
export async function readSchedulerFile(path: string, waitMs: number): Promise<SchedulerPlace> {
  const text = await textOf(path, waitMs);
  const place = parsed(text);
  if (typeof place?.cluster !== "string" || typeof place.nats !== "string")
    throw new SyntaxError(`${path} does not say where a cluster is: shoal scheduler --scheduler-file writes it`);
  return { cluster: place.cluster, nats: place.nats };
}

async function textOf(path: string, waitMs: number): Promise<string> {
  const untilMs = systemClock.now() + waitMs;
  const letGo = holdProcess();
  try {
    for (;;) {
      try {
        return await readFile(path, "utf8");
      } catch (cause) {
        const isEarly = (cause as { code?: string }).code === "ENOENT" && systemClock.now() < untilMs;
        if (!isEarly)
          throw new ShoalError(
            `No scheduler has written ${path}: start one with "shoal scheduler --scheduler-file ${path}"`,
            { code: "NO_SCHEDULER", retryable: true, cause, details: { path } },
          );
      }
      await new Promise<void>((resolve) => systemClock.setTimer(LOOK_MS, resolve));
    }
  } finally {
    letGo();
  }
}

function parsed(text: string): Partial<SchedulerPlace> | undefined {
  try {
    return JSON.parse(text) as Partial<SchedulerPlace>;
  } catch {
    return undefined;
  }
}

const withoutLogin = (url: string): string => url.trim().replace(/\/\/[^@/]*@/, "//");
