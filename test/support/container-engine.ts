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
