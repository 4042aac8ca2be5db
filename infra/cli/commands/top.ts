import { Observer } from "../../../actors/observer/observer.ts";
import { ActorSystem } from "../../../runtime/actor/system.ts";
import { holdProcess, systemClock, wallTimeMs } from "../../../runtime/base/clock.ts";
import { pause } from "../../../runtime/base/pause.ts";
import { actorCodec } from "../../../runtime/protocol/actor-codec.ts";
import { joinNats } from "../../cluster/join-nats.ts";
import { type PageHead, viewData } from "../../dashboard/views.ts";
import { clusterFlags, clusterTarget } from "../cluster-flags.ts";
import { type Command, countOf } from "../command.ts";
import { type TopFigures, topLines } from "../top-lines.ts";

const INTERVAL_MS = 1000;
/** Figures that need two samples are there by then. */
const FIRST_MS = 1500;
const HOME_AND_CLEAR = "\x1b[H\x1b[2J";

export const topCommand: Command = {
  name: "top",
  summary: "Shows a cluster at work: workers, progress by kind, pace. Moves in a terminal; in a pipe it prints once.",
  usage: "[--cluster NAME] [--count N]",
  flags: {
    ...clusterFlags,
    count: { type: "string", short: "n", value: "N", help: "Ends after so many pictures" },
  },
  run: async ({ values }, terminal) => {
    const { cluster, connect } = await clusterTarget(values, terminal);
    const isLive = terminal.columns !== undefined;
    const count = countOf(values, "count", isLive ? Number.MAX_SAFE_INTEGER : 1);
    const bus = await joinNats(connect, cluster, "client");
    const system = new ActorSystem({ bus, codec: actorCodec });
    const ask = system.ask.bind(system);
    const observer = new Observer({ bus, clock: system.clock, cluster, wallMs: wallTimeMs, ask });
    const letGo = holdProcess();
    try {
      const watch = observer.watch();
      for (let i = 0; i < count && (await pause(systemClock, i === 0 ? FIRST_MS : INTERVAL_MS, terminal.stop)); i++) {
        const { head, body } = (await viewData(observer, { view: "status", of: "" })) as {
          head: PageHead;
          body: TopFigures;
        };
        const lines = topLines(head, body, terminal.columns ?? 100);
        terminal.print(`${isLive ? HOME_AND_CLEAR : ""}${lines.join("\n")}`);
      }
      watch.end();
      return observer.brain.connection === "live" ? 0 : 1;
    } finally {
      letGo();
      observer.close();
      system.close();
      await bus.close();
    }
  },
};
