import type { CoordinationRequest } from "../../actors/coordination/coordination-request.ts";
import { CancelledError, ShoalError } from "../../runtime/base/errors.ts";
import { uniqueToken } from "../../runtime/base/random.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import type { ClientReach } from "./client-reach.ts";
import type { WaitOptions } from "./future.ts";
import { limited, limitOf } from "./session-executor.ts";

/** A wait is said again so often: servers forget whom to answer after some minutes, and answers can be lost. */
const SLICE_MS = 60_000;
const RETRY_DELAY_MS = 10;
/** So long another scheduler may take to lead when the one that was asked has ended. */
const SUCCESSOR_PATIENCE_MS = 5000;
/** So long a task may take to become known to the scheduler before sharing it fails. */
const UNKNOWN_KEY_PATIENCE_MS = 10_000;

// Distributes over the union, which Omit alone does not.
type Unsigned<R> = R extends unknown ? Omit<R, "ticket" | "holder"> : never;
/** A request without its ticket and holder, which the link adds. */
export type Wish = Unsigned<CoordinationRequest>;

/** What an answered request is known by afterwards. */
export interface Answered<T> {
  readonly value: T;
  readonly ticket: string;
}

export const holderOf = ({ executor, worker }: ClientReach): string =>
  worker === undefined ? executor.session.options.id : `${executor.session.options.id}@${worker}`;

/**
 * Asks the coordination actor, and waits as long as the options allow. A wait that is given up leaves nothing behind.
 * @throws TimeoutError; CancelledError or the signal's reason; ShoalError CLOSED | NO_RESPONDERS and what the request fails with
 */
export async function askCoordination<T>(
  reach: ClientReach,
  wish: Wish,
  options: WaitOptions = {},
): Promise<Answered<T>> {
  const { session } = reach.executor;
  const ticket = uniqueToken();
  const request = { ...wish, ticket, holder: holderOf(reach) };
  const limit = limitOf(session, options);
  try {
    limit.signal?.throwIfAborted();
    if (!session.isOpen) await limited(session.whenOpen(), limit.signal);
    const value = (await limited(answerTo(reach, request, limit.signal), limit.signal)) as T;
    return { value, ticket };
  } catch (error) {
    if (limit.signal?.aborted) void dropTicket(reach, ticket).catch(() => {});
    throw reasonable(error);
  } finally {
    limit.done();
  }
}

/** Releases, gives back or gives up what a ticket stands for. True if there was any. */
export async function dropTicket(reach: ClientReach, dropped: string): Promise<boolean> {
  return (await askCoordination<boolean>(reach, { op: "drop", dropped })).value;
}

async function answerTo(reach: ClientReach, request: object, signal: AbortSignal | undefined): Promise<unknown> {
  const { session } = reach.executor;
  const { clock } = session.options;
  const address = clusterSubjects(reach.cluster.name).coordination;
  const sinceMs = clock.now();
  // Until then another scheduler is waited for.
  let succeededByMs = 0;
  for (;;) {
    const { epoch } = session;
    const askedMs = clock.now();
    const again = new AbortController();
    // Another scheduler leads: it knows what was asked of the former one, but not whom to answer.
    const stop = session.onWorkers(() => session.epoch !== epoch && again.abort());
    const waits = AbortSignal.any(signal === undefined ? [again.signal] : [again.signal, signal]);
    try {
      return await reach.cluster.system.ask(address, request, { timeoutMs: SLICE_MS, form: "frame", signal: waits });
    } catch (error) {
      if (signal?.aborted === true || session.isClosed) throw error;
      const now = clock.now();
      const code = error instanceof ShoalError ? error.code : undefined;
      // A scheduler that ends lets waits go, and may say so before its successor is heard of.
      if (code === "CLOSED" && askedMs >= succeededByMs) succeededByMs = now + SUCCESSOR_PATIENCE_MS;
      const isBetween = (code === "CLOSED" || code === "NO_RESPONDERS") && now < succeededByMs;
      if (!(again.signal.aborted || isBetween || isWorthRetrying(code, now - sinceMs))) throw error;
    } finally {
      stop();
    }
    await new Promise<void>((resolve) => void clock.setTimer(RETRY_DELAY_MS, resolve));
  }
}

function isWorthRetrying(code: string | undefined, waitedMs: number): boolean {
  // A future that was just submitted is known to the scheduler a moment later.
  if (code === "UNKNOWN_KEY") return waitedMs < UNKNOWN_KEY_PATIENCE_MS;
  return code === "TIMEOUT" || code === "CONNECT";
}

function reasonable(error: unknown): unknown {
  return error instanceof DOMException ? new CancelledError("The wait was cancelled by its signal") : error;
}
