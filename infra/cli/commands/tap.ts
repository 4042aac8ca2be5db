import { holdProcess } from "../../../runtime/base/clock.ts";
import { clusterSubjects } from "../../../runtime/bus/subject.ts";
import { joinNats } from "../../cluster/join-nats.ts";
import { clusterFlags, clusterTarget } from "../cluster-flags.ts";
import { type Command, countOf } from "../command.ts";
import { readTapped } from "../tapped-message.ts";
import { reportStatus, untilStopped } from "../terminal.ts";

export const tapCommand: Command = {
  name: "tap",
  summary: "Prints what is said in a cluster, one JSON object a line.",
  usage: "[--cluster NAME] [SUBJECT]",
  flags: {
    ...clusterFlags,
    count: { type: "string", short: "n", value: "N", help: "Ends after so many messages" },
    inboxes: { type: "boolean", help: "Answers too" },
  },
  notes: [
    "  shoal tap                 everything of the cluster",
    "  shoal tap task.>          questions to tasks (subjects without shoal. in front are of the cluster)",
    "  shoal tap scheduler       what workers and clients tell the scheduler",
    "On a server with logins, log in with the role observer.",
  ],
  run: async ({ values, positionals }, terminal) => {
    const { cluster, connect } = await clusterTarget(values, terminal);
    const bus = await joinNats(connect, cluster, "observer");
    const patterns = positionals.length === 0 ? [clusterSubjects(cluster).every.subject] : [...positionals];
    if (values["inboxes"] === true) patterns.push(`_INBOX.${cluster}-*.>`);
    const letGo = holdProcess();
    try {
      reportStatus(bus, terminal);
      let left = countOf(values, "count", Number.MAX_SAFE_INTEGER);
      await untilStopped(terminal.stop, (end) => {
        for (const pattern of patterns)
          bus.subscribe(inCluster(pattern, cluster), (message) => {
            if (left === 0) return;
            left -= 1;
            terminal.print(JSON.stringify(readTapped(message)));
            if (left === 0) end("enough");
          });
        void bus.flush().then(() => terminal.warn(`Listening to ${patterns.join(", ")}`));
      });
      return 0;
    } finally {
      letGo();
      await bus.close();
    }
  },
};

function inCluster(pattern: string, cluster: string): string {
  return /^(shoal\.|\$|_INBOX|>)/.test(pattern) ? pattern : `shoal.${cluster}.${pattern}`;
}
