import { cacheLimits } from "../../../collections/futures/cache-options.ts";
import { parseDurationMs } from "../../../runtime/base/units.ts";
import { VERSION } from "../../../runtime/base/version.ts";
import { joinNats } from "../../cluster/join-nats.ts";
import { runScheduler } from "../../cluster/run-scheduler.ts";
import { writeSchedulerFile } from "../../cluster/scheduler-file.ts";
import { SCHEDULER_DEFAULTS, type SchedulerSettings } from "../../cluster/start-scheduler.ts";
import { PageServer } from "../../dashboard/page-server.ts";
import { EventLoopWatch } from "../../measure/event-loop-watch.ts";
import { StimulusFile } from "../../replay/stimulus-file.ts";
import { clusterFlags, clusterTarget } from "../cluster-flags.ts";
import { type Command, countOf, type FlagValues, textOf } from "../command.ts";
import { pageFlags, pagePlace } from "../page-flags.ts";
import { reportStatus } from "../terminal.ts";

/** So long a leader may be silent before another takes its place. */
const LEASE = "3s";

export const schedulerCommand: Command = {
  name: "scheduler",
  summary: "Runs the scheduler of a cluster. A cluster has one, and any number of standbys.",
  usage: "[--cluster NAME] [--nats URL] [--standby]",
  flags: {
    ...clusterFlags,
    "scheduler-file": {
      type: "string",
      value: "FILE",
      help: "Writes down where the cluster is, for workers and clients on the same shared disk",
    },
    "nats-contact": {
      type: "string",
      value: "URL",
      help: "The NATS server as others reach it, for that file, where this scheduler reaches it by another address",
    },
    standby: { type: "boolean", help: "Waits, and takes over when the scheduler is gone; needs JetStream" },
    lease: {
      type: "string",
      value: "TIME",
      help: `A scheduler silent for longer is replaced by its standby; default "${LEASE}", or as it is where there is one`,
    },
    "no-journal": { type: "boolean", help: "Writes no journal, even where the server has JetStream" },
    "worker-lease": {
      type: "string",
      value: "TIME",
      help: 'A worker silent for longer is taken for dead; default "30s"',
    },
    "client-lease": {
      type: "string",
      value: "TIME",
      help: 'A client silent for longer loses its futures; default "60s"',
    },
    "allowed-failures": {
      type: "string",
      value: "N",
      help: "Workers a task may kill before it is given up; default 3",
    },
    "tasks-per-client-max": {
      type: "string",
      value: "N",
      help: "Tasks of one client that it knows at a time, with those whose results it holds: more are declined as OVERLOADED; default: any number",
    },
    "idle-timeout": {
      type: "string",
      value: "TIME",
      help: "Ends, with its workers, when nobody has wanted anything for so long; default: never",
    },
    "no-workers-timeout": {
      type: "string",
      value: "TIME",
      help: "Tasks that no worker may run fail when they have waited so long for one; default: never",
    },
    speculate: {
      type: "boolean",
      help: "Begins tasks that run far longer than their kind on a second worker too; never those that say they act on the world",
    },
    cache: {
      type: "string",
      value: "BYTES",
      help: 'Keeps results that nobody asks for any more, up to so much: "2 GB"; default: none',
    },
    record: {
      type: "string",
      value: "FILE",
      help: "Writes down all that happens to the scheduler, for shoal replay",
    },
    "no-page": { type: "boolean", help: "Serves no live page" },
    ...pageFlags,
  },
  notes: [
    "  shoal scheduler --cluster prod --nats nats://10.0.0.5:4222 --creds scheduler.creds",
    "  shoal scheduler --cluster prod --standby        on another machine",
  ],
  run: async ({ values }, terminal) => {
    const place = pagePlace(values, terminal.env);
    const { cluster, url, connect } = await clusterTarget({ ...values, "scheduler-file": undefined }, terminal);
    const name = `of cluster "${cluster}"`;
    const recording = textOf(values, "record");
    const settings = settingsOf(cluster, values);
    const record = recording === undefined ? undefined : new StimulusFile(recording);
    const bus = await joinNats(connect, cluster, "scheduler");
    const watch = new EventLoopWatch({ onBlocked: (ms) => terminal.warn(blockedText(ms)) });
    let page: PageServer | undefined;
    try {
      reportStatus(bus, terminal);
      const isDone = await runScheduler({
        bus,
        connect,
        settings: { ...settings, record },
        idleMs: durationOf(values, "idle-timeout"),
        journal: values["no-journal"] === true ? "off" : "auto",
        isStandby: values["standby"] === true,
        leaseMs: parseDurationMs(textOf(values, "lease") ?? LEASE),
        stop: terminal.stop,
        onReady: async ({ former, hasJournal, system }) => {
          const remark = hasJournal ? ", with a journal" : "";
          if (former !== undefined) terminal.print(`It goes on where the scheduler of epoch ${former} ended`);
          terminal.print(`Scheduler ${VERSION} ${name} is ready at ${url} (process ${process.pid})${remark}`);
          const file = textOf(values, "scheduler-file");
          if (file !== undefined)
            await writeSchedulerFile(file, { cluster, nats: textOf(values, "nats-contact") ?? url });
          if (values["no-page"] === true) return;
          page = await PageServer.start({ system, cluster, ...place });
          terminal.print(`Page at ${page.url}`);
        },
        onStandby: (leader) =>
          terminal.print(
            `Standby ${name} waits at ${url}; ${leader === undefined ? "nobody leads" : `${leader} leads`}`,
          ),
        onEnd: async () => {
          await page?.close();
          page = undefined;
        },
        onDeposed: (reason) => terminal.warn(`Scheduler ${name} has fallen silent: ${reason}`),
        onRemark: (text) => terminal.print(text),
      });
      terminal.print(`Scheduler ${name} stopped`);
      return isDone ? 0 : 1;
    } finally {
      watch.stop();
      await page?.close();
      await bus.close();
      record?.close();
    }
  },
};

