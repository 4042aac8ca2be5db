import { hostname } from "node:os";
import type { Bus, Subscription } from "../../runtime/bus/bus.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";

const STANDBY_ASK_MS = 500;

/** Whoever waits for the lead says so to those who ask. */
export class StandbyAnswers {
  private readonly bus: Bus;
  private readonly cluster: string;
  private subscription: Subscription | undefined;

  constructor(bus: Bus, cluster: string) {
    this.bus = bus;
    this.cluster = cluster;
  }

  open(): void {
    const who = { pid: process.pid, host: hostname() };
    this.subscription ??= this.bus.subscribe(clusterSubjects(this.cluster).standby, (message) => {
      message.respond({ bytes: Buffer.from(JSON.stringify(who)) });
    });
  }

  close(): void {
    this.subscription?.unsubscribe();
    this.subscription = undefined;
  }
}

/** Whether somebody waits for the lead, as far as is known. */
export async function hasStandby(bus: Bus, cluster: string): Promise<boolean> {
  try {
    await bus.request(clusterSubjects(cluster).standby, { bytes: Buffer.from("{}") }, { timeoutMs: STANDBY_ASK_MS });
    return true;
  } catch (error) {
    return (error as { code?: string }).code !== "NO_RESPONDERS";
  }
}
