import type { SchedulerState } from "../../actors/scheduler/scheduler-state.ts";
import { HeldDigest } from "../../actors/worker/held-digest.ts";
import type { WorkerBrain } from "../../actors/worker/worker-brain.ts";
import { WS } from "../../actors/worker/worker-states.ts";
import type { ToWorker } from "../../runtime/protocol/scheduler-worker.ts";
import type { StealGrant } from "../../runtime/protocol/worker-worker.ts";
import { queuedAt, wrongGrant } from "./grant-watch.ts";

/** A task is given away a few times in its life at most. */
const MOVES_MAX = 12;

const digestOf = ({ rows }: WorkerBrain): string =>
  HeldDigest.of([...rows.rows()].filter((row) => rows.state(row) === WS.memory));

/** A thief that is told nothing of what it was promised waits for so many signs of life. */
const BEATS_MAX = 2;

/** Nothing goes round and round, and nothing goes where its inputs take longer to come than it would have waited. */
export class StealWatch {
  count = 0;
  /** Told of workers that were promised something just now. */
  readonly onPromised: ((worker: string) => void)[] = [];
  /** By the life of its row. */
  private readonly moves = new Map<string, number>();
  private readonly fail: (error: Error) => void;

  /** @param fail told of a row that was given away too often */
  constructor(fail: (error: Error) => void) {
    this.fail = fail;
  }

  note(state: SchedulerState, rows: Uint32Array): void {
    for (const row of rows) {
      this.count += 1;
      const task = `${state.epoch} ${state.tasks.slab[row]} ${row}`;
      const moves = (this.moves.get(task) ?? 0) + 1;
      this.moves.set(task, moves);
      if (moves > MOVES_MAX) this.fail(new Error(`row ${row} was given away ${moves} times`));
    }
  }

  /** Looks at what a worker gives away from now on. */
  watch(brain: WorkerBrain): void {
    const { stealing, out } = brain;
    const reset = stealing.reset.bind(stealing);
    const step = brain.step.bind(brain);
    let newest = 0;
    let isOpen = false;
    let beats = 0;
    // What a victim of the former session answers is no promise of this one.
    stealing.reset = () => {
      reset();
      isOpen = false;
      if (!stealing.isIn("calm")) this.fail(new Error(`${brain.id} is calm as its session begins`));
    };
    brain.step = (event) => {
      const wasPromised = stealing.isIn("promised");
      const ask = event.kind === "steal" && event.event.type === "asked" ? event.event.ask : undefined;
      const queued = ask && queuedAt(brain);
      if (event.kind === "steal" && "question" in event.event && event.event.question === newest) isOpen = false;
      step(event);
      const asked = out.asks.at(-1);
      if (asked !== undefined && asked.question > newest) {
        newest = asked.question;
        isOpen = true;
        if (asked.ask.digest !== digestOf(brain)) this.fail(new Error(`${brain.id} says what it holds as it asks`));
      }
      const steal = event.kind === "steal" ? event.event : undefined;
      if (steal?.type === "answered") this.checkWaiters(brain, steal.grant);
      if (steal?.type === "answered") beats = 0;
      if (steal?.type === "beat") beats += 1;
      if (!wasPromised && stealing.isIn("promised")) for (const tell of this.onPromised) tell(brain.id);
      if (beats > BEATS_MAX && stealing.isIn("promised"))
        this.fail(new Error(`${brain.id} has a promise that is ${beats} signs of life old`));
      if (event.kind === "message" && event.message.type === "void") this.checkVoid(brain, event.message);
      if (stealing.isIn("asking") !== isOpen)
        this.fail(new Error(`${brain.id} asks exactly while a question of its is open`));
      if (ask === undefined || queued === undefined) return;
      const { grant } = out.grants.at(-1) as { readonly grant: StealGrant };
      const wrong = wrongGrant(brain, ask, grant, queued);
      if (wrong !== undefined) this.fail(new Error(wrong));
    };
  }

  /** What is claimed for others is promised no more. */
  private checkVoid({ id, stealing }: WorkerBrain, { rows, attempts }: ToWorker & { type: "void" }): void {
    const kept = rows.find((row, i) => stealing.promised.get(row) === attempts[i]);
    if (kept !== undefined) this.fail(new Error(`row ${kept} is promised to ${id}, which was told that it is not`));
  }

  /** What a promised task reads comes, is waited for with it, and is let go of with it. */
  private checkWaiters({ id, rows, stealing, waiters }: WorkerBrain, grant: StealGrant): void {
    const waitFor = new Map([...waiters]);
    for (const row of grant.rows) {
      if (!stealing.promised.has(row)) continue;
      const forgotten = rows.findInput(
        row,
        (input) =>
          rows.state(input) === WS.absent ||
          (rows.state(input) === WS.fetching && waitFor.get(input)?.includes(row) !== true),
      );
      if (forgotten >= 0)
        this.fail(new Error(`row ${row} is promised to ${id}, and ${forgotten} does not come for it`));
    }
  }
}
