import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../infra/cli/main.ts", import.meta.url));
const PROGRAM = [process.execPath, "--import", import.meta.resolve("tsx"), "--conditions=shoal-source", MAIN] as const;

/** A `shoal` command in a process of its own. */
export class ShoalCommand {
  readonly child: ChildProcess;
  private said = "";

  constructor(args: readonly string[], env: Readonly<Record<string, string>>) {
    const [program, ...before] = PROGRAM;
    this.child = spawn(program, [...before, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ...env },
    });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.said += text;
    });
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** What it said: the first group of a pattern. @throws Error if it ends without */
  async told(pattern: RegExp): Promise<string> {
    await this.says(pattern);
    return pattern.exec(this.said)?.[1] as string;
  }

  /** Settles as soon as it has said something. @throws Error if it ends without */
  async says(pattern: RegExp): Promise<this> {
    const ended = once(this.child, "exit").then(() => {
      throw new Error(`shoal ended without saying ${pattern}: ${this.said}`);
    });
    while (!pattern.test(this.said))
      await Promise.race([once(this.child.stdout as NonNullable<ChildProcess["stdout"]>, "data"), ended]);
    ended.catch(() => {});
    return this;
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill(signal);
    await ended;
  }
}
