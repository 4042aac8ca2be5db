import { type ChildProcess, spawn } from "node:child_process";
import { holdProcess, systemClock } from "../../runtime/base/clock.ts";
import { ShoalError } from "../../runtime/base/errors.ts";

const GRACE_MS = 5000;
const SAID_CHARS_MAX = 4000;
/** What Ctrl-C sends: a terminal on the other side makes an interrupt of it. */
const INTERRUPT = "\x03";

/** A command that runs on another machine as long as its connection stands. */
export class RemotePart {
  private readonly host: string;
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;
  private readonly listeners = new Set<() => void>();
  private said = "";
  private phase: "running" | "ended" = "running";

  constructor([program = "ssh", ...options]: readonly string[], host: string, command: string) {
    this.host = host;
    this.child = spawn(program, [...options, host, command], { stdio: ["pipe", "pipe", "pipe"] });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.said = (this.said + text).slice(-SAID_CHARS_MAX);
        this.tell();
      });
    this.child.stdin?.on("error", () => {});
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.phase = "ended";
        this.tell();
        resolve();
      };
      this.child.once("close", end);
      this.child.once("error", (error) => {
        this.said += error.message;
        end();
      });
    });
  }

  /** Settles when it has said something like this. @throws ShoalError CONNECT with what it said instead */
  async says(pattern: RegExp, limitMs: number): Promise<void> {
    const letGo = holdProcess();
    let timer: unknown;
    try {
      await new Promise<void>((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(this.said)) resolve();
          else if (this.phase === "ended") reject(this.fault("ended"));
        };
        this.listeners.add(look);
        timer = systemClock.setTimer(limitMs, () => reject(this.fault(`was not ready within ${limitMs} ms`)));
        look();
      });
    } finally {
      systemClock.clearTimer(timer);
      this.listeners.clear();
      letGo();
    }
  }

  async end(): Promise<void> {
    if (this.phase === "ended") return;
    const letGo = holdProcess();
    this.child.stdin?.write(INTERRUPT);
    const timer = systemClock.setTimer(GRACE_MS, () => this.child.kill("SIGTERM"));
    await this.ended;
    systemClock.clearTimer(timer);
    letGo();
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }

  private fault(what: string): ShoalError {
    return new ShoalError(`What was started on ${this.host} ${what}: ${this.said.trim() || "it said nothing"}`, {
      code: "CONNECT",
      details: { host: this.host, said: this.said },
    });
  }
}
