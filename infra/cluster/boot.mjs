// The first module of every worker thread and process. Node 20 cannot start a thread from a .ts file, so sources run from here;
// the published package has .js files and needs no loader.
import { workerData } from "node:worker_threads";

const entry = workerData?.entry ?? process.env.SHOAL_ENTRY;
if (entry.endsWith(".ts")) {
  const { register } = await import("tsx/esm/api");
  register();
}
await import(entry);
