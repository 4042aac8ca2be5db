import type { ClientRecord } from "../../actors/scheduler/client-record.ts";
import type { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import { FLAG, S, type SchedulerState } from "../../actors/scheduler/scheduler-state.ts";
import type { WorkerBrain } from "../../actors/worker/worker-brain.ts";
import { ShardSet } from "../../runtime/graph/shards.ts";
import { watchEstimates } from "./estimate-watch.ts";
import { watchHints } from "./hint-watch.ts";
import { watchLeaving } from "./leave-watch.ts";
import { watchRetries } from "./retry-watch.ts";
import type { Scenario } from "./scenario.ts";
import { ToldWatch } from "./told-watch.ts";
import { watchWants } from "./want-watch.ts";

/**
 * Because of one message a row goes so many steps through its chart, and as many more for each other row there is: readers that are needed and fail
 * one after the other have what they read needed and released each time, and what is behind that too.
 */
const STEPS_MAX = 6;
/** Rows of a turn where nothing else is said. */
const ROWS_PER_TURN = 2048;
const FEW_ROWS = 5;

/** How many rows of a submission a turn takes in, and of former clients lets go of: in every third seed a few. */
export const intakeRowsOf = ({ seed }: Scenario): number | undefined => (seed % 3 === 1 ? FEW_ROWS : undefined);

type Workers = ReadonlyMap<string, { readonly brain: WorkerBrain }>;

/** What must hold at the end of every turn of a scheduler, beyond its own state: it is not long, and knows what exists in one place only. */
export class TurnWatch {
  readonly told = new ToldWatch();
  private readonly rowsPerTurn: number;
  private readonly hasShards: boolean;
  private readonly workers: Workers;
  /** Those whose takeover is over; until then nothing is needed, and a turn lets go of all at once. */
  private readonly settled = new WeakSet<SchedulerBrain>();
  private readonly inFlight = new WeakMap<ClientRecord, number>();
  /** By row, since the last message, or the end of the turn. */
  private readonly steps = new Map<number, number>();

  constructor(scenario: Scenario, workers: Workers) {
    this.rowsPerTurn = intakeRowsOf(scenario) ?? ROWS_PER_TURN;
    this.hasShards = scenario.layers.some(({ kind }) => kind === "exchange");
    this.workers = workers;
  }

  /** Looks at what a scheduler notes from now on. @param fail told of what is noted for nothing, or for the wrong reason */
  watch(brain: SchedulerBrain, fail: (error: Error) => void): void {
    const { wants, tasks } = brain.state;
    watchWants(wants, fail);
    watchHints(brain, fail);
    watchEstimates(brain, fail);
    watchRetries(brain, fail);
    watchLeaving(brain, fail);
    this.told.watch(brain, fail);
    this.watchSteps(brain, fail);
    const lose = brain["lose"].bind(brain);
    brain["lose"] = (worker, isExpected, ...why) => {
      const kills = Uint8Array.from(tasks.kills);
      lose(worker, isExpected, ...why);
      if (worker.status !== "left") fail(new Error(`${worker.id} is gone, and ${worker.status}`));
      const blamed = kills.findIndex((n, row) => n !== tasks.kills[row]);
      if (isExpected && blamed >= 0)
        fail(new Error(`row ${blamed} is blamed for the end of ${worker.id}, which was to be`));
    };
  }

  /** Invariant I5: what a message brings about comes to an end, since no row goes round in it. */
  private watchSteps(brain: SchedulerBrain, fail: (error: Error) => void): void {
    const { steps } = this;
    const { state } = brain;
    const step = brain.step.bind(brain);
    brain.step = (input, now) => {
      steps.clear();
      step(input, now);
    };
    const move = state.move.bind(state);
    state.move = (row, event) => {
      const count = (steps.get(row) ?? 0) + 1;
      steps.set(row, count);
      if (count > STEPS_MAX && count > STEPS_MAX * (1 + rowsOf(state)))
        fail(new Error(`row ${row} goes ${count} steps because of one message`));
      return move(row, event);
    };
  }

  /** Before the words of a turn leave. @throws Error if it was too long, or believes that shards lie where they do not */
  look(brain: SchedulerBrain): void {
    this.steps.clear();
    const { state } = brain;
    const { looked } = state.departures;
    if (this.settled.has(brain) && looked > this.rowsPerTurn)
      throw new Error(`a turn lets go of ${looked} rows, at most ${this.rowsPerTurn} are to be`);
    if (state.phase === "recovering" && state.departures.size > 0)
      throw new Error("what a client held that went is let go of at once while nothing is needed");
    for (const client of state.clients.values()) this.lookAtShare(client, this.settled.has(brain));
    if (state.phase === "leading") this.settled.add(brain);
    if (this.hasShards) for (const slab of state.slabs.values()) this.lookAt(state, slab);
  }

  /** Who has as much at once as it may is given no more; at a takeover it has what it had. */
  private lookAtShare(client: ClientRecord, isSettled: boolean): void {
    const { id, inFlight, atOnceMax } = client;
    const before = this.inFlight.get(client) ?? 0;
    if (isSettled && inFlight > Math.max(before, atOnceMax))
      throw new Error(`${id} has ${inFlight} rows with workers, and may have ${atOnceMax}`);
    this.inFlight.set(client, inFlight);
  }

  private lookAt(state: SchedulerState, { base, count }: { readonly base: number; readonly count: number }): void {
    const { tasks } = state;
    for (let row = base; row < base + count; row++) {
      if (tasks.state[row] !== S.memory) continue;
      const { id } = state.worker(tasks.worker[row] as number);
      const brain = this.workers.get(id)?.brain;
      if (brain?.holds(row, tasks.attempt[row] as number) !== true) continue;
      const value = brain.rows.value(row);
      const isLocated = ((tasks.flags[row] as number) & FLAG.located) !== 0;
      if (value instanceof ShardSet && isLocated !== (value.home === id))
        throw new Error(`row ${row} is known to lie on ${id} alone exactly if it is there: ${value.home} has it`);
    }
  }
}

const rowsOf = ({ slabs }: SchedulerState): number => [...slabs.values()].reduce((sum, { count }) => sum + count, 0);
