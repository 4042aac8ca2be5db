import { Worker } from "node:worker_threads";
import { systemClock } from "../../runtime/base/clock.ts";
import type { Bus } from "../../runtime/bus/bus.ts";
import { messagePortChannel } from "../../runtime/bus/port-channel.ts";
import { attachPort } from "../../runtime/bus/port-hub.ts";
import { endThread } from "./end-thread.ts";
import { startedWithRoom } from "./heap-room.ts";
import { DISMISSED, REFUSED, type WorkerThreadData } from "./worker-config.ts";
import { bootEntry, siblingEntry } from "./worker-entry.ts";
import type { WorkerEnd } from "./worker-pool.ts";

/** One worker in a thread of this process, joined to a bus of this thread. */
export class WorkerThread {
  readonly id: string;
  private readonly thread: Worker;
  private readonly port: { detach(): void };
  private readonly exited: Promise<number>;
  private phase: "running" | "stopping" | "stopped" = "running";
  /** What ended the thread, if it was an error. */
  private failure: unknown;

  private constructor(bus: Bus, data: WorkerThreadData) {
    const { config } = data;
    this.id = config.id;
    this.thread = startedWithRoom(
      () =>
        new Worker(bootEntry(), {
          workerData: { entry: siblingEntry("thread-main"), ...data },
          name: config.id,
          env: { ...process.env, ...config.environment },
          execArgv: process.execArgv.filter((arg) => arg.startsWith("--conditions") || arg.startsWith("-C")),
        }),
    );
    // Errors are told by the exit that follows them.
    this.thread.on("error", (error) => {
      this.failure = error;
    });
    this.exited = new Promise((resolve) => this.thread.once("exit", resolve));
    this.port = attachPort(bus, messagePortChannel(this.thread));
    // A program that forgets to close its client still ends; whoever waits for a result keeps it alive.
    this.thread.unref();
  }

  static start(bus: Bus, data: WorkerThreadData): WorkerThread {
    return new WorkerThread(bus, data);
  }

  /** Called once when the thread ended by itself. */
  onExit(listener: (end: WorkerEnd) => void): void {
    void this.exited.then((code) => {
      if (this.phase === "running") listener(this.endOf(code));
      this.phase = "stopped";
    });
  }

  /** Ends the thread as if it had ended by itself. */
  kill(): void {
    void this.thread.terminate();
  }

  get pid(): number {
    return process.pid;
  }

  /** Ends the thread, whatever it is doing, but for a call of native code. */
  async stop(): Promise<void> {
    this.phase = "stopping";
    this.port.detach();
    await endThread(this.thread, this.id, systemClock);
  }

  private endOf(code: number): WorkerEnd {
    const { failure } = this;
    const { code: why } = (failure ?? {}) as { code?: unknown };
    const reason = failure instanceof Error ? failure.message : `exit code ${code}`;
    return { kind: why === REFUSED ? "refused" : why === DISMISSED ? "dismissed" : "died", reason };
  }
}
