import { hostname } from "node:os";
import { type Lead, type LeadLoss, takeLead } from "../../actors/scheduler/lead.ts";
import { ActorSystem } from "../../runtime/actor/system.ts";
import { systemClock, wallTimeMs } from "../../runtime/base/clock.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { uniqueToken } from "../../runtime/base/random.ts";
import { VERSION } from "../../runtime/base/version.ts";
import type { Bus } from "../../runtime/bus/bus.ts";
import type { NatsConnectOptions } from "../../runtime/bus/nats-connect.ts";
import { waitToTry } from "../../runtime/journal/leadership.ts";
import type { Lease } from "../../runtime/journal/lease.ts";
import { actorCodec } from "../../runtime/protocol/actor-codec.ts";
import { askToLeave } from "./ask-to-leave.ts";
import { hasStandby, StandbyAnswers } from "./standby-answers.ts";
import {
  announceScheduler,
  refuseSecondScheduler,
  type SchedulerSettings,
  type StartedScheduler,
  startScheduler,
} from "./start-scheduler.ts";
import { openSuccession, type SuccessionStore } from "./succession.ts";

export interface SchedulerRun {
  readonly bus: Bus;
  readonly connect: NatsConnectOptions;
  readonly settings: SchedulerSettings;
  /** "auto": where the server has JetStream. */
  readonly journal: "auto" | "off";
  readonly isStandby: boolean;
  /** Of a lease that is made; one that is there keeps its own. */
  readonly leaseMs: number;
  /** It ends, and its workers with it, when nobody has wanted anything for so long; undefined: never. */
  readonly idleMs?: number | undefined;
  /** Asks it to end. */
  readonly stop: AbortSignal;
  /** It leads; waited for. */
  onReady(told: {
    readonly epoch: number;
    readonly former: number | undefined;
    readonly hasJournal: boolean;
    readonly system: ActorSystem;
  }): Promise<void>;
  /** What `onReady` has opened is to be closed. */
  onEnd(): Promise<void>;
  onStandby(leader: string | undefined): void;
  /** It led, and does no more. */
  onDeposed(reason: string): void;
  /** What a user should know, and nothing fails of. */
  onRemark(text: string): void;
}

const IDLE_LOOK_MS = 500;
const WORKERS_LEAVE_MS = 5000;

/**
 * Runs a scheduler until it is asked to end. With JetStream it writes a journal, so that a standby can take over; a standby waits for
 * its turn, and for the next one after it was deposed. Any other ends where it was deposed and another leads; where nobody does, it waits as a standby.
 * @returns false if another one leads in its place, or the journal takes no more of it
 * @throws ShoalError NAME_TAKEN | NOT_SUPPORTED
 */
export async function runScheduler(run: SchedulerRun): Promise<boolean> {
  const { bus, settings, isStandby } = run;
  const answers = new StandbyAnswers(bus, settings.cluster);
  if (isStandby) answers.open();
  try {
    if (!isStandby) await refuseSecondScheduler(new ActorSystem({ bus, codec: actorCodec }), settings.cluster);
    const store = await openStore(run);
    if (store === undefined) return await lead(run, undefined, undefined);
    try {
      return await takeTurns(run, store, answers);
    } finally {
      await store.close();
    }
  } finally {
    answers.close();
  }
}

async function openStore(run: SchedulerRun): Promise<SuccessionStore | undefined> {
  if (run.journal === "off" && !run.isStandby) return undefined;
  try {
    return await openSuccession(run.connect, run.settings.cluster, run.leaseMs);
  } catch (error) {
    if (!(error instanceof ShoalError) || error.code !== "NOT_SUPPORTED") throw error;
    if (run.isStandby)
      throw new ShoalError(`A standby needs the journal of its leader. ${error.message}`, {
        code: "NOT_SUPPORTED",
        cause: error,
      });
    return undefined;
  }
}

async function takeTurns(run: SchedulerRun, store: SuccessionStore, answers: StandbyAnswers): Promise<boolean> {
  const holder = `${hostname()} process ${process.pid} ${uniqueToken().slice(0, 6)}`;
  const { ttlMs } = store.lease;
  if (ttlMs !== run.leaseMs)
    run.onRemark(`The lease lasts ${ttlMs} ms, as it did for whoever made it, and not ${run.leaseMs}`);
  for (let turns = 0; !run.stop.aborted; turns++) {
    // Who was deposed while nobody leads waits as a standby does: another may be sooner.
    if (run.isStandby || turns > 0) {
      answers.open();
      // Where the server does not answer it is not known who leads; the lease is waited for all the same.
      const found = await store.lease.find().catch(() => undefined);
      run.onStandby(found?.holder === holder ? undefined : found?.holder);
    }
    let tellLost: (loss: LeadLoss) => void = () => {};
    const lost = new Promise<LeadLoss>((resolve) => {
      tellLost = resolve;
    });
    const taken = await takeLead({
      ...store,
      clock: systemClock,
      wallMs: wallTimeMs,
      version: VERSION,
      holder,
      signal: run.stop,
      onLost: tellLost,
      onDoubt: (reason) => run.onRemark(reason === undefined ? "It speaks again" : doubtText(reason)),
    });
    if (taken === undefined) return true;
    answers.close();
    if (await lead(run, { lead: taken, store }, lost)) return true;
    if ((await lost).kind === "refused") return false;
    if (!run.isStandby && (await isLedByAnother(store.lease, holder, run.stop))) return false;
  }
  return true;
}

