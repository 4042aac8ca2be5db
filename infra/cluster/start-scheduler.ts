import { coordinationActor } from "../../actors/coordination/coordination.ts";
import type { CoordinationBrain } from "../../actors/coordination/coordination-brain.ts";
import type { CoordinationJournal } from "../../actors/coordination/coordination-history.ts";
import { SCHEDULER_HOST, workerHost } from "../../actors/coordination/worker-host.ts";
import { KeyHolds } from "../../actors/scheduler/key-holds.ts";
import type { Succession } from "../../actors/scheduler/lead.ts";
import { type SchedulerJournal, schedulerActor } from "../../actors/scheduler/scheduler.ts";
import type { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import { SchedulerPlugins } from "../../actors/scheduler/scheduler-plugins.ts";
import { SchedulerReporter } from "../../actors/scheduler/scheduler-reporter.ts";
import type { SchedulerOptions } from "../../actors/scheduler/scheduler-state.ts";
import { snapshot } from "../../actors/scheduler/snapshot.ts";
import type { StimulusSink } from "../../actors/scheduler/stimuli.ts";
import { workerChartFacts } from "../../actors/worker/worker-states.ts";
import { Doubts } from "../../runtime/actor/doubts.ts";
import type { ActorSystem } from "../../runtime/actor/system.ts";
import { wallTimeMs } from "../../runtime/base/clock.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import type { LogThreshold } from "../../runtime/base/log-options.ts";
import { systemSampler } from "../../runtime/base/system-sampler.ts";
import { VERSION } from "../../runtime/base/version.ts";
import type { Subscription } from "../../runtime/bus/bus.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { publishEvent } from "../../runtime/protocol/event-json.ts";
import { LogWriter } from "../log/log-writer.ts";
import { serveMonitoring } from "../nats/services.ts";

export interface SchedulerSettings extends SchedulerOptions {
  /** "named" refuses functions as source text, also those of `runOnScheduler`. */
  readonly functions?: "any" | "named";
  readonly cluster: string;
  readonly heartbeatMs: number;
  /** What of its log is written to stderr, where the configuration does not say; default "silent". */
  readonly logLevel?: LogThreshold | undefined;
  /** Where all that happens to the scheduler is written down; whoever opened it closes it. */
  readonly record?: StimulusSink | undefined;
}

/** For workers that are reached over NATS; see SchedulerOptions. */
export const SCHEDULER_DEFAULTS = {
  heartbeatMs: 1000,
  workerLeaseMs: 30_000,
  clientLeaseMs: 60_000,
  prefillUs: 4000,
  allowedFailures: 3,
} as const;

const HELLO_TIMEOUT_MS = 2000;

export interface StartedScheduler {
  readonly brain: SchedulerBrain;
  /** Whether nobody wants, shares or holds anything. */
  isIdle(): boolean;
  /** Takes from the bus what no actor of the system has there. */
  close(): void;
}

/** Starts a cluster's scheduler in an actor system. With a succession, it goes on where its predecessor ended. */
export function startScheduler(
  system: ActorSystem,
  settings: SchedulerSettings,
  succession?: Succession,
): StartedScheduler {
  let brain: SchedulerBrain | undefined;
  let reporter: SchedulerReporter | undefined;
  let plugins: SchedulerPlugins | undefined;
  const subjects = clusterSubjects(settings.cluster);
  const log = new LogWriter({
    cluster: settings.cluster,
    level: settings.logLevel ?? "silent",
    offsetMs: wallTimeMs() - system.clock.now(),
    write: (line) => void process.stderr.write(`${line}\n`),
  });
  const epoch = succession?.epoch ?? wallTimeMs();
  const coordination: { brain?: CoordinationBrain; summary(): unknown } = { summary: () => undefined };
  const journal: SchedulerJournal | undefined = succession && {
    ...succession,
    summaryOfOthers: () => [{ kind: "coordination", entry: coordination.summary() }],
  };
  system.spawn(
    schedulerActor({
      ...settings,
      epoch,
      version: VERSION,
      ...workerChartFacts,
      doubts: new Doubts(),
      journal,
      onWatched: (key, state) => publishEvent(system.bus, subjects.events("task", key), { key, state }),
      onNoted: ({ key, ...note }) => publishEvent(system.bus, subjects.events("task", key), { key, ...note }),
      onLogged: (entries) => log.write(entries),
      onTurn: (tookMs) => {
        reporter?.noteTurn(tookMs);
        plugins?.endTurn();
      },
      onBrain: (made) => {
        brain = made;
      },
    }),
  );
  const made = brain as unknown as SchedulerBrain;
  plugins = new SchedulerPlugins(settings.cluster, made.state);
  reporter = reportScheduler(system, settings.cluster, made);
  const { cluster, heartbeatMs: reviewMs } = settings;
  const onMade = (brain: CoordinationBrain, summary: () => unknown): void => {
    Object.assign(coordination, { brain, summary });
  };
  const entries = succession && coordinationJournal(succession);
  const scheduler = new KeyHolds(made);
  system.spawn(coordinationActor({ cluster, epoch, reviewMs, scheduler, journal: entries, onMade }));
  system.spawn(workerHost({ cluster, id: SCHEDULER_HOST, functions: settings.functions ?? "any", plugins }));
  return {
    brain: made,
    isIdle: () => made.state.slabs.size === 0 && coordination.brain?.isEmpty !== false,
    close: () => reporter?.close(),
  };
}

const coordinationJournal = ({ commits, past }: Succession): CoordinationJournal => ({
  commits,
  past: past.flatMap((record) => (record.kind === "coordination" ? [record.entry] : [])),
});

function reportScheduler({ bus, clock }: ActorSystem, cluster: string, { state }: SchedulerBrain): SchedulerReporter {
  const options = { bus, clock, cluster, version: VERSION, wallMs: wallTimeMs, system: systemSampler() };
  return new SchedulerReporter(options, state);
}

/** Asks whether the cluster has a scheduler already. @throws ShoalError NAME_TAKEN if it has */
export async function refuseSecondScheduler(system: ActorSystem, cluster: string): Promise<void> {
  const { hello } = clusterSubjects(cluster);
  let answer: string;
  try {
    const who = (await system.ask(hello, { type: "whoAreYou" }, { timeoutMs: HELLO_TIMEOUT_MS })) as SchedulerIdentity;
    answer = `it runs Shoal ${who.version} as process ${who.pid} on ${who.host}`;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "NO_RESPONDERS") return;
    if (code !== "TIMEOUT") throw error;
    answer = `it did not answer within ${HELLO_TIMEOUT_MS} ms, but its connection stands`;
  }
  throw new ShoalError(
    `Cluster "${cluster}" has a scheduler already (${answer}): stop it, or give this one another name with --cluster`,
    { code: "NAME_TAKEN", details: { cluster } },
  );
}

