import { encodeChunkPieces } from "../../actors/chunk/chunk-frame.ts";
import { writeRequest } from "../../actors/chunk/chunk-request.ts";
import { ChunkSource } from "../../actors/chunk/chunk-source.ts";
import { sizeOf } from "../../actors/chunk/sizeof.ts";
import type { ClientSession } from "../../actors/client/client-session.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { plainToken } from "../../runtime/base/random.ts";
import type { Frame } from "../../runtime/bus/bus.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import type { ClientReach } from "./client-reach.ts";
import { Future, type WaitOptions } from "./future.ts";
import { knownWorkers } from "./known-workers.ts";
import { replicate } from "./place-results.ts";
import type { SessionExecutor } from "./session-executor.ts";
import { futuresByKey } from "./shared-value.ts";

const OFFER_TIMEOUT_MS = 120_000;

/** Where data goes, and what it is called there. */
export interface ScatterOptions extends WaitOptions {
  /** Only to these workers. */
  readonly workers?: readonly string[];
  /** Every value on all of the workers, or on so many of them. */
  readonly broadcast?: boolean | number;
  /** Equal values are one: what lies there already is not sent again. */
  readonly hash?: boolean;
}

/** Puts values on workers and gives a future for each. @throws ShoalError NO_WORKERS; UNKNOWN_KEY if none of those named is there */
export async function scatter(
  reach: ClientReach,
  values: readonly unknown[],
  options: ScatterOptions,
): Promise<Future<unknown>[]> {
  const futures = await scatterOnce(reach, values, options);
  const { broadcast = false, workers } = options;
  if (broadcast === false) return futures;
  const copies = broadcast === true ? {} : { copies: broadcast };
  await replicate(reach, futures, workers === undefined ? copies : { ...copies, workers });
  return futures;
}

async function scatterOnce(
  reach: ClientReach,
  values: readonly unknown[],
  options: ScatterOptions,
): Promise<Future<unknown>[]> {
  const { executor } = reach;
  if (options.hash !== true) {
    const token = plainToken(12);
    return scatterValues(
      executor,
      values,
      options,
      values.map((_, i) => `scatter-${token}/${i}`),
    );
  }
  const keys = values.map((value) => `scatter-${tokenize(value)}`);
  const first = keys.map((key, at) => keys.indexOf(key) === at);
  const known = await futuresByKey(reach, keys);
  const missing = keys.map((_, at) => at).filter((at) => known[at] === undefined && first[at]);
  const made = await scatterValues(
    executor,
    missing.map((at) => values[at]),
    options,
    missing.map((at) => keys[at] as string),
  );
  return keys.map((key, at) => known[at] ?? (made[missing.indexOf(keys.indexOf(key))] as Future<unknown>));
}

/**
 * Puts values on workers, in turn, straight from here; the scheduler hears where they are. What is large is pulled by the
 * worker in parts, at its own pace.
 */
async function scatterValues(
  executor: SessionExecutor,
  values: readonly unknown[],
  { workers: names }: ScatterOptions,
  keys: readonly string[],
): Promise<Future<unknown>[]> {
  const { session } = executor;
  if (values.length === 0) return [];
  const workers = (await knownWorkers(session)).filter(({ id }) => names === undefined || names.includes(id));
  if (workers.length === 0)
    throw new ShoalError(
      names === undefined
        ? "There is no worker to scatter to"
        : `There is no worker ${names.join(" or ")} to scatter to`,
      names === undefined
        ? { code: "NO_WORKERS", retryable: true }
        : { code: "UNKNOWN_KEY", details: { workers: names } },
    );
  const first = session.reserve(values.length);
  const holders = await placeValues(
    session,
    workers.map(({ id }) => id),
    values,
    first,
  );
  session.scattered(
    keys,
    Float64Array.from(values, (value) => sizeOf(value)),
    holders,
    first,
  );
  return values.map(
    (_, i) =>
      new Future<unknown>({
        session,
        handle: () => first + i,
        key: () => keys[i] as string,
        hold: (handle, key, keeper) => executor.held(key, [], Uint32Array.of(handle), keeper),
      }),
  );
}

/**
 * Puts values on workers in turn; what one does not take, as it leaves or is gone, goes to the others.
 * @returns the worker of each value @throws ShoalError what the last one said, if none takes them
 */
async function placeValues(
  session: ClientSession,
  workers: readonly string[],
  values: readonly unknown[],
  first: number,
): Promise<string[]> {
  const holders: string[] = [];
  let takers = workers;
  for (let open = values.map((_, i) => i); open.length > 0; ) {
    for (const [turn, i] of open.entries()) holders[i] = takers[turn % takers.length] as string;
    const refusals = new Map<string, unknown>();
    await Promise.all(
      [...new Set(open.map((i) => holders[i] as string))].map(async (holder) => {
        const mine = open.filter((i) => holders[i] === holder);
        const tickets = mine.map((i) => ticketOf(session, first + i));
        await offer(
          session,
          holder,
          mine.map((i) => values[i]),
          tickets,
        ).catch((error: unknown) => refusals.set(holder, error));
      }),
    );
    open = open.filter((i) => refusals.has(holders[i] as string));
    takers = takers.filter((worker) => !refusals.has(worker));
    const said = [...refusals.values()];
    const isFinal = (error: unknown): boolean => !(error instanceof ShoalError && error.retryable);
    const reason = said.find(isFinal) ?? (takers.length === 0 ? said[0] : undefined);
    if (reason !== undefined) throw reason;
  }
  return holders;
}

const ticketOf = (session: ClientSession, handle: number): string => `${session.options.id}/${handle}`;

/** Offers values to a worker and waits until it has them. */
async function offer(
  session: ClientSession,
  worker: string,
  values: readonly unknown[],
  tickets: readonly string[],
): Promise<void> {
  const { bus, cluster } = session.options;
  const to = clusterSubjects(cluster).workerPeer(worker);
  const limits = { timeoutMs: OFFER_TIMEOUT_MS };
  if (bus.carries === "reference") {
    const nothing = { transfer: 0, pieces: [] };
    await bus.request(to, { type: "offer", from: "", ...nothing, tickets, values }, limits);
    return;
  }
  const source = sourceOf(session);
  const chunks = values.map((value, row) => ({ row, since: 0, value, bytes: sizeOf(value) }));
  const transfer = source.offer(await encodeChunkPieces(chunks));
  try {
    const answer = await bus.request(
      to,
      writeRequest(bus, { type: "offer", from: source.subject, ...transfer, tickets }),
      limits,
    );
    const { bytes: said } = answer.payload as Frame;
    const { error } = JSON.parse(Buffer.from(said ?? (answer.payload as Uint8Array)).toString()) as { error?: string };
    if (error !== undefined)
      throw new ShoalError(`Worker ${worker} did not take the data: ${error}`, { code: "LOST_DATA", retryable: true });
  } finally {
    source.withdraw(transfer.transfer);
  }
}

const sources = new WeakMap<ClientSession, ChunkSource>();

/** Where workers pull a client's data from: one for all it scatters, as transfers are known by their numbers. Ends with its bus. */
function sourceOf(session: ClientSession): ChunkSource {
  let source = sources.get(session);
  if (source === undefined) {
    const { bus, cluster, clock, id, windows } = session.options;
    const subject = `${clusterSubjects(cluster).client(id)}.peer`;
    const nothing = (): void => {};
    source = new ChunkSource({ bus, clock, subject, windows }, () => [], nothing);
    sources.set(session, source);
  }
  return source;
}
