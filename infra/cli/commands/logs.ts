import { stripVTControlCharacters } from "node:util";
import type { ToldLogEntry } from "../../../actors/observer/observer-brain.ts";
import { ActorSystem } from "../../../runtime/actor/system.ts";
import { holdProcess, systemClock, wallTimeMs } from "../../../runtime/base/clock.ts";
import { pause } from "../../../runtime/base/pause.ts";
import { clusterSubjects } from "../../../runtime/bus/subject.ts";
import { joinNats } from "../../cluster/join-nats.ts";
import { clusterFlags, clusterTarget } from "../cluster-flags.ts";
import type { Command } from "../command.ts";
import { wrappedLines } from "../narrow-lines.ts";

const ASK_TIMEOUT_MS = 5000;
const FOLLOW_MS = 1000;

export type Told = Omit<ToldLogEntry, "atMs"> & { readonly agoMs: number };

export const logsCommand: Command = {
  name: "logs",
  summary: "Prints what happened in a cluster: who came and went, what failed, what was refused.",
  usage: "[--cluster NAME] [--follow] [--errors] [--json] [NAME]",
  flags: {
    ...clusterFlags,
    follow: { type: "boolean", short: "f", help: "Goes on with what happens next" },
    errors: { type: "boolean", help: "Errors alone" },
    json: { type: "boolean", help: "One JSON object a line" },
  },
  notes: [
    "  shoal logs                  the last thousand entries, oldest first",
    "  shoal logs load-3fa9/7      those about one task; a worker's or client's name likewise",
    "  shoal logs --follow --errors",
  ],
  run: async ({ values, positionals }, terminal) => {
    const { cluster, connect } = await clusterTarget(values, terminal);
    const bus = await joinNats(connect, cluster, "client");
    const system = new ActorSystem({ bus });
    const letGo = holdProcess();
    const isShown = ({ level, name }: Told): boolean =>
      (values["errors"] !== true || level === "error") && (positionals.length === 0 || positionals.includes(name));
    let after = 0;
    try {
      do {
        const entries = await askLog(system, cluster, after);
        for (const entry of entries.filter(isShown))
          for (const line of entryLines(entry, values["json"] === true, terminal.columns)) terminal.print(line);
        after = entries.at(-1)?.number ?? after;
      } while (values["follow"] === true && (await pause(systemClock, FOLLOW_MS, terminal.stop)));
      return 0;
    } finally {
      letGo();
      system.close();
      await bus.close();
    }
  },
};

async function askLog(system: ActorSystem, cluster: string, after: number): Promise<readonly Told[]> {
  const { scheduler } = clusterSubjects(cluster);
  const { entries } = (await system.ask(scheduler, { type: "log", after }, { timeoutMs: ASK_TIMEOUT_MS })) as {
    entries: readonly Told[];
  };
  return entries;
}

/** Below this the day is left out. */
const WITH_DAY_COLUMNS = 60;

/**
 * An entry as lines: in a pipe always one. Colours in the text of an error are left out, since nobody knows where it goes.
 * @param columns of the terminal, undefined in a pipe
 */
export function entryLines({ agoMs, ...entry }: Told, isJson: boolean, columns: number | undefined): readonly string[] {
  const at = new Date(wallTimeMs() - agoMs).toISOString();
  if (isJson) return [JSON.stringify({ at, ...entry })];
  const isNarrow = columns !== undefined && columns < WITH_DAY_COLUMNS;
  const time = at.slice(isNarrow ? 11 : 0, 19).replace("T", " ");
  const text = stripVTControlCharacters(`${entry.about} ${entry.name} ${entry.text}`).replace(/\s*\n\s*/g, " | ");
  return wrappedLines(`${time}  ${entry.level.padEnd(5)}  ${text}`, columns, isNarrow ? 2 : time.length + 9);
}
