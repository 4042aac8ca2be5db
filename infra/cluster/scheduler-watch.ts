import type { ActorSystem } from "../../runtime/actor/system.ts";
import type { TimerHandle } from "../../runtime/base/clock.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";

const LOOKS = 4;
const LOOK_MS_MIN = 50;

/**
 * Tells when no scheduler of a cluster has answered for so long, once.
 * @see https://distributed.dask.org/en/stable/worker.html (death timeout)
 */
export class SchedulerWatch {
  private readonly system: ActorSystem;
  private readonly cluster: string;
  private readonly limitMs: number;
  private readonly onSilent: () => void;
  private heardMs: number;
  private timer: TimerHandle | undefined;
  private phase: "watching" | "stopped" = "watching";

  constructor(system: ActorSystem, cluster: string, limitMs: number, onSilent: () => void) {
    this.system = system;
    this.cluster = cluster;
    this.limitMs = limitMs;
    this.onSilent = onSilent;
    this.heardMs = system.clock.now();
    void this.look();
  }

  stop(): void {
    this.phase = "stopped";
    this.system.clock.clearTimer(this.timer);
  }

  private async look(): Promise<void> {
    const { clock } = this.system;
    const everyMs = Math.max(LOOK_MS_MIN, this.limitMs / LOOKS);
    try {
      await this.system.ask(clusterSubjects(this.cluster).hello, { type: "whoAreYou" }, { timeoutMs: everyMs });
      this.heardMs = clock.now();
    } catch {
      // Silence is what this is about.
    }
    if (this.phase === "stopped") return;
    if (clock.now() - this.heardMs >= this.limitMs) {
      this.stop();
      this.onSilent();
    } else this.timer = clock.setTimer(everyMs, () => void this.look());
  }
}
