// A thread beside the main thread that makes tiles: it runs functions of WebAssembly over the arena that both see, as spare-threads.ts
// writes them down. It is no .ts file, as its start is to cost next to nothing, and it never turns its event loop.
import { receiveMessageOnPort, workerData } from "node:worker_threads";

const { memory, control, records, port, lane, places } = workerData;
const { READY, CLAIMED, PUBLISHED, STATES, SLOTS, RECORD, WAITING, DONE, LEFT, FAILED } = places;
const functions = [];

Atomics.add(control, READY, 1);
for (;;) {
  const published = Atomics.load(control, PUBLISHED);
  const tile = claimed();
  if (tile === undefined) Atomics.wait(control, PUBLISHED, published);
  else finish(tile & (SLOTS - 1));
}

function claimed() {
  for (;;) {
    const next = Atomics.load(control, CLAIMED);
    if (next === Atomics.load(control, PUBLISHED)) return undefined;
    if (Atomics.compareExchange(control, CLAIMED, next, (next + 1) | 0) === next) return next;
  }
}

function finish(slot) {
  let state = FAILED;
  try {
    state = made(slot * RECORD) === 1 ? LEFT : DONE;
  } finally {
    Atomics.compareExchange(control, STATES + slot, WAITING, state);
    Atomics.notify(control, STATES + slot);
  }
}

/** What the last of a tile's calls gives. */
function made(start) {
  let at = start + 2;
  let result;
  const shift = lane * records[start + 1];
  for (let k = 0; k < records[start]; k++) {
    const count = records[at + 1];
    const own = records[at + 2];
    const args = [];
    for (let i = 0; i < count; i++) args.push(records[at + 3 + i] + ((own >> i) & 1) * shift);
    result = functionOf(records[at])(...args);
    at += 3 + count;
  }
  return result;
}

function functionOf(id) {
  while (functions[id] === undefined) {
    const { message } = receiveMessageOnPort(port);
    const { exports } = new WebAssembly.Instance(message.module, { arena: { memory } });
    functions[message.id] = exports.run;
  }
  return functions[id];
}
