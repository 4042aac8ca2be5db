import { getContainerRuntimeClient } from "testcontainers";

/** Why containers cannot be run here, in one line; undefined if they can. */
export async function engineProblem(): Promise<string | undefined> {
  try {
    await getContainerRuntimeClient();
    return undefined;
  } catch {
    return "no container engine answers; as root on Debian: eval $(infra/containers/engine.sh start FOLDER)";
  }
}

/**
 * The image of NATS to run: the one that `SHOAL_NATS_IMAGE` names, else one that the engine has already, so that no registry need be
 * reached, else the official one.
 */
export async function natsImage(): Promise<string> {
  const named = process.env["SHOAL_NATS_IMAGE"];
  if (named !== undefined) return named;
  const { container } = await getContainerRuntimeClient();
  const images = await container.dockerode.listImages({ filters: { reference: ["nats"] } });
  return images.flatMap(({ RepoTags }) => RepoTags ?? []).find((tag) => tag.startsWith("nats:")) ?? "nats:2.10";
}
