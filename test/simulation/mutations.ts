import { type Makes, OpenWorkers } from "../../actors/scheduler/open-workers.ts";
import { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import type { SchedulerInput } from "../../actors/scheduler/scheduler-input.ts";
import { WantList } from "../../actors/scheduler/want-list.ts";
import { Stealing } from "../../actors/worker/stealing.ts";
import { WorkerBrain } from "../../actors/worker/worker-brain.ts";
import { WorkerOutbox } from "../../actors/worker/worker-outbox.ts";
import { LinkTable } from "../../runtime/actor/link-table.ts";

type AnyMethod = (...args: any[]) => any;
type Undo = () => void;

/** Puts another method in the place of one; gives the way back. */
function patch(type: { prototype: object }, name: string, make: (original: AnyMethod) => AnyMethod): Undo {
  const methods = type.prototype as Record<string, AnyMethod>;
  const original = methods[name];
  if (original === undefined) throw new TypeError(`There is no method ${name} to break`);
  methods[name] = make(original);
  return () => {
    methods[name] = original;
  };
}

/** Every so-many-th call is another one. */
function everyNth(n: number, original: AnyMethod, other: AnyMethod): AnyMethod {
  let calls = 0;
  return function (this: unknown, ...args) {
    calls += 1;
    return (calls % n === 0 ? other : original).apply(this, args);
  };
}

const nothing: AnyMethod = () => undefined;

/** Breakages of fences and tables that the simulator must find. Each breaks one promise, and nothing else. */
export const mutations = {
  /** A worker's word that a task finished gets lost on the way to its outbox. */
  dropFinished: () => patch(WorkerOutbox, "finish", (original) => everyNth(29, original, nothing)),
  /** A client's want is not written down. */
  loseWant: () => patch(WantList, "add", (original) => everyNth(23, original, (head: number) => head)),
  /** Letting go of one want lets go of the next in the list too. */
  doubleRelease: () =>
    patch(
      WantList,
      "remove",
      (original) =>
        function (this: WantList, head: number, client: number, handle: number) {
          const left = original.call(this, head, client, handle) as number;
          let next: { client: number; handle: number } | undefined;
          this.each(left, (otherClient, otherHandle) => {
            next ??= { client: otherClient, handle: otherHandle };
          });
          return next === undefined ? left : original.call(this, left, next.client, next.handle);
        },
    ),
  /** A restarted worker is taken for the one that died. */
  skipIncarnation: () =>
    patch(
      SchedulerBrain,
      "join",
      (original) =>
        function (this: SchedulerBrain, id: string, incarnation: number, ...rest) {
          const known = this.state.workerByName.get(id) as { incarnation: number } | undefined;
          if (known !== undefined) known.incarnation = incarnation;
          return original.call(this, id, incarnation, ...rest);
        },
    ),
  /** Whatever attempt a report of success speaks of, it is taken for the current one. */
  acceptStaleAttempt: () =>
    patch(
      SchedulerBrain,
      "step",
      (original) =>
        function (this: SchedulerBrain, input: SchedulerInput, now: number) {
          if (input.kind === "worker" && input.message.type === "finished") {
            const { tasks } = this.state;
            input.message.rows.forEach((row, i) => {
              (input.message as { attempts: Float64Array }).attempts[i] = tasks.attempt[row] ?? 0;
            });
          }
          return original.call(this, input, now);
        },
    ),
  /** Frames that are missing before one are not noticed. */
  ignoreGap: () =>
    patch(
      LinkTable,
      "accept",
      (original) =>
        function (this: LinkTable, ...args) {
          const verdict = original.apply(this, args);
          return verdict === "gap" ? "next" : verdict;
        },
    ),
  /** A frame that came twice is read twice. */
  applyTwice: () =>
    patch(
      LinkTable,
      "accept",
      (original) =>
        function (this: LinkTable, ...args) {
          const verdict = original.apply(this, args);
          return verdict === "repeat" ? "next" : verdict;
        },
    ),
  /** What a dead worker held is believed to be there still. */
  replicasSurvive: () =>
    patch(
      SchedulerBrain,
      "lose",
      () =>
        function (this: SchedulerBrain, worker: { id: string }) {
          this.state.workerByName.delete(worker.id);
        },
    ),
  /** Tasks that wait for an input that will not come are not given back. */
  keepWaiters: () => patch(WorkerBrain, "returnWaiters", () => nothing),
  /** A victim keeps what it gave away. */
  giveAndKeep: () =>
    patch(
      Stealing,
      "grantOf",
      (original) =>
        function (this: Stealing, given: readonly number[]) {
          const { host } = this as unknown as { host: WorkerBrain };
          const move = host.move;
          host.move = () => {};
          const grant = original.call(this, given);
          host.move = move;
          for (const row of given) host.queue.push(row, host.rows.attempt(row), 0);
          return grant;
        },
    ),
  /** A victim tells the scheduler of nothing that it gave away. */
  giveInSilence: () => patch(WorkerOutbox, "relinquish", () => nothing),
  /** Sources are made where they have no credit, as if nobody read them. */
  noCredit: () =>
    patch(
      OpenWorkers,
      "leastBusy",
      (original) =>
        function (this: OpenWorkers, constraint: unknown, makes: Makes) {
          return original.call(this, constraint, makes === "read" ? "unread" : makes);
        },
    ),
  /** A new scheduler's numbers are taken for the old one's. */
  skipEpoch: () => patch(WorkerBrain, "forgetAll", () => nothing),
} satisfies Record<string, () => Undo>;

export type MutationName = keyof typeof mutations;

/** Runs something while a promise is broken. */
export async function withMutation<T>(name: MutationName, run: () => Promise<T>): Promise<T> {
  const undo = mutations[name]();
  try {
    return await run();
  } finally {
    undo();
  }
}
