import { availableParallelism } from "node:os";
import { type MemorySettings, memoryConfig } from "../../../collections/futures/memory-options.ts";
import { ActorSystem } from "../../../runtime/actor/system.ts";
import { clusterSubjects } from "../../../runtime/bus/subject.ts";
import { actorCodec } from "../../../runtime/protocol/actor-codec.ts";
import { joinNats } from "../../cluster/join-nats.ts";
import { startNatsWorker } from "../../cluster/spawn-workers.ts";
import { SCHEDULER_DEFAULTS } from "../../cluster/start-scheduler.ts";
import { WorkerPool } from "../../cluster/worker-pool.ts";
import { clusterFlags, clusterTarget } from "../cluster-flags.ts";
import { type Command, countOf, type FlagValues, type Terminal, textOf, textsOf } from "../command.ts";
import { reportStatus, untilStopped } from "../terminal.ts";

const HELLO_TIMEOUT_MS = 2000;

export const workerCommand: Command = {
  name: "worker",
  summary: "Runs worker processes for a cluster, and starts others in the place of those that die.",
  usage: "[--cluster NAME] [--nats URL] [--workers N] [--slots M] [--memory-limit BYTES]",
  flags: {
    ...clusterFlags,
    workers: {
      type: "string",
      short: "w",
      value: "N",
      help: "Processes; default: as many as this machine runs in parallel",
    },
    slots: { type: "string", value: "M", help: "Asynchronous tasks that overlap in one worker; default 1" },
    resource: { type: "string", multiple: true, value: "NAME=AMOUNT", help: "What each worker has of it: GPU=1" },
    "memory-limit": {
      type: "string",
      value: "BYTES",
      help: 'What each worker may use, "4 GB", a share such as 0.5, or "none"; default: an equal part of all there is',
    },
    "spill-folder": { type: "string", value: "PATH", help: "Where results go that do not fit in memory" },
    "spill-limit": { type: "string", value: "BYTES", help: "How much of the disk each worker may use" },
    "named-functions-only": { type: "boolean", help: "Refuses functions that would come as source text" },
  },
  notes: ["  shoal worker --cluster prod --nats nats://10.0.0.5:4222 --workers 4 --resource GPU=1"],
  run: async ({ values }, terminal) => {
    const { cluster, url, connect } = clusterTarget(values, terminal);
    const workers = countOf(values, "workers", availableParallelism());
    const settings = {
      cluster,
      workers,
      slots: countOf(values, "slots", 1),
      resources: Object.fromEntries(textsOf(values, "resource").map(parseResource)),
      functions: values["named-functions-only"] === true ? ("named" as const) : ("any" as const),
      heartbeatMs: SCHEDULER_DEFAULTS.heartbeatMs,
      memory: memoryConfig(memorySettings(values), workers, "process"),
    };
    const bus = await joinNats(connect, cluster, "worker");
    reportStatus(bus, terminal);
    const system = new ActorSystem({ bus, codec: actorCodec });
    let left = workers;
    let pool: WorkerPool | undefined;
    try {
      const ended = await untilStopped(terminal.stop, (end) => {
        const onLost = (worker: string, reason: string): void => {
          terminal.warn(`Worker ${worker} is gone for good: ${reason}`);
          left -= 1;
          if (left === 0) end("no worker is left");
        };
        pool = new WorkerPool(system, startNatsWorker(connect), { ...settings, onLost });
        terminal.print(
          `${workers === 1 ? "1 worker" : `${workers} workers`} for cluster "${cluster}" at ${url} (process ${process.pid})`,
        );
        void sayWhetherAwaited(system, cluster, terminal);
      });
      await pool
        ?.close("tell")
        .catch((error: unknown) => terminal.warn(`The scheduler was not told: ${String(error)}`));
      terminal.print(`Workers for cluster "${cluster}" stopped${ended === undefined ? "" : `: ${ended}`}`);
      return ended === undefined ? 0 : 1;
    } finally {
      system.close();
      await bus.close();
    }
  },
};

/** Workers may come before their scheduler; whoever started them wants to know. */
async function sayWhetherAwaited(system: ActorSystem, cluster: string, { warn }: Terminal): Promise<void> {
  const { hello } = clusterSubjects(cluster);
  try {
    await system.ask(hello, { type: "whoAreYou" }, { timeoutMs: HELLO_TIMEOUT_MS });
  } catch (error) {
    if ((error as { code?: string }).code === "NO_RESPONDERS")
      warn(
        `Cluster "${cluster}" has no scheduler yet; the workers join when "shoal scheduler --cluster ${cluster}" runs`,
      );
  }
}

function memorySettings(values: FlagValues): MemorySettings {
  const limit = textOf(values, "memory-limit");
  const spillFolder = textOf(values, "spill-folder");
  const spillLimit = textOf(values, "spill-limit");
  return {
    ...(limit === undefined ? {} : { memoryLimit: limit === "none" ? false : limit }),
    memory: {
      ...(spillFolder === undefined ? {} : { spillFolder }),
      ...(spillLimit === undefined ? {} : { spillLimit }),
    },
  };
}

function parseResource(text: string): readonly [string, number] {
  const [name = "", amount = ""] = text.split("=");
  if (name === "" || amount === "" || !(Number(amount) > 0))
    throw new SyntaxError(`--resource takes NAME=AMOUNT such as GPU=1, not "${text}"`);
  return [name, Number(amount)];
}
