import { broken } from "../../runtime/base/errors.ts";
import { S, type SchedulerState } from "./scheduler-state.ts";
import type { Slab } from "./slab.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** Resources are amounts, and sums of amounts that a half, a third and so on are taken of differ a little. */
const AMOUNT_MIN = 1e-6;

/** What the rows with a worker take of it, counted anew. */
interface Book {
  readonly byPrefix: Map<number, number>;
  readonly taken: Record<string, number>;
  quarantined: number;
  seceded: number;
}

/**
 * What each worker is thought to have left, and how much of what kind it has, is what the rows it was sent say.
 * @throws InvariantError naming the worker
 */
export function checkWorkerBooks(state: SchedulerState): void {
  const books = new Map<number, Book>();
  for (const { number } of state.workerByName.values())
    books.set(number, { byPrefix: new Map(), taken: {}, quarantined: 0, seceded: 0 });
  for (const slab of state.slabs.values()) countSlab(state, slab, books);
  for (const worker of state.workerByName.values()) compare(worker, books.get(worker.number) as Book);
}

function countSlab(state: SchedulerState, slab: Slab, books: ReadonlyMap<number, Book>): void {
  const { tasks, races } = state;
  for (let row = slab.base; row < slab.base + slab.count; row++) {
    const now = tasks.state[row];
    if (now !== S.processing && now !== S.assigned && now !== S.racing) continue;
    countRow(state, slab, row, books.get(tasks.worker[row] as number));
    const copy = races.copies.get(row);
    if (copy !== undefined) countRow(state, slab, row, books.get(copy.worker));
  }
}

function countRow(state: SchedulerState, slab: Slab, row: number, book: Book | undefined): void {
  // Whose worker is not there is told of by who checks the rows.
  if (book === undefined) return;
  const at = slab.layerAt(row);
  const prefix = slab.prefixOf(row, at);
  if (state.seceded.has(row)) book.seceded += 1;
  else book.byPrefix.set(prefix, (book.byPrefix.get(prefix) ?? 0) + 1);
  if ((state.tasks.kills[row] as number) > 0) book.quarantined += 1;
  for (const [name, amount] of Object.entries(slab.layers[at]?.layer.annotations?.resources ?? {}))
    book.taken[name] = (book.taken[name] ?? 0) + amount;
}

function compare(worker: WorkerRecord, book: Book): void {
  const { id, byPrefix, resources, resourcesFree, quarantined, seceded } = worker;
  if (quarantined !== book.quarantined)
    broken(`${id} has ${book.quarantined} rows that are to run alone, not ${quarantined}`);
  if (seceded !== book.seceded) broken(`${id} has ${book.seceded} rows that take no slot, not ${seceded}`);
  for (const prefix of new Set([...byPrefix.keys(), ...book.byPrefix.keys()]))
    if (byPrefix.get(prefix) !== book.byPrefix.get(prefix))
      broken(`${id} has ${book.byPrefix.get(prefix)} rows of kind ${prefix}, not ${byPrefix.get(prefix)}`);
  for (const name of new Set([...Object.keys(resources), ...Object.keys(resourcesFree)])) {
    const left = (resources[name] ?? 0) - (book.taken[name] ?? 0);
    const believed = resourcesFree[name] ?? 0;
    if (Math.abs(left - believed) > AMOUNT_MIN) broken(`${id} has ${left} of ${name} left, not ${believed}`);
    if (left < -AMOUNT_MIN) broken(`${id} was sent rows that take more of ${name} than it has: ${left} is left`);
  }
}
