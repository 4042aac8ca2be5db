import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const SILENCE_MS_MAX = 120_000;

interface TestScope {
  after(fn: () => Promise<void> | void): void;
}

export interface CommandExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** The program before the arguments; default: the command line of the sources. */
  readonly program?: readonly string[];
}

const main = fileURLToPath(new URL("../../infra/cli/main.ts", import.meta.url));
const tsx = import.meta.resolve("tsx");
export const sourceProgram = [process.execPath, "--import", tsx, "--conditions=shoal-source", main] as const;

/** A `shoal` command that runs as a process of its own, as in a terminal, and ends with the test. */
export class RunningCommand {
  readonly child: ChildProcess;
  readonly exit: Promise<CommandExit>;
  stdout = "";
  stderr = "";
  private readonly watchers = new Set<() => void>();
  private hasEnded = false;

  constructor(args: readonly string[], options: CommandOptions = {}) {
    const [program, ...before] = options.program ?? sourceProgram;
    const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
    this.child = spawn(program as string, [...before, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...inherited, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => this.heard("stdout", text));
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => this.heard("stderr", text));
    this.exit = new Promise((resolve) =>
      this.child.once("close", (code, signal) => {
        this.hasEnded = true;
        resolve({ code, signal });
        this.tell();
      }),
    );
  }

  /** The first match in what it said, on either stream, as soon as it is there; a failure if it is silent for too long. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (match !== null) return match;
      if (this.hasEnded) throw new Error(`It ended without saying ${pattern}:\n${this.stdout}${this.stderr}`);
      await new Promise<void>((resolve, reject) => {
        const late = setTimeout(
          () => reject(new Error(`It did not say ${pattern}, and was silent for long:\n${this.stdout}${this.stderr}`)),
          SILENCE_MS_MAX,
        );
        this.watchers.add(() => {
          clearTimeout(late);
          resolve();
        });
      });
    }
  }

  /** Asks it to end as a terminal does. */
  async stop(signal: NodeJS.Signals = "SIGINT"): Promise<CommandExit> {
    if (!this.hasEnded) this.child.kill(signal);
    return this.exit;
  }

  private heard(stream: "stdout" | "stderr", text: string): void {
    this[stream] += text;
    this.tell();
  }

  private tell(): void {
    const waiting = [...this.watchers];
    this.watchers.clear();
    for (const resolve of waiting) resolve();
  }
}

const STOP_GRACE_MS = 5000;

/** Starts a command that is ended with the test, if it still runs: asked first, as it has children of its own to end. */
export function startCommand(scope: TestScope, args: readonly string[], options: CommandOptions = {}): RunningCommand {
  const command = new RunningCommand(args, options);
  scope.after(async () => {
    const late = setTimeout(() => command.child.kill("SIGKILL"), STOP_GRACE_MS);
    await command.stop("SIGTERM");
    clearTimeout(late);
  });
  return command;
}

/** Runs a command to its end. */
export async function runCommand(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandExit & { readonly stdout: string; readonly stderr: string }> {
  const command = new RunningCommand(args, options);
  const exit = await command.exit;
  return { ...exit, stdout: command.stdout, stderr: command.stderr };
}
