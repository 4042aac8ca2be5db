import { existsSync } from "node:fs";
import { ShoalError } from "../../runtime/base/errors.ts";
import { checkNatsVersion } from "../../runtime/bus/nats-bus.ts";
import { extractFromContainer } from "./container-binary.ts";
import { findProgram, run } from "./program.ts";

/** A nats-server program that was found and asked for its version. */
export interface NatsServerBinary {
  readonly path: string;
  /** "2.9.10" */
  readonly version: string;
}

export interface EnsureOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Folders looked into after PATH; default: the usual sbin folders. */
  readonly folders?: readonly string[];
  /** Tried in this order when neither `SHOAL_NATS_SERVER` nor the path has one. Default: Debian's package, then a container image. */
  readonly remedies?: readonly Remedy[];
}

/** A way to come by a nats-server: gives its path, or undefined where the way is not open. Says on stderr what it does. */
export type Remedy = (env: NodeJS.ProcessEnv) => Promise<string | undefined>;

/**
 * Finds a nats-server, or installs one where that can be done without asking: `SHOAL_NATS_SERVER`, the path (with the
 * usual sbin folders), Debian's package when run as root, the binary of a container image.
 * @throws ShoalError VERSION for one that is too old; MISSING_LIBRARY, with the command to run; a `SHOAL_NATS_SERVER` that does not run is an error, never passed over
 */
export async function ensureNatsServer(options: EnsureOptions = {}): Promise<NatsServerBinary> {
  const env = options.env ?? process.env;
  const named = env["SHOAL_NATS_SERVER"];
  if (named !== undefined && named !== "") return inspect(named, "SHOAL_NATS_SERVER");
  const onPath = findProgram("nats-server", env, options.folders);
  if (onPath !== undefined) return inspect(onPath, "PATH");
  for (const remedy of options.remedies ?? [installFromDebian, extractFromContainer]) {
    const path = await remedy(env);
    if (path !== undefined) return inspect(path, "the installation");
  }
  throw new ShoalError(
    "No nats-server was found in SHOAL_NATS_SERVER or on the PATH; install it (Debian, Ubuntu: `apt-get install nats-server`; " +
      "macOS: `brew install nats-server`; else https://nats.io/download) or set SHOAL_NATS_SERVER to its path",
    { code: "MISSING_LIBRARY" },
  );
}

async function inspect(path: string, source: string): Promise<NatsServerBinary> {
  const printed = await run(path, ["--version"]).catch((cause: unknown) => {
    throw new ShoalError(
      `The nats-server named by ${source}, ${path}, does not run; set SHOAL_NATS_SERVER to one that does`,
      {
        code: "MISSING_LIBRARY",
        cause,
        details: { path, source },
      },
    );
  });
  const version = /nats-server: v(\d+\.\d+\.\d+\S*)/.exec(printed)?.[1];
  if (version === undefined)
    throw new ShoalError(
      `${path}, named by ${source}, is not a nats-server: it calls itself "${printed.trim().slice(0, 80)}"`,
      {
        code: "MISSING_LIBRARY",
        details: { path, source },
      },
    );
  checkNatsVersion(version, path);
  return { path, version };
}

/** Debian's own package, where this process may install it. */
async function installFromDebian(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const apt = findProgram("apt-get", env);
  if (apt === undefined || process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) return undefined;
  process.stderr.write("nats-server is missing; installing Debian's package (apt-get install nats-server)\n");
  const quiet: NodeJS.ProcessEnv = { ...env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    await run(apt, ["update"], quiet);
    await run(apt, ["-o", "DPkg::Lock::Timeout=120", "install", "-y", "--no-install-recommends", "nats-server"], quiet);
  } catch (error) {
    process.stderr.write(`The installation failed: ${String(error)}\n`);
    return undefined;
  }
  return findProgram("nats-server", env);
}
