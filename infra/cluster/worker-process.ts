import { type ChildProcess, fork } from "node:child_process";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { WhatRuns } from "../../actors/worker/what-runs.ts";
import type { Clock } from "../../runtime/base/clock.ts";
import { HEAP_ROOM } from "./heap-room.ts";
import { ProcessMemory } from "./process-memory.ts";
import { ProcessStack, STACK_FD } from "./process-stack.ts";
import { bootEntry, siblingEntry } from "./worker-entry.ts";

export interface WorkerProcessOptions {
  /** The module that runs in the child: "process-main" or "nats-process-main". */
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** A child that does not end within this time after it was asked to is killed. */
  readonly stopGraceMs: number;
  /** Over so many bytes it is ended. */
  readonly memoryBytesMax: number;
}

/** How a child ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last of what it wrote to its standard error. */
  readonly log: string;
  /** What it took of memory, oldest first. */
  readonly memoryBytes: readonly number[];
  /** It was ended for taking more than it may, or by the system, which had no more; undefined if memory is not why. */
  readonly memoryEnd: "limit" | "system" | undefined;
}

const LOG_CHARS_MAX = 8192;
/**
 * Blocks of a megabyte and more are mapped each by itself and given back when they go. Left to itself the C library takes them from one heap once
 * the first was freed, and that heap's holes count as memory the worker takes. Huge pages are asked for, as touching a new block by pages of 4 KiB
 * costs as much as filling it.
 */
const ALLOCATOR = {
  MALLOC_MMAP_THRESHOLD_: "1048576",
  MALLOC_TRIM_THRESHOLD_: "1048576",
  MALLOC_ARENA_MAX: "2",
  GLIBC_TUNABLES: "glibc.malloc.hugetlb=1",
};

/** One child process that runs workers. */
export class WorkerProcess {
  readonly child: ChildProcess;
  private readonly options: WorkerProcessOptions;
  private readonly exited: Promise<ProcessExit>;
  private readonly stack: ProcessStack;
  private phase: "running" | "stopping" | "stopped" = "running";
  private log = "";
  private readonly memory: ProcessMemory;
  private isOverMemory = false;
  private wasKilledHere = false;

  constructor(options: WorkerProcessOptions) {
    this.options = options;
    this.child = fork(bootEntry(), [], {
      serialization: "advanced",
      stdio: ["ignore", "inherit", "pipe", "ipc", "pipe"],
      env: { ...ALLOCATOR, ...process.env, ...options.env, SHOAL_ENTRY: siblingEntry(options.entry) },
      // Beyond its spill line a worker has garbage collected, so that what left memory is given back.
      execArgv: [
        ...process.execArgv.filter((arg) => arg.startsWith("--conditions") || arg.startsWith("-C")),
        "--expose-gc",
        HEAP_ROOM,
      ],
    });
    // A program that forgets to close its client still ends, and its workers with it: they see the channel close.
    this.child.unref();
    this.child.channel?.unref();
    this.child.stderr?.on("data", (chunk: Buffer) => {
      process.stderr.write(chunk);
      this.log = (this.log + chunk.toString()).slice(-LOG_CHARS_MAX);
    });
    (this.child.stderr as Socket | null)?.unref();
    const pipe = this.child.stdio[STACK_FD] as Duplex & { unref(): void };
    pipe.unref();
    this.stack = new ProcessStack(pipe);
    this.memory = new ProcessMemory({
      pid: this.pid,
      clock: options.clock,
      bytesMax: options.memoryBytesMax,
      onAbove: () => {
        this.isOverMemory = true;
        this.kill();
      },
    });
    this.exited = new Promise((resolve) =>
      this.child.once("exit", (code, signal) => {
        this.memory.close();
        resolve({ code, signal, log: this.log, memoryEnd: this.memoryEnd(signal), memoryBytes: this.memory.figures });
      }),
    );
  }

  /** What it is doing, where its worker has its main thread; undefined if it does not say. */
  whatRuns(): Promise<WhatRuns | undefined> {
    return this.stack.ask();
  }

  kill(): void {
    this.wasKilledHere = true;
    this.child.kill("SIGKILL");
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** Called once when the process ended by itself. */
  onExit(listener: (exit: ProcessExit) => void): void {
    void this.exited.then((exit) => {
      if (this.phase === "running") listener(exit);
      this.phase = "stopped";
    });
  }

  /** Asks the process to end, and kills it if it does not. */
  async stop(): Promise<void> {
    if (this.phase === "stopped") return;
    this.phase = "stopping";
    this.child.ref();
    if (this.child.connected) this.child.disconnect();
    const timer = this.options.clock.setTimer(this.options.stopGraceMs, () => this.child.kill("SIGKILL"));
    await this.exited;
    this.options.clock.clearTimer(timer);
  }

  private memoryEnd(signal: NodeJS.Signals | null): ProcessExit["memoryEnd"] {
    if (this.isOverMemory) return "limit";
    return signal === "SIGKILL" && !this.wasKilledHere && this.memory.hasSystemKilled ? "system" : undefined;
  }
}
