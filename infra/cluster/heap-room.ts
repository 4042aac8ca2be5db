import { setFlagsFromString } from "node:v8";
import type { Worker } from "node:worker_threads";

const FLAG = "--initial-old-space-size";

/**
 * Blocks count towards the heap's first limit, which is so low by itself that every other block of some megabytes would have all of a small heap
 * marked. As a flag for the processes of workers.
 */
export const HEAP_ROOM = `${FLAG}=128`;

let starting = 0;

/**
 * Starts a thread whose heap begins with that room, unless the user chose another. A heap takes the flag of its process when it is
 * made, which is over when the thread runs its first line; threads of others that start later begin as ever.
 */
export function startedWithRoom(start: () => Worker): Worker {
  if ([...process.execArgv, process.env["NODE_OPTIONS"] ?? ""].some((one) => one.includes(FLAG))) return start();
  setFlagsFromString(HEAP_ROOM);
  starting += 1;
  const done = (): void => {
    starting -= 1;
    if (starting === 0) setFlagsFromString(`${FLAG}=0`);
  };
  try {
    const thread = start();
    const settle = (): void => {
      thread.off("online", settle);
      thread.off("exit", settle);
      done();
    };
    thread.once("online", settle);
    thread.once("exit", settle);
    return thread;
  } catch (error) {
    done();
    throw error;
  }
}