const settingsOf = (cluster: string, values: FlagValues): SchedulerSettings => ({
  ...SCHEDULER_DEFAULTS,
  cluster,
  logLevel: "warn",
  ...leasesOf(values),
  tasksPerClientMax: tasksMaxOf(values),
  noWorkersTimeoutMs: durationOf(values, "no-workers-timeout"),
  speculate: values["speculate"] === true,
  cache: cacheOf(values),
});

function cacheOf(values: FlagValues): SchedulerSettings["cache"] {
  const text = textOf(values, "cache");
  return text === undefined ? undefined : cacheLimits(text, "--cache");
}

const tasksMaxOf = (values: FlagValues): number | undefined =>
  textOf(values, "tasks-per-client-max") === undefined ? undefined : countOf(values, "tasks-per-client-max", 1);

function durationOf(values: FlagValues, flag: string): number | undefined {
  const text = textOf(values, flag);
  return text === undefined ? undefined : parseDurationMs(text);
}

const blockedText = (ms: number): string =>
  `The scheduler stood still for ${(ms / 1000).toFixed(1)} s: its machine has too little time or memory for it`;

const LOOKS_PER_LEASE = 6;

function leasesOf(
  values: FlagValues,
): Pick<SchedulerSettings, "workerLeaseMs" | "clientLeaseMs" | "allowedFailures" | "heartbeatMs"> {
  const { clientLeaseMs, allowedFailures, heartbeatMs } = SCHEDULER_DEFAULTS;
  const workerLeaseMs = parseDurationMs(textOf(values, "worker-lease") ?? SCHEDULER_DEFAULTS.workerLeaseMs);
  return {
    workerLeaseMs,
    // It looks often enough not to take its own pace for a stall that workers are not to blame for.
    heartbeatMs: Math.min(heartbeatMs, workerLeaseMs / LOOKS_PER_LEASE),
    clientLeaseMs: parseDurationMs(textOf(values, "client-lease") ?? clientLeaseMs),
    allowedFailures: countOf(values, "allowed-failures", allowedFailures, 0),
  };
}
