import { invariant } from "../../runtime/base/errors.ts";
import type { ComputeBatch } from "../../runtime/protocol/scheduler-worker.ts";
import type { WorkerBrain } from "./worker-brain.ts";
import { IS_COMING, WS } from "./worker-states.ts";

/**
 * What must hold of a worker between turns: waiting rows wait for something that is on its way here, nothing waits that could
 * run, bytes and bodies are counted right. O(rows + edges): the simulator and the tests check it after every event.
 * @throws InvariantError naming the row
 */
export function checkWorker(brain: WorkerBrain): void {
  checkWaiters(brain);
  let bytes = 0;
  let bodies = 0;
  for (const row of brain.rows.rows()) {
    const now = brain.rows.state(row);
    if (now === WS.memory) bytes += brain.rows.bytes(row);
    if (now === WS.executing || now === WS.cancelling || now === WS.salvaging) bodies += 1;
    if (now === WS.waiting) invariant(brain.rows.waitCount(row) > 0, `row ${row} of ${brain.id} waits for something`);
    if (now === WS.waiting || now === WS.queued || now === WS.executing)
      invariant(brain.rows.batch(row) !== undefined, `row ${row} of ${brain.id} knows its task`);
    if (now === WS.waiting || now === WS.queued)
      invariant(
        brain.layers.has((brain.rows.batch(row) as ComputeBatch).layer),
        `row ${row} of ${brain.id} is of a layer it knows`,
      );
    if (now === WS.fetching)
      invariant(brain.fetches.attemptOf(row) !== 0, `row ${row} of ${brain.id} is asked of somebody`);
  }
  invariant(bytes === brain.managedBytes, `${brain.id} counts ${brain.managedBytes} bytes and has ${bytes}`);
  invariant(
    bodies <= brain.executing,
    `${brain.id} counts ${brain.executing} running functions, and ${bodies} rows have one`,
  );
}

/** Rows wait for inputs that are on their way here, each for as many as it counts. */
function checkWaiters(brain: WorkerBrain): void {
  const waitsFor = new Map<number, number>();
  for (const [input, rows] of brain.waiters) {
    invariant(
      IS_COMING[brain.rows.state(input)] === 1,
      `row ${rows[0]} of ${brain.id} waits for ${input}, which is on its way`,
    );
    // Nobody promises that inputs come for a row that is only promised itself.
    for (const row of rows) if (brain.rows.state(row) !== WS.promised) waitsFor.set(row, (waitsFor.get(row) ?? 0) + 1);
  }
  for (const [row, count] of waitsFor)
    invariant(
      brain.rows.state(row) === WS.waiting && brain.rows.waitCount(row) === count,
      `row ${row} of ${brain.id} waits for ${count} inputs and counts ${brain.rows.waitCount(row)}`,
    );
}
