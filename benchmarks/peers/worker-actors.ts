import { memoryConfig } from "../../collections/futures/memory-options.ts";
import { joinNats } from "../../infra/cluster/join-nats.ts";
import { startWorker } from "../../infra/cluster/start-worker.ts";

/** `worker-actors.ts URL CLUSTER NAME COUNT SLOTS`: so many workers in one thread; ends with its standard input. */
const [url, cluster, name, count, slots] = process.argv.slice(2) as [string, string, string, string, string];
const bus = await joinNats({ servers: url }, cluster, "worker");
const memory = memoryConfig({ memoryLimit: false }, 1, "results");
for (let i = 0; i < Number(count); i++) {
  const config = {
    cluster,
    id: `${name}-${i}`,
    incarnation: 1,
    slots: Number(slots),
    resources: {},
    heartbeatMs: 1000,
  };
  startWorker(bus, { ...config, functions: "any", preload: [], environment: {}, memory }, (reason) => {
    process.stderr.write(`${reason}\n`);
    process.exit(1);
  });
}
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
