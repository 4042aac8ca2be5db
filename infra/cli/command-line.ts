import { ShoalError } from "../../runtime/base/errors.ts";
import { VERSION } from "../../runtime/base/version.ts";
import { type Command, type GivenArgs, helpText, parseCommandArgs, type Terminal } from "./command.ts";

/** Commands by name; each loads when it is asked for. */
const commands: Readonly<Record<string, { readonly summary: string; load(): Promise<Command> }>> = {
  demo: { summary: "see it work on real data", load: async () => (await import("./commands/demo.ts")).demoCommand },
  nats: { summary: "start a nats-server", load: async () => (await import("./commands/nats.ts")).natsCommand },
  scheduler: {
    summary: "run the scheduler of a cluster",
    load: async () => (await import("./commands/scheduler.ts")).schedulerCommand,
  },
  worker: {
    summary: "run workers for a cluster",
    load: async () => (await import("./commands/worker.ts")).workerCommand,
  },
  status: {
    summary: "show a cluster's workers and tasks",
    load: async () => (await import("./commands/status.ts")).statusCommand,
  },
  top: { summary: "watch a cluster at work", load: async () => (await import("./commands/top.ts")).topCommand },
  logs: {
    summary: "print what happened in a cluster",
    load: async () => (await import("./commands/logs.ts")).logsCommand,
  },
  page: {
    summary: "serve a cluster's live page",
    load: async () => (await import("./commands/page.ts")).pageCommand,
  },
  tap: {
    summary: "print what is said in a cluster",
    load: async () => (await import("./commands/tap.ts")).tapCommand,
  },
  replay: {
    summary: "lead a scheduler through a recorded run once more",
    load: async () => (await import("./commands/replay.ts")).replayCommand,
  },
  config: {
    summary: "show and set options",
    load: async () => (await import("./commands/config.ts")).configCommand,
  },
  info: {
    summary: "show what this installation and machine have",
    load: async () => (await import("./commands/info.ts")).infoCommand,
  },
  run: { summary: "run a script on a cluster", load: async () => (await import("./commands/run.ts")).runCommand },
};

export const commandNames: readonly string[] = Object.keys(commands);

const FAILED = 1;
const MISUSED = 2;

/** Runs a command line. @returns the exit code: 0, 1 for a failure, 2 for a command line that cannot be read */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    terminal.print(overview());
    return name === undefined ? MISUSED : 0;
  }
  if (name === "--version" || name === "-v") {
    terminal.print(VERSION);
    return 0;
  }
  if (!Object.hasOwn(commands, name)) {
    terminal.warn(`shoal has no command "${name}"; it has ${commandNames.join(", ")}`);
    return MISUSED;
  }
  const command = await (commands[name] as (typeof commands)[string]).load();
  let given: GivenArgs;
  try {
    given = parseCommandArgs(command, rest);
  } catch (error) {
    terminal.warn(`shoal ${name}: ${(error as Error).message}\n\n${helpText(command)}`);
    return MISUSED;
  }
  if (given.values["help"] === true) {
    terminal.print(helpText(command));
    return 0;
  }
  try {
    return await command.run(given, terminal);
  } catch (error) {
    return failed(name, error, terminal);
  }
}

/** What the caller or the world did wrong is one line; anything else is a bug, and shows where. */
function failed(name: string, error: unknown, terminal: Terminal): number {
  const isMisuse = error instanceof SyntaxError || error instanceof RangeError;
  if (error instanceof ShoalError || isMisuse) terminal.warn(`shoal ${name}: ${error.message}`);
  else
    terminal.warn(`shoal ${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return isMisuse ? MISUSED : FAILED;
}

function overview(): string {
  const rows = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`);
  return [
    `Shoal ${VERSION}: Dask for TypeScript, as actors over NATS`,
    "",
    "shoal COMMAND [FLAGS]; shoal COMMAND --help tells its flags",
    "",
    ...rows,
    "",
    "A cluster in four terminals: shoal nats; shoal scheduler; shoal worker; shoal run script.ts",
  ].join("\n");
}
