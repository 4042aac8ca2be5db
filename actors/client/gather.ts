import { CancelledError, ShoalError } from "../../runtime/base/errors.ts";
import { onAbort } from "../../runtime/base/on-abort.ts";
import { pause } from "../../runtime/base/pause.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { fetchChunks } from "../chunk/chunk-exchange.ts";
import { ChunkFault } from "../chunk/chunk-fault.ts";
import { LATER, type MovingChunk } from "../chunk/chunk-frame.ts";
import type { ClientSession } from "./client-session.ts";
import { STANDING } from "./submission-record.ts";

/** Chunks asked of a worker in one request. */
const ROWS_PER_REQUEST_MAX = 1024;
const FETCH_TIMEOUT_MS = 60_000;
/**
 * A holder that does not have what it should is asked again, ever more seldom, for more than a minute: the scheduler mostly tells at once
 * what became of it, but a takeover, or the lease of a holder that is silent, takes longer.
 */
const RETRY_DELAY_MS = 50;
const RETRY_DELAY_MS_MAX = 1000;
const RETRY_GROWTH = 1.1;
/** In a row. */
const FAILURES_MAX = 100;

export interface GatherOptions {
  readonly signal?: AbortSignal;
}

/**
 * Values of handles, straight from the workers that hold them: one request to each.
 * @throws TaskError of the first that failed; ShoalError LOST_DATA if a value cannot be had
 */
export async function gather(
  session: ClientSession,
  handles: readonly number[],
  options: GatherOptions = {},
): Promise<unknown[]> {
  let failures = 0;
  for (;;) {
    for (const handle of handles) if (!isThere(session, handle)) await settled(session, handle, options.signal);
    const missing = handles.filter((handle) => session.record(handle).standingOf(handle) !== STANDING.value);
    if (missing.length === 0) break;
    // While others were waited for, results that were there may have been lost again.
    if (missing.some((handle) => session.record(handle).standingOf(handle) !== STANDING.held)) continue;
    const failed = await fetchFrom(session, missing, options);
    if (failed.length === 0) {
      failures = 0;
      continue;
    }
    if (failures >= FAILURES_MAX)
      throw new ShoalError(`The workers that hold ${failed.length} results do not give them`, {
        code: "LOST_DATA",
        retryable: true,
      });
    const delayMs = Math.min(RETRY_DELAY_MS * RETRY_GROWTH ** failures, RETRY_DELAY_MS_MAX);
    await pause(session.options.clock, delayMs, options.signal);
    failures += 1;
  }
  return handles.map((handle) => session.record(handle).valueAt(handle));
}

/** Most are, when many are gathered: a wait for each would cost more than all the rest. */
function isThere(session: ClientSession, handle: number): boolean {
  const standing = session.record(handle).standingOf(handle);
  return standing === STANDING.value || standing === STANDING.held;
}

/** Waits while a handle is pending. @throws the handle's error */
export async function settled(session: ClientSession, handle: number, signal?: AbortSignal): Promise<void> {
  while (session.record(handle).standingOf(handle) === STANDING.pending) await change(session, handle, signal);
  const standing = session.record(handle).standingOf(handle);
  if (standing === STANDING.erred) throw session.record(handle).errorOf(handle);
  if (standing === STANDING.released) throw new CancelledError(`Future ${handle} was released while it was gathered`);
}

function change(session: ClientSession, handle: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let stay: (() => void) | undefined;
    const stop = session.onSettled(handle, () => {
      stay?.();
      resolve();
    });
    const aborted = (): void => {
      stop();
      reject(signal?.reason);
    };
    if (signal?.aborted) aborted();
    else if (signal !== undefined) stay = onAbort(signal, aborted);
  });
}

/** Fetches what lies on workers; gives the handles that did not come. */
async function fetchFrom(
  session: ClientSession,
  handles: readonly number[],
  options: GatherOptions,
): Promise<number[]> {
  const byHolder = new Map<string, number[]>();
  for (const handle of handles) {
    const { holder } = session.record(handle).placeOf(handle);
    const list = byHolder.get(holder);
    if (list === undefined) byHolder.set(holder, [handle]);
    else list.push(handle);
  }
  const failed = await Promise.all(
    [...byHolder].map(([holder, list]) => fetchFromHolder(session, holder, list, options)),
  );
  return failed.flat();
}

async function fetchFromHolder(
  session: ClientSession,
  holder: string,
  handles: readonly number[],
  options: GatherOptions,
): Promise<number[]> {
  const failed: number[] = [];
  for (let at = 0; at < handles.length; at += ROWS_PER_REQUEST_MAX) {
    const some = handles.slice(at, at + ROWS_PER_REQUEST_MAX);
    const chunks = await request(session, holder, some, options);
    const later: number[] = [];
    some.forEach((handle, i) => {
      const chunk = chunks?.[i];
      const record = session.findRecord(handle);
      if (chunk?.bytes === LATER) later.push(handle);
      else if (chunk === undefined || chunk.bytes < 0) failed.push(handle);
      else if (chunk.value instanceof ChunkFault) record?.setError(handle, chunk.value.error);
      else record?.setValue(handle, chunk.value);
    });
    if (later.length > 0) failed.push(...(await fetchFromHolder(session, holder, later, options)));
  }
  return failed;
}

async function request(
  session: ClientSession,
  holder: string,
  handles: readonly number[],
  options: GatherOptions,
): Promise<MovingChunk[] | undefined> {
  const places = handles.map((handle) => session.record(handle).placeOf(handle));
  const { cluster } = session.options;
  const wanted = { rows: places.map((place) => place.row), attempts: places.map((place) => place.attempt) };
  try {
    const limits = { timeoutMs: FETCH_TIMEOUT_MS, ...(options.signal === undefined ? {} : { signal: options.signal }) };
    return await fetchChunks(session.options, clusterSubjects(cluster).workerPeer(holder), wanted, limits);
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    // Gone or restarted: the scheduler notices too, and tells where the results are or that they are made again.
    if (
      error instanceof ShoalError &&
      ["NO_RESPONDERS", "TIMEOUT", "CONNECT", "CLOSED", "LOST_DATA"].includes(error.code)
    ) {
      if (session.isClosed) throw error;
      return undefined;
    }
    throw error;
  }
}
