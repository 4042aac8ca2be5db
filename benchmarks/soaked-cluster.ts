import { readFileSync } from "node:fs";
import { Client } from "../index.ts";
import { NatsServer, SERVER_CONFIG } from "../infra/nats/server.ts";
import { ShoalCommand } from "./shoal-command.ts";
import { childrenOf } from "./tree-memory.ts";

/** A cluster on NATS with two workers in processes of their own, and its page. */
export interface SoakedCluster {
  readonly client: Client;
  readonly pageUrl: string;
  /** The process that holds the scheduler and the pages' server. */
  readonly scheduler: number;
  readonly workers: readonly number[];
  close(): Promise<void>;
}

/** As a program starts it for itself: client, scheduler and page share its process. */
export async function sharedCluster(): Promise<SoakedCluster> {
  const client = await Client.local({ mode: "nats", workers: 2, page: { port: 0 } });
  await client.waitForWorkers(2);
  const workers = [...client.workerPids.values()];
  return { client, pageUrl: client.pageUrl as string, scheduler: process.pid, workers, close: () => client.close() };
}

/** As clusters are deployed: `npx shoal scheduler` and `npx shoal worker`, and a client elsewhere. */
export async function deployedCluster(): Promise<SoakedCluster> {
  const server = await NatsServer.start({ config: SERVER_CONFIG });
  const env = { SHOAL_NATS: server.url, SHOAL_CLUSTER: `bench-${process.pid}` };
  const scheduler = new ShoalCommand(["scheduler", "--page-port", "0"], env);
  const worker = new ShoalCommand(["worker", "--workers", "2"], env);
  const pageUrl = await scheduler.told(/Page at (\S+)/);
  const client = await Client.connect(server.url, { cluster: env.SHOAL_CLUSTER });
  await client.waitForWorkers(2);
  return {
    client,
    pageUrl,
    scheduler: scheduler.pid,
    workers: [worker.pid, ...childrenOf(worker.pid)],
    close: async () => {
      await client.close();
      for (const command of [worker, scheduler]) await command.stop("SIGTERM");
      await server.stop();
    },
  };
}

/** Megabytes that a process has in memory. */
export const residentMb = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1000;
