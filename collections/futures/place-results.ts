import type { ReplicaAnswer, ReplicaQuestion } from "../../actors/scheduler/replica-questions.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import type { ClientReach } from "./client-reach.ts";
import type { Future, WaitOptions } from "./future.ts";
import { knownWorkers } from "./known-workers.ts";
import { limited, limitOf } from "./session-executor.ts";

/** Which workers, and how long to wait until it is so. */
export interface PlaceOptions extends WaitOptions {
  /** Names; default: all. */
  readonly workers?: readonly string[];
}

export interface ReplicateOptions extends PlaceOptions {
  /** On how many workers each result is to lie; default: all of them. */
  readonly copies?: number;
}

/** Has results lie on several workers, and waits until they do. */
export async function replicate(
  reach: ClientReach,
  futures: readonly Future<unknown>[],
  { copies = Number.MAX_SAFE_INTEGER, ...options }: ReplicateOptions,
): Promise<void> {
  if (!(copies >= 1)) throw new RangeError(`copies is a number from 1 up, not ${copies}`);
  await attain(reach, options, async () => {
    await Promise.all(futures.map((future) => settledWell(future)));
    const keys = futures.map(({ key }) => key);
    return options.workers === undefined
      ? { type: "replicate", keys, copies }
      : { type: "replicate", keys, copies, workers: options.workers };
  });
}

/** Spreads results evenly, and waits until that is done. */
export async function rebalance(
  reach: ClientReach,
  futures: readonly Future<unknown>[] | undefined,
  options: PlaceOptions,
): Promise<void> {
  await attain(reach, options, async () => {
    await Promise.all((futures ?? []).map((future) => settledWell(future)));
    const keys = futures === undefined ? {} : { keys: futures.map(({ key }) => key) };
    return { type: "rebalance", ...keys, ...(options.workers === undefined ? {} : { workers: options.workers }) };
  });
}

/** Has workers leave in order, and waits until they have. @throws ShoalError UNKNOWN_KEY | DENIED */
export async function retireWorkers(
  reach: ClientReach,
  workers: readonly string[],
  options: WaitOptions,
): Promise<void> {
  const { session } = reach.executor;
  const known = await knownWorkers(session);
  const unknown = workers.filter((name) => !known.some(({ id }) => id === name));
  if (unknown.length > 0)
    throw new ShoalError(`No worker ${unknown.join(" or ")} is in the cluster: see client.workers`, {
      code: "UNKNOWN_KEY",
      details: { workers: unknown },
    });
  const { stays } = await attain(reach, options, async () => ({ type: "retire", workers }));
  const [first] = Object.entries(stays);
  if (first !== undefined)
    throw new ShoalError(`Worker ${first[0]} ${first[1]}: add another one first`, {
      code: "DENIED",
      retryable: true,
      details: { workers: Object.keys(stays) },
    });
}

/** Results of its own must be there; that one failed is said by its own error. */
async function settledWell(future: Future<unknown>): Promise<void> {
  const error = await future.exception();
  if (error !== undefined) throw error;
}

/** The first pause between two questions, and the longest. */
const PAUSE_MS = 5;
const PAUSE_MAX_MS = 200;
const ASK_TIMEOUT_MS = 10_000;

/**
 * Asks for a state of the cluster until it is attained or can not be. It is said again rather than waited for: the scheduler that heard
 * it may not be the one that leads when it is done.
 */
async function attain(
  reach: ClientReach,
  options: WaitOptions,
  question: () => Promise<ReplicaQuestion>,
): Promise<ReplicaAnswer> {
  const { session } = reach.executor;
  const { system, name } = reach.cluster;
  const limit = limitOf(session, options);
  try {
    const asked = await limited(question(), limit.signal);
    for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(PAUSE_MAX_MS, pauseMs * 1.5)) {
      limit.signal?.throwIfAborted();
      if (session.isClosed) throw new ShoalError("The client is closed; open another one", { code: "CLOSED" });
      const answered = system.ask(clusterSubjects(name).scheduler, asked, { timeoutMs: ASK_TIMEOUT_MS });
      const answer = (await limited(answered.catch(unlessItMayComeBack), limit.signal)) as ReplicaAnswer | undefined;
      if (answer !== undefined && (answer.missing === 0 || Object.keys(answer.stays).length > 0)) return answer;
      await limited(pause(session.options.clock, pauseMs), limit.signal);
    }
  } finally {
    limit.done();
  }
}

/** Another scheduler may take over: then it is asked. */
function unlessItMayComeBack(error: unknown): undefined {
  const { code } = error as { code?: string };
  if (code === "TIMEOUT" || code === "NO_RESPONDERS") return undefined;
  throw error;
}

const pause = (clock: ClientReach["executor"]["session"]["options"]["clock"], delayMs: number): Promise<void> =>
  new Promise((resolve) => void clock.setTimer(delayMs, resolve));
