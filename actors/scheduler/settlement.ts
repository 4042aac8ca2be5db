import type { InventoryMessage } from "../../runtime/protocol/scheduler-worker.ts";
import { occupy } from "./assignment.ts";
import { actsOnce, isEffectHad, noteEffect } from "./effects.ts";
import { moveMember } from "./membership.ts";
import { need, releaseIfUnneeded } from "./needs.ts";
import { markLocated, noteLayers } from "./recovery.ts";
import { E, S, type SchedulerState } from "./scheduler-state.ts";
import type { Takeover } from "./takeover.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** What the scheduler has to know of the worker-task chart to read an inventory. */
export interface WorkerChartFacts {
  /** A result lies there. */
  isMemory(chartState: number): boolean;
  /** It runs, or may at any moment: its inputs are there. */
  isRunning(chartState: number): boolean;
}

/** What one worker says of a row. */
interface Claim {
  readonly worker: WorkerRecord;
  readonly row: number;
  readonly attempt: number;
  /** Of which life of the row it speaks. */
  readonly since: number;
  readonly bytes: number;
  /** "located": it exists only there. "handle": of what exists only elsewhere, and ends with that. */
  readonly kind: "copy" | "located" | "handle";
}

/**
 * Ends a takeover: what workers hold is in memory, what failed has failed; from there the wants are followed back, and what runs
 * and is needed goes on where it runs. Everything else on workers is theirs to drop. Pure completions need no journal: they
 * are what inventories tell.
 */
export function settle(state: SchedulerState, takeover: Takeover<unknown>, facts: WorkerChartFacts): void {
  const { held, running, others } = claimsOf(state, takeover, facts);
  state.phase = "leading";
  for (const [row, failure] of takeover.failures) fail(state, row, failure);
  for (const [row, claims] of held) {
    if (isOvertaken(state, claims, running.get(row))) for (const claim of claims) drop(state, claim);
    else hold(state, claims);
  }
  park(state, takeover);
  for (const slab of state.slabs.values())
    for (let row = slab.base; row < slab.base + slab.count; row++) if (state.tasks.wants[row] !== 0) need(state, row);
  for (const claim of [...running.values()].sort((a, b) => a.row - b.row)) goOn(state, claim);
  for (const slab of state.slabs.values()) {
    for (let row = slab.base; row < slab.base + slab.count; row++) releaseIfUnneeded(state, row);
    // The one more that kept it while the journal was read.
    slab.active -= 1;
    if (slab.active === 0) state.idleSlabs.push(slab.id);
  }
  // A copy on its way of what is in memory is as good: its word may be on its way too, and what is counted by it must not be freed.
  for (const claim of others) if (!isInMemory(state, claim)) drop(state, claim);
}

const isInMemory = ({ tasks }: SchedulerState, { row, attempt }: Claim): boolean =>
  tasks.state[row] === S.memory && tasks.attempt[row] === attempt;

/** The claims that are of the rows' present lives: all copies of the newest result, the newest run, and what neither is there nor runs. */
function claimsOf(
  state: SchedulerState,
  takeover: Takeover<unknown>,
  facts: WorkerChartFacts,
): { held: Map<number, Claim[]>; running: Map<number, Claim>; others: Claim[] } {
  const held = new Map<number, Claim[]>();
  const running = new Map<number, Claim>();
  const others: Claim[] = [];
  for (const [number, message] of takeover.inventories) {
    const worker = state.workers[number];
    if (worker === undefined) continue;
    moveMember(state, worker, "listed");
    state.loads.eased(number);
    if (message.epoch !== state.lineage) continue;
    noteLayers(state, worker, message);
    for (const { claim, chartState } of claims(worker, message)) {
      state.attempts = Math.max(state.attempts, claim.attempt);
      const [isHeld, isRunning] = [facts.isMemory(chartState), facts.isRunning(chartState)];
      // Of which life a copy is that is on its way, its worker does not know: the attempt tells.
      if (!isHeld && !isRunning) others.push(claim);
      else if (!isOfThisLife(state, claim)) drop(state, claim);
      else if (isHeld) addHeld(state, held, claim);
      else addRunning(state, running, claim);
    }
  }
  return { held, running, others };
}

/**
 * Whether a later run of what may act once has begun elsewhere, as after a false death: a store that goes by the tokens keeps what
 * that one writes, so that its result is to be the one. Where the effect is in the journal, the run is not to go on.
 */
