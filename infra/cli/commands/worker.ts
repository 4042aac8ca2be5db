import { type MemorySettings, memoryConfig } from "../../../collections/futures/memory-options.ts";
import { ActorSystem } from "../../../runtime/actor/system.ts";
import { cpuCount } from "../../../runtime/base/cpu-count.ts";
import { parseDurationMs } from "../../../runtime/base/units.ts";
import { clusterSubjects } from "../../../runtime/bus/subject.ts";
import { actorCodec } from "../../../runtime/protocol/actor-codec.ts";
import { preloadUrls } from "../../../runtime/wire/preload.ts";
import { Adaptive } from "../../cluster/adaptive.ts";
import { joinNats } from "../../cluster/join-nats.ts";
import { lifetimeOf } from "../../cluster/open-local.ts";
import { SchedulerWatch } from "../../cluster/scheduler-watch.ts";
import { startNatsWorker } from "../../cluster/spawn-workers.ts";
import { SCHEDULER_DEFAULTS } from "../../cluster/start-scheduler.ts";
import { WorkerPool } from "../../cluster/worker-pool.ts";
import { clusterFlags, clusterTarget } from "../cluster-flags.ts";
import { type Command, countOf, type FlagValues, type Terminal, textOf, textsOf } from "../command.ts";
import { reportStatus, untilStopped } from "../terminal.ts";

/** So long workers may take to end what they run and to hand over what they hold. */
const DRAIN = "30s";
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
    adapt: {
      type: "string",
      value: "MIN:MAX",
      help: "As many workers as the work wants, between these; --workers is how many there are at first",
    },
    lifetime: { type: "string", value: "TIME", help: "Workers are replaced after so long" },
    "lifetime-stagger": { type: "string", value: "TIME", help: "Spreads that over this time; default: a tenth of it" },
    "drain-timeout": {
      type: "string",
      value: "TIME",
      help: `When it is asked to end, what only its workers hold is moved to others, within this time; default "${DRAIN}"`,
    },
    "memory-limit": {
      type: "string",
      value: "BYTES",
      help: 'What each worker may use, "4 GB", a share such as 0.5, or "none"; default: an equal part of all there is',
    },
    "spill-folder": { type: "string", value: "PATH", help: "Where results go that do not fit in memory" },
    "spill-limit": { type: "string", value: "BYTES", help: "How much of the disk each worker may use" },
    "death-timeout": {
      type: "string",
      value: "TIME",
      help: "Ends, with its workers, when no scheduler has answered for so long; default: never",
    },
    preload: {
      type: "string",
      multiple: true,
      value: "MODULE",
      help: "Each worker imports it first, and calls what it exports as setup",
    },
    env: { type: "string", multiple: true, value: "NAME=VALUE", help: "A variable of each worker's environment" },
    "named-functions-only": { type: "boolean", help: "Refuses functions that would come as source text" },
  },
  notes: ["  shoal worker --cluster prod --nats nats://10.0.0.5:4222 --workers 4 --resource GPU=1"],
  run: async ({ values }, terminal) => {
    const { cluster, url, connect } = await clusterTarget(values, terminal);
    const workers = countOf(values, "workers", cpuCount());
    const settings = {
      cluster,
      workers,
      slots: countOf(values, "slots", 1),
      resources: Object.fromEntries(textsOf(values, "resource").map(parseResource)),
      functions: values["named-functions-only"] === true ? ("named" as const) : ("any" as const),
      heartbeatMs: SCHEDULER_DEFAULTS.heartbeatMs,
      preload: preloadUrls(textsOf(values, "preload")),
      environment: Object.fromEntries(textsOf(values, "env").map(parseVariable)),
      memory: memoryConfig(memorySettings(values), workers, "process"),
      lifetime: lifetimeOf(lifetimeSettings(values)),
    };
    const bus = await joinNats(connect, cluster, "worker");
    reportStatus(bus, terminal);
    const system = new ActorSystem({ bus, codec: actorCodec });
    const drainMs = parseDurationMs(textOf(values, "drain-timeout") ?? DRAIN);
    const adapt = textOf(values, "adapt");
    const limits = adapt === undefined ? undefined : parseRange(adapt);
    let pool: WorkerPool | undefined;
    let adaptive: Adaptive | undefined;
    let watch: SchedulerWatch | undefined;
    try {
      const ended = await untilStopped(terminal.stop, (end) => {
        const endIfNone = (): void => {
          if (pool?.size === 0 && limits === undefined) end("no worker is left");
        };
        const onLost = (worker: string, reason: string): void => {
          terminal.warn(`Worker ${worker} is gone for good: ${reason}`);
          endIfNone();
        };
        const onDismissed = (worker: string): void => {
          terminal.print(`Worker ${worker} has left`);
          endIfNone();
        };
        pool = new WorkerPool(system, startNatsWorker(connect), { ...settings, onLost, onDismissed });
        watch = watchOf(values, system, cluster, end);
        if (limits !== undefined) adaptive = new Adaptive(system, cluster, pool, limits);
        terminal.print(
          `${workers === 1 ? "1 worker" : `${workers} workers`} for cluster "${cluster}" at ${url} (process ${process.pid})`,
        );
        void sayWhetherAwaited(system, cluster, terminal);
      });
      adaptive?.stop();
      watch?.stop();
      await pool
        ?.close("tell", drainMs)
        .catch((error: unknown) => terminal.warn(`The scheduler was not told: ${String(error)}`));
      terminal.print(`Workers for cluster "${cluster}" stopped${ended === undefined ? "" : `: ${ended}`}`);
      return ended === undefined ? 0 : 1;
    } finally {
      system.close();
      await bus.close();
    }
  },
};

/** Where it was asked for, an end for workers whose scheduler has gone for good. */
function watchOf(
  values: FlagValues,
  system: ActorSystem,
  cluster: string,
  end: (reason: string) => void,
): SchedulerWatch | undefined {
  const text = textOf(values, "death-timeout");
  if (text === undefined) return undefined;
  return new SchedulerWatch(system, cluster, parseDurationMs(text), () => end(`no scheduler has answered for ${text}`));
}

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

function lifetimeSettings(values: FlagValues): { lifetime?: string; lifetimeStagger?: string } {
  const lifetime = textOf(values, "lifetime");
  const lifetimeStagger = textOf(values, "lifetime-stagger");
  return {
    ...(lifetime === undefined ? {} : { lifetime }),
    ...(lifetimeStagger === undefined ? {} : { lifetimeStagger }),
  };
}

function parseRange(text: string): { minimum: number; maximum: number } {
  const [, minimum, maximum] = /^(\d+):(\d+)$/.exec(text) ?? [];
  if (minimum === undefined || Number(maximum) < Number(minimum) || Number(maximum) === 0)
    throw new SyntaxError(`--adapt takes MIN:MAX such as 1:8, not "${text}"`);
  return { minimum: Number(minimum), maximum: Number(maximum) };
}

function parseResource(text: string): readonly [string, number] {
  const [name = "", amount = ""] = text.split("=");
  if (name === "" || amount === "" || !(Number(amount) > 0))
    throw new SyntaxError(`--resource takes NAME=AMOUNT such as GPU=1, not "${text}"`);
  return [name, Number(amount)];
}

function parseVariable(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at <= 0) throw new SyntaxError(`--env takes NAME=VALUE such as OMP_NUM_THREADS=1, not "${text}"`);
  return [text.slice(0, at), text.slice(at + 1)];
}
