import { ActorSystem } from "../../../runtime/actor/system.ts";
import { holdProcess } from "../../../runtime/base/clock.ts";
import { actorCodec } from "../../../runtime/protocol/actor-codec.ts";
import { joinNats } from "../../cluster/join-nats.ts";
import { PageServer } from "../../dashboard/page-server.ts";
import { clusterFlags, clusterTarget } from "../cluster-flags.ts";
import type { Command } from "../command.ts";
import { pageFlags, pagePlace } from "../page-flags.ts";
import { reportStatus, untilStopped } from "../terminal.ts";

export const pageCommand: Command = {
  name: "page",
  summary: "Serves the live page of a cluster, from any machine that reaches its NATS server.",
  usage: "[--cluster NAME] [--nats URL] [--page-port PORT]",
  flags: { ...clusterFlags, ...pageFlags },
  notes: [
    "  shoal page --cluster prod --nats nats://10.0.0.5:4222",
    "It may start before the scheduler and outlives it. shoal scheduler serves a page of its own.",
  ],
  run: async ({ values }, terminal) => {
    const place = pagePlace(values, terminal.env);
    const { cluster, connect } = await clusterTarget(values, terminal);
    const bus = await joinNats(connect, cluster, "client");
    const system = new ActorSystem({ bus, codec: actorCodec });
    const letGo = holdProcess();
    try {
      reportStatus(bus, terminal);
      const page = await PageServer.start({ system, cluster, ...place });
      terminal.print(`Page of cluster "${cluster}" at ${page.url}`);
      await untilStopped(terminal.stop);
      await page.close();
      return 0;
    } finally {
      letGo();
      system.close();
      await bus.close();
    }
  },
};