const doubtText = (reason: string): string =>
  `It says nothing until the NATS server tells again that it leads, which it has not done for long: ${reason}`;

/** Waits until it is known who leads, or it is asked to end. */
async function isLedByAnother(lease: Lease, own: string, stop: AbortSignal): Promise<boolean> {
  while (!stop.aborted) {
    try {
      const found = await lease.find();
      return found !== undefined && found.holder !== own;
    } catch (error) {
      if (!(error instanceof ShoalError && error.retryable)) throw error;
    }
    await waitToTry({ lease, clock: systemClock }, stop);
  }
  return false;
}

type Turn = { readonly lead: Lead; readonly store: SuccessionStore };

/** Leads until it is asked to end (true), or has lost the lead (false). */
async function lead(run: SchedulerRun, turn: Turn | undefined, lost: Promise<LeadLoss> | undefined): Promise<boolean> {
  try {
    const { loss, scheduler } = await serve(run, turn?.lead, lost);
    if (loss !== undefined) {
      run.onDeposed(loss.reason);
      return false;
    }
    if (turn !== undefined) await hand(run, turn, scheduler);
    return true;
  } finally {
    turn?.lead.abandon();
  }
}

/** Runs a scheduler until it is to end, and takes all of it from the bus. @returns why it leads no more, if it was not asked to end */
async function serve(
  run: SchedulerRun,
  taken: Lead | undefined,
  lost: Promise<LeadLoss> | undefined,
): Promise<{ readonly loss: LeadLoss | undefined; readonly scheduler: StartedScheduler }> {
  const { bus, settings, stop } = run;
  const system = new ActorSystem({ bus, codec: actorCodec });
  const opened: { close(): void }[] = [system];
  try {
    const scheduler = startScheduler(system, settings, taken);
    opened.push(scheduler);
    const services = announceScheduler(system, settings.cluster, scheduler.brain, hostname());
    opened.push({ close: () => services.unsubscribe() });
    // A connection that breaks just now makes its subscriptions anew by itself.
    await bus.flush().catch(() => {});
    const { epoch, clients, workerByName } = scheduler.brain.state;
    await run.onReady({ epoch, former: taken?.former, hasJournal: taken !== undefined, system });
    const over = new AbortController();
    const isUnused = (): boolean => scheduler.isIdle() && clients.size === 0;
    const ends = [
      stopped(stop, over.signal),
      ...(run.idleMs === undefined ? [] : [unusedFor(run.idleMs, isUnused, over.signal)]),
      ...(lost === undefined ? [] : [lost]),
    ];
    const loss = await Promise.race(ends);
    over.abort();
    if (loss === undefined && !stop.aborted) {
      run.onRemark(`Nobody has wanted anything for ${run.idleMs} ms: it ends, and its workers with it`);
      await askToLeave(system, settings.cluster, [...workerByName.keys()], WORKERS_LEAVE_MS);
    }
    await run.onEnd();
    return { loss, scheduler };
  } finally {
    for (const one of opened) one.close();
  }
}

/** Ends in order: a standby takes over at once; without one, what nobody waits for is removed. */
async function hand(
  run: SchedulerRun,
  { lead: taken, store }: Turn,
  { brain, isIdle }: StartedScheduler,
): Promise<void> {
  await taken.resign();
  if (await hasStandby(run.bus, run.settings.cluster)) return;
  // One that stood still as it was told to end may not know that another leads by now: the journal is that one's then.
  const isFree = await store.lease.find().then(
    (found) => found === undefined,
    () => false,
  );
  if (!isFree) return;
  if (isIdle()) return store.remove();
  run.onRemark(
    `The journal stays on the server, as ${brain.state.clients.size} clients may come back: the next scheduler of this name goes on with it`,
  );
}

/** Settles when something has held for so long. */
function unusedFor(idleMs: number, holds: () => boolean, signal: AbortSignal): Promise<undefined> {
  let sinceMs = systemClock.now();
  return new Promise((resolve) => {
    const look = (): void => {
      if (signal.aborted) return;
      const now = systemClock.now();
      if (!holds()) sinceMs = now;
      if (now - sinceMs >= idleMs) resolve(undefined);
      else systemClock.setTimer(Math.min(IDLE_LOOK_MS, idleMs), look);
    };
    look();
  });
}

function stopped(stop: AbortSignal, signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve(undefined);
    else stop.addEventListener("abort", () => resolve(undefined), { once: true, signal });
  });
}