function isOvertaken(state: SchedulerState, [first]: readonly Claim[], run: Claim | undefined): boolean {
  const { row, attempt } = first as Claim;
  return run !== undefined && run.attempt > attempt && actsOnce(state, row) && !isEffectHad(state, row);
}

function* claims(
  worker: WorkerRecord,
  message: InventoryMessage,
): Generator<{ readonly claim: Claim; readonly chartState: number }> {
  const located = new Set(message.located);
  const handles = new Set(message.handles);
  for (let i = 0; i < message.rows.length; i++) {
    const row = message.rows[i] as number;
    const [attempt, bytes, since] = [message.attempts[i], message.bytes[i], message.since[i]] as [
      number,
      number,
      number,
    ];
    const kind = located.has(i) ? "located" : handles.has(i) ? "handle" : "copy";
    const claim = { worker, row, attempt, since, bytes, kind } as const;
    yield { claim, chartState: message.states[i] as number };
  }
}

/**
 * Whether it is a claim of the submission that the journal has the row in. A later one that was given the number may have gone with the journal's
 * tail, and its results may still be there.
 */
function isOfThisLife(state: SchedulerState, { row, since }: Claim): boolean {
  const slab = state.slabs.get(state.tasks.slab[row] as number);
  return slab !== undefined && row >= slab.base && row < slab.base + slab.count && since === slab.since;
}

function addHeld(state: SchedulerState, held: Map<number, Claim[]>, claim: Claim): void {
  const known = held.get(claim.row);
  if (known === undefined || (known[0] as Claim).attempt < claim.attempt) {
    for (const older of known ?? []) drop(state, older);
    held.set(claim.row, [claim]);
  } else if ((known[0] as Claim).attempt !== claim.attempt) drop(state, claim);
  else if (claim.kind === "located") known.unshift(claim);
  else known.push(claim);
}

/** Two that run one row can only follow a false death: the later one goes on. */
function addRunning(state: SchedulerState, running: Map<number, Claim>, claim: Claim): void {
  const known = running.get(claim.row);
  if (known !== undefined && known.attempt > claim.attempt) return drop(state, claim);
  if (known !== undefined) drop(state, known);
  running.set(claim.row, claim);
}

const drop = (state: SchedulerState, { worker, row, attempt }: Claim): void =>
  state.out.toWorker(worker.number).free(row, attempt);

function fail(state: SchedulerState, row: number, failure: { readonly error: unknown; readonly origin: number }): void {
  if (state.tasks.state[row] !== S.released || !state.slabs.has(state.tasks.slab[row] as number)) return;
  state.failures.set(row, failure);
  state.move(row, E.need);
  state.move(row, E.blame);
  state.slabOf(row).active += 1;
}

function hold(state: SchedulerState, claims: readonly Claim[]): void {
  const [first, ...more] = claims as [Claim, ...Claim[]];
  const { row, attempt, bytes, worker } = first;
  // The first is where it exists, if any is: without it, nothing can be read through what the others have.
  if (state.tasks.state[row] !== S.released || first.kind === "handle") {
    for (const claim of claims) drop(state, claim);
    return;
  }
  const { tasks } = state;
  state.move(row, E.hold);
  state.slabOf(row).active += 1;
  tasks.worker[row] = worker.number;
  tasks.attempt[row] = attempt;
  tasks.bytes[row] = bytes;
  if (more.length > 0)
    state.moreHolders.set(
      row,
      more.map((one) => one.worker.number),
    );
  if (first.kind === "located") markLocated(state, row);
  noteEffect(state, row);
}

/** Scattered data that nobody listed may still wait for the word that makes it a row's. */
function park(state: SchedulerState, { parked }: Takeover<unknown>): void {
  for (const [row, { worker: id, attempt, ticket, bytes }] of parked) {
    const worker = state.workerByName.get(id);
    if (state.tasks.state[row] !== S.released || worker === undefined) continue;
    const { since } = state.slabOf(row);
    hold(state, [{ row, attempt, since, bytes, worker, kind: "copy" }]);
    state.tickets.set(row, ticket);
    state.out.toWorker(worker.number).adopt(row, attempt, since, ticket);
  }
}

/** A run that is needed goes on under the attempt it has; one that is not is stopped. */
function goOn(state: SchedulerState, claim: Claim): void {
  const { row, attempt, worker } = claim;
  const now = state.tasks.state[row];
  if (isEffectHad(state, row) || (now !== S.ready && now !== S.waiting)) return drop(state, claim);
  occupy(state, row, worker, now === S.ready ? E.place : E.preassign);
  state.tasks.attempt[row] = attempt;
}
