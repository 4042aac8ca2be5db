import { broken } from "../../runtime/base/errors.ts";
import type { WorkerBrain } from "./worker-brain.ts";
import { HAS_BODY, IS_COMING, WS } from "./worker-states.ts";

/**
 * What must hold of a worker between turns: waiting rows wait for something that is on its way here, nothing waits that could
 * run, bytes and bodies are counted right. O(rows + edges): the simulator and the tests check it after every event.
 * @throws InvariantError naming the row
 */
export function checkWorker(brain: WorkerBrain): void {
  checkWaiters(brain);
  for (const row of brain.fetches.rows())
    if (brain.rows.state(row) !== WS.fetching && brain.rows.state(row) !== WS.salvaging)
      broken(`row ${row} of ${brain.id} is asked of somebody only while it is to come`);
  let bytes = 0;
  let storedBytes = 0;
  let bodies = 0;
  let promised = 0;
  brain.rows.each((row, now) => {
    if (now === WS.memory) {
      bytes += brain.rows.bytes(row);
      if (brain.chunks.isStored(row)) storedBytes += brain.rows.bytes(row);
    }
    if (brain.chunks.isUsing(row) && HAS_BODY[now] === 0)
      broken(`row ${row} of ${brain.id} has inputs pinned, so it may run or does`);
    if (now === WS.executing || now === WS.cancelling || now === WS.salvaging) bodies += 1;
    if (now === WS.promised) promised += 1;
    checkRow(brain, row, now);
  });
  checkPromises(brain, promised);
  if (bytes !== brain.managedBytes) broken(`${brain.id} counts ${brain.managedBytes} bytes and has ${bytes}`);
  const { residentBytes, spilledBytes } = brain.chunks.store;
  if (storedBytes !== residentBytes + spilledBytes)
    broken(
      `${brain.id} has ${storedBytes} bytes in its store, which counts ${residentBytes} and ${spilledBytes} on disk`,
    );
  if (bodies > brain.executing)
    broken(`${brain.id} counts ${brain.executing} running functions, and ${bodies} rows have one`);
}

function checkRow(brain: WorkerBrain, row: number, now: number): void {
  if (now === WS.waiting && brain.rows.waitCount(row) === 0) broken(`row ${row} of ${brain.id} waits for something`);
  if (now === WS.waiting || now === WS.queued || now === WS.executing) {
    const batch = brain.rows.batch(row);
    if (batch === undefined) broken(`row ${row} of ${brain.id} knows its task`);
    else if (now !== WS.executing && !brain.layers.has(batch.layer))
      broken(`row ${row} of ${brain.id} is of a layer it knows`);
  }
  if (now === WS.promised && brain.stealing.promised.get(row) !== brain.rows.attempt(row))
    broken(`row ${row} of ${brain.id} is promised under its attempt`);
  if (now === WS.fetching && brain.fetches.attemptOf(row) === 0)
    broken(`row ${row} of ${brain.id} is asked of somebody`);
}

/** What was given to it and not claimed is promised, and nothing else. @param promised its rows that are promised */
function checkPromises({ id, stealing }: WorkerBrain, promised: number): void {
  const voided = stealing.findVoided();
  if (voided !== undefined) broken(`row ${voided} of ${id} is promised, and its promise holds`);
  if (!stealing.isPromisedTruly) broken(`${id} is promised something exactly while it says so`);
  if (promised !== stealing.promised.size)
    broken(`${id} has ${stealing.promised.size} promises, of which ${promised} are rows that are promised`);
}

/** Rows wait for inputs that are on their way here, each for as many as it counts. */
function checkWaiters(brain: WorkerBrain): void {
  const waitsFor = new Map<number, number>();
  for (const [input, rows] of brain.waiters) {
    if (IS_COMING[brain.rows.state(input)] !== 1)
      broken(`row ${rows[0]} of ${brain.id} waits for ${input}, which is on its way`);
    // Nobody promises that inputs come for a row that is only promised itself.
    for (const row of rows) if (brain.rows.state(row) !== WS.promised) waitsFor.set(row, (waitsFor.get(row) ?? 0) + 1);
  }
  for (const [row, count] of waitsFor)
    if (brain.rows.state(row) !== WS.waiting || brain.rows.waitCount(row) !== count)
      broken(`row ${row} of ${brain.id} waits for ${count} inputs and counts ${brain.rows.waitCount(row)}`);
}
