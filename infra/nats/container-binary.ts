import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { findProgram, run } from "./program.ts";

const IMAGE = "nats:2.10";
/** Where the official image keeps its (static) server. */
const PATH_IN_IMAGE = "/nats-server";

/**
 * Copies the server out of a container image, where an engine answers and can get the image: the server then runs as a
 * plain child process. Only Linux images are to be had, so only Linux is served.
 */
export async function extractFromContainer(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const engine = findProgram("docker", env) ?? findProgram("podman", env);
  if (engine === undefined || process.platform !== "linux") return undefined;
  const folder = join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "shoal");
  const target = join(folder, "nats-server");
  process.stderr.write(`nats-server is missing; copying it out of the image ${IMAGE} with ${engine} to ${target}\n`);
  try {
    await mkdir(folder, { recursive: true });
    const created = (await run(engine, ["create", "--quiet", IMAGE], env)).trim().split("\n").at(-1) as string;
    try {
      await run(engine, ["cp", `${created}:${PATH_IN_IMAGE}`, target], env);
    } finally {
      await run(engine, ["rm", created], env);
    }
    return target;
  } catch (error) {
    process.stderr.write(`That failed: ${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}
