import type { Windows } from "../../actors/chunk/windows.ts";
import { clientActor } from "../../actors/client/client.ts";
import { ClientSession } from "../../actors/client/client-session.ts";
import type { ActorSystem } from "../../runtime/actor/system.ts";
import { systemClock } from "../../runtime/base/clock.ts";
import { plainToken } from "../../runtime/base/random.ts";
import { VERSION } from "../../runtime/base/version.ts";
import { type ClientReach, setTaskReach } from "./client-reach.ts";
import { SessionExecutor } from "./session-executor.ts";

/** Lets the tasks of a worker's thread have a client: its session opens when the first of them asks. */
export function serveTasks(system: ActorSystem, config: TaskReachConfig): void {
  let reach: ClientReach | undefined;
  setTaskReach(() => (reach ??= openTaskReach(system, config)));
}

const HEARTBEAT_MS = 1000;

export interface TaskReachConfig {
  readonly cluster: string;
  readonly id: string;
  readonly functions: "any" | "named";
  readonly windows?: Windows | undefined;
}

function openTaskReach(system: ActorSystem, { cluster, id, functions, windows }: TaskReachConfig): ClientReach {
  const { bus } = system;
  const session = new ClientSession({
    cluster,
    id: `t-${plainToken(10)}`,
    version: VERSION,
    bus,
    clock: systemClock,
    heartbeatMs: HEARTBEAT_MS,
    functions,
    windows,
  });
  system.spawn(clientActor(session));
  return {
    executor: new SessionExecutor(session, system),
    cluster: { name: cluster, bus, system, brain: undefined },
    worker: id,
  };
}
