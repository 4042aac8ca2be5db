import { hostname } from "node:os";
import { ActorSystem } from "../../../runtime/actor/system.ts";
import { parseDurationMs } from "../../../runtime/base/units.ts";
import { VERSION } from "../../../runtime/base/version.ts";
import { actorCodec } from "../../../runtime/protocol/actor-codec.ts";
import { joinNats } from "../../cluster/join-nats.ts";
import {
  announceScheduler,
  refuseSecondScheduler,
  SCHEDULER_DEFAULTS,
  startScheduler,
} from "../../cluster/start-scheduler.ts";
import { PageServer } from "../../dashboard/page-server.ts";
import { clusterFlags, clusterTarget } from "../cluster-flags.ts";
import { type Command, countOf, type FlagValues, textOf } from "../command.ts";
import { pageFlags, pagePlace } from "../page-flags.ts";
import { reportStatus, untilStopped } from "../terminal.ts";

export const schedulerCommand: Command = {
  name: "scheduler",
  summary: "Runs the scheduler of a cluster. A cluster has one.",
  usage: "[--cluster NAME] [--nats URL]",
  flags: {
    ...clusterFlags,
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
    "no-page": { type: "boolean", help: "Serves no live page" },
    ...pageFlags,
  },
  notes: ["  shoal scheduler --cluster prod --nats nats://10.0.0.5:4222 --creds scheduler.creds"],
  run: async ({ values }, terminal) => {
    const place = pagePlace(values);
    const { cluster, url, connect } = clusterTarget(values, terminal);
    const bus = await joinNats(connect, cluster, "scheduler");
    const system = new ActorSystem({ bus, codec: actorCodec });
    let page: PageServer | undefined;
    try {
      await refuseSecondScheduler(system, cluster);
      const brain = startScheduler(system, { ...SCHEDULER_DEFAULTS, cluster, ...leasesOf(values) });
      announceScheduler(system, cluster, brain, hostname());
      await bus.flush();
      reportStatus(bus, terminal);
      terminal.print(`Scheduler ${VERSION} of cluster "${cluster}" is ready at ${url} (process ${process.pid})`);
      if (values["no-page"] !== true) {
        page = await PageServer.start({ system, cluster, ...place });
        terminal.print(`Page at ${page.url}`);
      }
      await untilStopped(terminal.stop);
      terminal.print(`Scheduler of cluster "${cluster}" stopped`);
      return 0;
    } finally {
      await page?.close();
      system.close();
      await bus.close();
    }
  },
};

function leasesOf(values: FlagValues): { workerLeaseMs: number; clientLeaseMs: number; allowedFailures: number } {
  const { workerLeaseMs, clientLeaseMs, allowedFailures } = SCHEDULER_DEFAULTS;
  return {
    workerLeaseMs: parseDurationMs(textOf(values, "worker-lease") ?? workerLeaseMs),
    clientLeaseMs: parseDurationMs(textOf(values, "client-lease") ?? clientLeaseMs),
    allowedFailures: countOf(values, "allowed-failures", allowedFailures, 0),
  };
}
