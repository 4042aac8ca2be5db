import { isUnheard } from "../../actors/scheduler/membership.ts";
import { sentTo } from "../../actors/scheduler/room.ts";
import type { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import { hungerChart, type SchedulerState } from "../../actors/scheduler/scheduler-state.ts";
import type { WorkerRecord } from "../../actors/scheduler/worker-record.ts";
import type { FromWorker } from "../../runtime/protocol/scheduler-worker.ts";

const FED = hungerChart.stateId("fed");
const HINTED = hungerChart.stateId("hinted");
/** Who was told of others is not told again sooner. */
const PAUSE_MS_MIN = 10;
/** What waits no longer than this would not begin sooner elsewhere. */
const GAIN_US_MIN = 4000;

/**
 * The scheduler's part in stealing: nobody is told of a worker where nothing waits, what was given away is its former worker's no more, and nothing is
 * said to who is gone.
 * @param fail told of what is otherwise
 */
export function watchHints(brain: SchedulerBrain, fail: (error: Error) => void): void {
  const { state } = brain;
  const fromWorker = brain["fromWorker"].bind(brain);
  brain["fromWorker"] = (id, incarnation, message, now) => {
    fromWorker(id, incarnation, message, now);
    const worker = state.workerByName.get(id);
    if (message.type !== "relinquish" || worker?.incarnation !== incarnation) return;
    const kept = keptBy(state, worker, message);
    if (kept !== undefined) fail(new Error(`row ${kept} is still ${id}'s, which gave it away`));
  };
  const noteMoved = state.steals.noteMoved.bind(state.steals);
  state.steals.noteMoved = (victim, thief) => {
    const status = state.workerByName.get(thief)?.status;
    if (status !== "running") fail(new Error(`${thief} is given what it took from ${victim}, and is ${status}`));
    noteMoved(victim, thief);
  };
  const toldMs = new Map<string, number>();
  const flush = state.out.flush.bind(state.out);
  state.out.flush = (toWorker, toClient) => {
    for (const { id, number, hunger } of state.workerByName.values())
      if (state.loads.hungry.has(number) !== (hunger !== FED))
        fail(new Error(`${id} is ${hungerChart.states[hunger]} exactly if it is known to have too little`));
    flush((number, messages) => {
      if (state.workers[number] === undefined) fail(new Error(`worker ${number} is gone, and is spoken to`));
      for (const message of messages) {
        if (message.type !== "hint") continue;
        checkHint(state, number, message.victims, fail);
        checkRoom(state, number, message.most, fail);
        const { id, incarnation } = state.worker(number);
        const life = `${id} ${incarnation}`;
        const pauseMs = state.nowMs - (toldMs.get(life) ?? Number.NEGATIVE_INFINITY);
        if (pauseMs < PAUSE_MS_MIN) fail(new Error(`${id} is told to take tasks again after ${pauseMs} ms`));
        toldMs.set(life, state.nowMs);
      }
      toWorker(number, messages);
    }, toClient);
  };
}

function checkHint(
  state: SchedulerState,
  thief: number,
  victims: readonly string[],
  fail: (error: Error) => void,
): void {
  const { id, status, hunger } = state.worker(thief);
  if (status !== "running") fail(new Error(`${id} is told to take tasks, and is ${status}`));
  if (hunger !== HINTED) fail(new Error(`${id} is ${hungerChart.states[hunger]} as it is told of others`));
  for (const name of victims) {
    const victim = state.workerByName.get(name);
    if (victim === undefined || gainUs(victim) <= GAIN_US_MIN)
      fail(new Error(`a hint names ${name}, where nothing waits for long`));
    else if (isUnheard(victim)) fail(new Error(`a hint names ${name}, which is ${victim.status}`));
  }
}

/** One whose memory is tight is promised no more than it can begin. */
function checkRoom(state: SchedulerState, thief: number, most: Uint32Array, fail: (error: Error) => void): void {
  const worker = state.worker(thief);
  const { id, pressure, slots } = worker;
  const room = slots - sentTo(worker);
  if (pressure !== "none" && most.some((count) => count > room))
    fail(new Error(`${id}, whose memory is tight, has room for ${room} and is told to take ${most.join(", ")}`));
}

/** A row that a worker gave away and is still believed to have, as one of two or alone. */
function keptBy(
  state: SchedulerState,
  { number }: WorkerRecord,
  { rows, attempts }: FromWorker & { type: "relinquish" },
): number | undefined {
  const { tasks, races } = state;
  return rows.find((row, i) => {
    const copy = races.copies.get(row);
    const isCopy = copy?.worker === number && copy.attempt === attempts[i];
    return isCopy || (tasks.worker[row] === number && tasks.attempt[row] === attempts[i]);
  });
}

/** How long the last of a queue waits until it begins. */
const gainUs = (victim: WorkerRecord): number =>
  victim.queueUs / victim.slots - victim.queueUs / Math.max(1, sentTo(victim));
