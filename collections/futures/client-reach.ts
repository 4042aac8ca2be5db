import { ShoalError } from "../../runtime/base/errors.ts";
import type { SessionExecutor } from "./session-executor.ts";
import type { OpenCluster } from "./spawner.ts";

/** What parts of a client need to reach its cluster. */
export interface ClientReach {
  readonly executor: SessionExecutor;
  readonly cluster: Pick<OpenCluster, "name" | "bus" | "system" | "brain">;
  /** The worker in whose tasks the client lives, if it does. */
  readonly worker: string | undefined;
}

const open: ClientReach[] = [];
let task: (() => ClientReach) | undefined;

/** A client is open from now on, until the result is called: what comes in belongs to the innermost. */
export function openReach(reach: ClientReach): () => void {
  open.push(reach);
  return () => {
    const at = open.lastIndexOf(reach);
    if (at >= 0) open.splice(at, 1);
  };
}

const reaches = new WeakMap<object, ClientReach>();

/** Remembers what a client reaches its cluster by, for what is built on clients. */
export function keepReach(client: object, reach: ClientReach): void {
  reaches.set(client, reach);
}

/** What a client reaches its cluster by. @throws TypeError for what is no client */
export function reachOf(client: object): ClientReach {
  const reach = reaches.get(client);
  if (reach === undefined) throw new TypeError("This is no client: take what Client.local() or Client.connect() gives");
  return reach;
}

/** Names of the clusters of all clients that are open here, the innermost last. */
export const openClients = (): string[] => open.map(({ cluster }) => cluster.name);

/** @throws ShoalError CLOSED once the client is closed */
export function checkClientOpen({ executor }: Pick<ClientReach, "executor">, cause?: unknown): void {
  if (!executor.session.isClosed) return;
  throw new ShoalError("The client is closed; open another one", { code: "CLOSED", cause });
}

/** What a question of a client failed with, in its user's words: who closes a client does not know of its bus. */
export function failedAsk(reach: Pick<ClientReach, "executor">, error: unknown): unknown {
  if (error instanceof ShoalError && error.code === "CLOSED") checkClientOpen(reach, error);
  return error;
}

/** In a worker's own thread, tasks reach their cluster by this. */
export function setTaskReach(reach: () => ClientReach): void {
  task = reach;
}

/**
 * The client that handles which came with a message or an argument belong to: that of the worker's thread, else the innermost.
 * @throws ShoalError CLOSED if there is none
 */
export function currentReach(): ClientReach {
  const reach = task?.() ?? open.at(-1);
  if (reach === undefined)
    throw new ShoalError("No client is open here: open one with Client.local() or Client.connect()", {
      code: "CLOSED",
    });
  return reach;
}
