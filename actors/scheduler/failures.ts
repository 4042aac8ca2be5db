import type { ErrorCode } from "../../runtime/base/errors.ts";
import { formatBytes } from "../../runtime/base/units.ts";
import type { WorkerDeath } from "../../runtime/protocol/nanny-scheduler.ts";
import type { Constraint } from "./ready-queue.ts";

/**
 * A failure the scheduler itself finds, as plain data: it crosses every bus as it is and becomes a ShoalError at the client.
 */
export interface SchedulerFailure {
  readonly shoal: true;
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

const failure = (code: ErrorCode, message: string, details: Readonly<Record<string, unknown>>): SchedulerFailure => ({
  shoal: true,
  code,
  message,
  details,
});

export const lostDataError = (key: string): SchedulerFailure =>
  failure("LOST_DATA", `The data of ${key} was scattered, and the last worker that held it is gone: scatter it again`, {
    key,
  });

export const lostEffectError = (key: string): SchedulerFailure =>
  failure(
    "LOST_DATA",
    `The result of ${key} was lost with its worker; its effect was had, so it is not run again: submit it under another key to run it once more`,
    { key },
  );

export const killedWorkerError = (
  key: string,
  worker: string,
  kills: number,
  death: WorkerDeath | undefined,
): SchedulerFailure =>
  failure(
    "KILLED_WORKER",
    `${key} was running alone on ${worker} when it died, as were ${kills - 1} workers before: ${causeOf(death)}`,
    { key, worker, kills, ...death },
  );

function causeOf(death: WorkerDeath | undefined): string {
  const seems = "the task seems to end its process (memory, a native crash, process.exit)";
  if (death === undefined) return seems;
  const { outOfMemory, memoryLimitBytes, memory, signal, exitCode } = death;
  const most = formatBytes(Math.max(0, ...memory.bytes));
  if (outOfMemory && memoryLimitBytes !== undefined)
    return `it took ${most} of the ${formatBytes(memoryLimitBytes)} of memory that a worker may use; raise memoryLimit, or cut the task's chunks smaller`;
  if (outOfMemory && signal === "SIGKILL")
    return `the system ended its process at ${most}, as memory had run out; run fewer workers there, give them a memoryLimit, or cut the task's chunks smaller`;
  if (outOfMemory) return "its engine ran out of memory; cut the task's chunks smaller";
  const how = signal === undefined ? `exit code ${exitCode}` : `signal ${signal}`;
  return `${seems}; the last one ended with ${how}`;
}

export const noWorkersError = (key: string, constraint: Constraint | null, waitedMs: number): SchedulerFailure => {
  const asks = asksOf(constraint);
  const wish = asks === ANY_WORKER ? asks : `a worker with what it asks for (${asks})`;
  return failure("NO_WORKERS", `${key} waited ${Math.round(waitedMs)} ms for ${wish}: start one, or ask for less`, {
    key,
  });
};

/** What a task asks of a worker, in words. */
export function asksOf(constraint: Constraint | null): string {
  if (constraint === null) return ANY_WORKER;
  const known = asked.get(constraint);
  if (known !== undefined) return known;
  const { workers, resources } = constraint;
  const asks = [
    ...(workers === undefined ? [] : [`one of the workers ${workers.join(", ")}`]),
    ...Object.entries(resources ?? {}).map(([name, amount]) => `${amount} of ${name}`),
  ];
  const said = asks.length === 0 ? ANY_WORKER : asks.join(" and ");
  asked.set(constraint, said);
  return said;
}

const ANY_WORKER = "any worker";
/** Thousands of tasks may lack the same, and are asked about at every tick. */
const asked = new WeakMap<Constraint, string>();

export const cancelledError = (key: string, reason: string): SchedulerFailure =>
  failure("CANCELLED", `${key} was cancelled: ${reason}`, { key });

export const unknownHandleError = (handle: number): SchedulerFailure =>
  failure(
    "LOST_DATA",
    `The scheduler does not know future ${handle}: it was restarted, and this work was not kept; submit it again`,
    {
      handle,
    },
  );

export const nameTakenError = (name: string, known: number, given: number): SchedulerFailure =>
  failure(
    "NAME_TAKEN",
    `Layer ${name} is known with ${known} tasks and was submitted again with ${given}: give it another name`,
    {
      name,
    },
  );

export const malformedError = (what: string): SchedulerFailure =>
  failure("DECODE", `A submission is malformed: ${what}`, {});

export const overloadedError = (known: number, given: number, most: number): SchedulerFailure =>
  failure(
    "OVERLOADED",
    `${given} more tasks would make ${known + given} of this client, and the scheduler takes ${most} of one: let results go, or wait for some`,
    { known, given, most },
  );