/** What a scheduler says of itself to whoever knows only the cluster's name. */
export interface SchedulerIdentity {
  readonly cluster: string;
  readonly version: string;
  readonly epoch: number;
  readonly pid: number;
  readonly host: string;
}

/** Makes a scheduler known on NATS: it answers `hello`, and until it is unsubscribed the questions of NATS services. */
export function announceScheduler(
  system: ActorSystem,
  cluster: string,
  brain: SchedulerBrain,
  host: string,
): Subscription {
  const subjects = clusterSubjects(cluster);
  const identity: SchedulerIdentity = { cluster, version: VERSION, epoch: brain.state.epoch, pid: process.pid, host };
  system.spawn({
    address: subjects.hello,
    make: () => ({ receive: (batch) => batch.forEach(({ question }) => void question?.answer(identity)) }),
  });
  return serveMonitoring(system.bus, {
    name: "shoal-scheduler",
    version: VERSION,
    description: `The scheduler of Shoal cluster ${cluster}`,
    metadata: { cluster, pid: String(process.pid), host },
    endpoints: [
      {
        name: "scheduler",
        subject: subjects.scheduler,
        stats: () => {
          const { entered, tasks, clients, workers } = snapshot(brain.state);
          const data = { tasks, clients, workers: workers.length };
          const numErrors = entered["erred"] ?? 0;
          return { numRequests: (entered["memory"] ?? 0) + numErrors, numErrors, processingTimeNs: 0, data };
        },
      },
    ],
  });
}
