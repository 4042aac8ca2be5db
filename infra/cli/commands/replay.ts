import { findRow } from "../../../actors/scheduler/find-row.ts";
import { snapshot } from "../../../actors/scheduler/snapshot.ts";
import { taskReport } from "../../../actors/scheduler/task-report.ts";
import { systemClock } from "../../../runtime/base/clock.ts";
import { replayRun } from "../../replay/replay-run.ts";
import { readStimuli } from "../../replay/stimulus-file.ts";
import { type Command, countOf, textOf } from "../command.ts";

export const replayCommand: Command = {
  name: "replay",
  summary: "Leads a scheduler through a recorded run once more, without anyone to talk to.",
  usage: "FILE [--until N] [--checks] [--task KEY]",
  flags: {
    until: { type: "string", value: "N", help: "Stops after so many stimuli" },
    checks: { type: "boolean", help: "Checks after every turn all that must hold of the scheduler's state" },
    task: { type: "string", value: "KEY", help: "Says how a task stands at the end" },
  },
  notes: ["  shoal scheduler --cluster prod --record run.stimuli", "  shoal replay run.stimuli --checks"],
  run: async ({ values, positionals: [path] }, terminal) => {
    if (path === undefined) throw new TypeError("shoal replay takes the file of a recording");
    const startMs = systemClock.now();
    const { brain, stimuli, turns, digests, differsAt } = replayRun(readStimuli(path), {
      until: countOf(values, "until", Number.MAX_SAFE_INTEGER),
      checks: values["checks"] === true,
    });
    const { tasks, workers, clients } = snapshot(brain.state);
    terminal.print(`${stimuli} stimuli in ${turns} turns, ${Math.round(systemClock.now() - startMs)} ms`);
    const held = Object.entries(tasks).filter(([, count]) => count > 0);
    terminal.print(`Tasks: ${held.map(([name, count]) => `${count} ${name}`).join(", ") || "none"}`);
    terminal.print(`${workers.length} workers, ${clients} clients`);
    const key = textOf(values, "task");
    if (key !== undefined) {
      const row = findRow(brain.state, key);
      terminal.print(row < 0 ? `No task ${key} is known` : JSON.stringify(taskReport(brain.state, row)));
    }
    if (differsAt !== undefined) {
      terminal.warn(
        `The state is another than recorded by stimulus ${differsAt}: is this the version that recorded it?`,
      );
      return 1;
    }
    terminal.print(digests === 0 ? "The recording says nothing to compare with" : `${digests} states are as recorded`);
    return 0;
  },
};
